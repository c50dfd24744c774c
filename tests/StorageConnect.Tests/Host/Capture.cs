using System.Globalization;
using StorageConnect.Host.Tools;

namespace StorageConnect.Tests.Host;

/// <summary>What a real tool wrote and how it ended: the command, then exit code and time, standard output, standard error.</summary>
internal sealed record Capture(string Command, ToolResult Result)
{
    public static Capture Read(string path)
    {
        var text = File.ReadAllText(path);
        const string output = "\n--- stdout\n", error = "\n--- stderr";
        var outputAt = text.IndexOf(output, StringComparison.Ordinal);
        var errorAt = text.IndexOf(error, outputAt, StringComparison.Ordinal);
        var head = text[..outputAt].Split('\n');
        var exit = head[1]["--- exit ".Length..].Split(',')[0];
        return new(
            head[0][2..],
            new(int.Parse(exit, CultureInfo.InvariantCulture), text[(outputAt + output.Length - (errorAt < outputAt + output.Length ? 1 : 0))..errorAt].TrimStart('\n'), text[(errorAt + error.Length)..].TrimStart('\n')));
    }
}
