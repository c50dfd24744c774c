using System.Diagnostics;
using System.Runtime.Versioning;
using StorageConnect.Host.Tools;

namespace StorageConnect.Tests.Host;

/// <summary>A real program of a test's own in the place of a tool: a script in a folder in which the runner looks.</summary>
[SupportedOSPlatform("linux")]
internal sealed class FakeTool : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sc-tool-").FullName;

    public FakeTool(string script, string name = "iscsiadm")
    {
        // Written by another process: one that a test starts meanwhile has a copy of each descriptor for a moment, and a file open for writing isn't executed.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "cat >\"$0\" && chmod 700 \"$0\"", At(name)]) { RedirectStandardInput = true };
        using var writer = Process.Start(start)!;
        writer.StandardInput.Write("#!/bin/sh\n" + script.Replace("%DIR%", _folder, StringComparison.Ordinal) + "\n");
        writer.StandardInput.Close();
        writer.WaitForExit();
    }

    public HostToolRunner Runner => new() { Runner = new() { Folders = [_folder] } };

    public string At(string name) => Path.Combine(_folder, name);

    /// <summary>What the script wrote into a file of its folder, when it is there.</summary>
    public async Task<string> ReadAsync(string name, CancellationToken cancellationToken)
    {
        while (!File.Exists(At(name)))
        {
            await Task.Delay(5, cancellationToken);
        }

        return await File.ReadAllTextAsync(At(name), cancellationToken);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
