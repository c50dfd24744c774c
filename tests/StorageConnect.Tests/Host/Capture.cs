using System.Globalization;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>What a real tool wrote and how it ended: the command, then exit code and time, standard output, standard error.</summary>
internal sealed record Capture(string Command, ToolResult Result)
{
    private static readonly string Folder = Path.Combine(StagedModule.Root, "tests", "StorageConnect.Tests", "Host", "Captures");

    /// <summary>The capture of this name in one of the folders.</summary>
    public static Capture Read(string folder, string file) => Read(Path.Combine(Folder, folder, file));

    /// <summary>The names of all captures in a folder.</summary>
    public static IEnumerable<string> NamesIn(string folder) =>
        Directory.GetFiles(Path.Combine(Folder, folder), "*.txt").Select(path => Path.GetFileName(path));

    /// <summary>What a folder's INDEX says of its captures: a row each, its parts between blanks; the last of them may hold blanks.</summary>
    public static IEnumerable<string[]> Index(string folder, int parts) => File.ReadLines(Path.Combine(Folder, folder, "INDEX"))
        .Where(line => !line.StartsWith('#'))
        .Select(line => line.Split((char[]?)null, parts, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>How the command ended that is meant: <c>22</c> as the capture itself ended, <c>rc=22</c> as its output tells of one of several.</summary>
    public ToolResult EndingWith(string code)
    {
        const string told = "rc=";
        var number = int.Parse(code.StartsWith(told, StringComparison.Ordinal) ? code[told.Length..] : code, CultureInfo.InvariantCulture);
        Assert.True(
            code.StartsWith(told, StringComparison.Ordinal) ? Result.Output.Split('\n').Contains(code) : Result.ExitCode == number,
            $"'{Command}' did not end with {code}.");
        return Result with { ExitCode = number };
    }

    /// <summary>Some lines of the output: <c>2-3</c>; all of them where nothing is said.</summary>
    public string Lines(string range) => range.Split('-') is [var first, var last]
        ? string.Join('\n', Result.Output.Split('\n')[(int.Parse(first, CultureInfo.InvariantCulture) - 1)..int.Parse(last, CultureInfo.InvariantCulture)])
        : Result.Output.TrimEnd('\n');

    private static Capture Read(string path)
    {
        var text = File.ReadAllText(path);
        const string output = "\n--- stdout\n", error = "\n--- stderr";
        var outputAt = text.IndexOf(output, StringComparison.Ordinal);
        var errorAt = text.IndexOf(error, outputAt, StringComparison.Ordinal);
        var head = text[..outputAt].Split('\n');
        var exit = head[1]["--- exit ".Length..].Split(',')[0];
        return new(
            head[0][2..],
            new(int.Parse(exit, CultureInfo.InvariantCulture),
                text[(outputAt + output.Length - (errorAt < outputAt + output.Length ? 1 : 0))..errorAt].TrimStart('\n'),
                text[(errorAt + error.Length)..].TrimStart('\n')));
    }
}
