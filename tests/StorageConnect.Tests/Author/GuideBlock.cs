using System.Text.RegularExpressions;

namespace StorageConnect.Tests.Author;

/// <summary>A fenced block of a Markdown document: its language, the file that the line before it names (<c>`file`:</c>), and its lines.</summary>
internal sealed partial record GuideBlock(string Language, string? File, IReadOnlyList<string> Lines)
{
    private const string Fence = "```";

    public string Text => string.Concat(Lines.Select(line => line + "\n"));

    public static IReadOnlyList<GuideBlock> Read(string document)
    {
        var blocks = new List<GuideBlock>();
        var before = "";
        var lines = document.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith(Fence, StringComparison.Ordinal))
            {
                var content = lines[(i + 1)..].TakeWhile(line => line != Fence).ToList();
                blocks.Add(new(lines[i][Fence.Length..], Naming().Match(before) is { Success: true } named ? named.Groups[1].Value : null, content));
                i += content.Count + 1;
                before = "";
            }
            else if (lines[i].Length > 0)
            {
                before = lines[i];
            }
        }

        return blocks;
    }

    /// <summary>What becomes of a file's text by this block: the block itself, or the text with the lines of a diff exchanged.</summary>
    public string ApplyTo(string? text)
    {
        if (Language != "diff")
        {
            return Text;
        }

        string Side(char sign) => string.Concat(Lines.Where(line => line[0] == sign).Select(line => line[1..] + "\n"));

        var parts = (text ?? "").Split(Side('-'));
        return parts.Length == 2
            ? string.Join(Side('+'), parts)
            : throw new InvalidOperationException($"{File} has the lines of a diff {parts.Length - 1} times:\n{Text}");
    }

    [GeneratedRegex("^`([^`]+)`:$")]
    private static partial Regex Naming();
}
