using System.Text.RegularExpressions;
using Xunit;

namespace StorageConnect.Tests.Repository;

/// <summary>What the repository's documents link to is there: files, folders, and headings of other documents.</summary>
public sealed partial class DocumentLinkTests
{
    public static TheoryData<string> Documents =>
    [
        .. Directory.EnumerateFiles(StagedModule.Root, "*.md")
            .Concat(new[] { "docs", "tests" }.SelectMany(folder =>
                Directory.EnumerateFiles(Path.Combine(StagedModule.Root, folder), "*.md", SearchOption.AllDirectories)))
            .Where(file => !Generated().IsMatch(file))
            .Select(file => Path.GetRelativePath(StagedModule.Root, file))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_link_leads_somewhere(string document)
    {
        var path = Path.Combine(StagedModule.Root, document);
        var dead = Link().Matches(Code().Replace(File.ReadAllText(path), "")).Select(match => match.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal))
            .Where(target => !Exists(path, target));

        Assert.Empty(dead);
    }

    private static bool Exists(string document, string target)
    {
        var parts = target.Split('#', 2);
        var path = parts[0].Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, parts[0]);
        return parts.Length == 1 ? Path.Exists(path) : File.Exists(path) && Headings(path).Contains(parts[1]);
    }

    // As GitHub names them: lower case, no punctuation, dashes for spaces.
    private static IEnumerable<string> Headings(string path) => Heading().Matches(Code().Replace(File.ReadAllText(path), ""))
        .Select(match => Punctuation().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex("^#+ +(.+?) *$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();

    [GeneratedRegex(@"/(bin|obj)/")]
    private static partial Regex Generated();
}
