using System.Text.RegularExpressions;

namespace StorageConnect.Tests.Local.Support;

/// <summary>The commands in a document, so that they are tried as users try them.</summary>
internal static partial class Document
{
    /// <summary>The fenced blocks of a language in a section, in their order.</summary>
    public static IReadOnlyList<string> Blocks(string path, string heading, string language)
    {
        var text = File.ReadAllText(Path.Combine(StagedModule.Root, path));
        var begin = text.IndexOf($"\n{heading}\n", StringComparison.Ordinal);
        var end = text.IndexOf("\n## ", begin + 1, StringComparison.Ordinal);
        return [.. Fence().Matches(text[begin..(end < 0 ? text.Length : end)]).Where(block => block.Groups[1].Value == language)
            .Select(block => block.Groups[2].Value)];
    }

    [GeneratedRegex("^```(\\w+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
