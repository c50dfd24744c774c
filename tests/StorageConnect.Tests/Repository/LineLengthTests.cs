using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace StorageConnect.Tests.Repository;

/// <summary>Holds the <c>max_line_length</c> of the .editorconfig, which no analyzer does.</summary>
public sealed partial class LineLengthTests
{
    [Fact]
    public void No_line_of_CSharp_is_longer_than_the_editorconfig_allows()
    {
        var limit = int.Parse(Setting().Match(File.ReadAllText(Path.Combine(StagedModule.Root, ".editorconfig"))).Groups[1].Value,
            CultureInfo.InvariantCulture);

        var longer = from folder in new[] { "src", "tests", "docs" }
                     from file in Directory.EnumerateFiles(Path.Combine(StagedModule.Root, folder), "*.cs", SearchOption.AllDirectories)
                     where !Generated().IsMatch(file)
                     from line in File.ReadLines(file).Index()
                     where line.Item.Length > limit
                     select $"{Path.GetRelativePath(StagedModule.Root, file)}:{line.Index + 1} has {line.Item.Length} characters";

        Assert.Empty(longer);
    }

    [GeneratedRegex(@"^max_line_length *= *(\d+)", RegexOptions.Multiline)]
    private static partial Regex Setting();

    [GeneratedRegex(@"/(bin|obj)/")]
    private static partial Regex Generated();
}
