using System.Text.RegularExpressions;
using Xunit;

namespace StorageConnect.Tests.Repository;

/// <summary>Holds the <c>dotnet_style_qualification</c> rules of the .editorconfig, which no build does.</summary>
public sealed partial class QualificationTests
{
    // An extension method, which can't be called otherwise.
    private const string Needed = "this.Find(entry, slots, saved)";

    [Fact]
    public void No_member_has_this_before_it()
    {
        var qualified = from folder in new[] { "src", "tests", "docs" }
                        from file in Directory.EnumerateFiles(Path.Combine(StagedModule.Root, folder), "*.cs", SearchOption.AllDirectories)
                        where !Generated().IsMatch(file) && Path.GetFileName(file) != $"{nameof(QualificationTests)}.cs"
                        from line in File.ReadLines(file).Index()
                        where Qualified().IsMatch(line.Item) && !line.Item.Contains(Needed, StringComparison.Ordinal)
                        select $"{Path.GetRelativePath(StagedModule.Root, file)}:{line.Index + 1} {line.Item.Trim()}";

        Assert.Empty(qualified);
    }

    [GeneratedRegex(@"\bthis\.\w")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"/(bin|obj)/")]
    private static partial Regex Generated();
}
