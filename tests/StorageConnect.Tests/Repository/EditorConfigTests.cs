using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace StorageConnect.Tests.Repository;

/// <summary>Holds the rules of the .editorconfig that neither the build nor the check of the layout does.</summary>
public sealed partial class EditorConfigTests
{
    // An extension method, which can't be called otherwise.
    private const string NeededThis = "this.Find(entry, slots, saved)";

    [Fact]
    public void No_line_of_CSharp_is_longer_than_the_editorconfig_allows()
    {
        var limit = int.Parse(Setting().Match(File.ReadAllText(Path.Combine(StagedModule.Root, ".editorconfig"))).Groups[1].Value,
            CultureInfo.InvariantCulture);

        Assert.Empty(Lines().Where(line => line.Text.Length > limit).Select(line => $"{line.Place} has {line.Text.Length} characters"));
    }

    [Fact]
    public void No_member_has_this_before_it() =>
        Assert.DoesNotContain(Lines(), line => This().IsMatch(line.Text) && !line.Text.Contains(NeededThis, StringComparison.Ordinal));

    private static IEnumerable<(string Place, string Text)> Lines() =>
        from folder in new[] { "src", "tests", "docs" }
        from file in Directory.EnumerateFiles(Path.Combine(StagedModule.Root, folder), "*.cs", SearchOption.AllDirectories)
        where !Generated().IsMatch(file)
        from line in File.ReadLines(file).Index()
        select ($"{Path.GetRelativePath(StagedModule.Root, file)}:{line.Index + 1}", line.Item);

    [GeneratedRegex(@"^max_line_length *= *(\d+)", RegexOptions.Multiline)]
    private static partial Regex Setting();

    [GeneratedRegex(@"\bthis\.\w")]
    private static partial Regex This();

    [GeneratedRegex(@"/(bin|obj)/")]
    private static partial Regex Generated();
}
