using System.Diagnostics;
using Xunit;

namespace StorageConnect.Tests.Cinder.Support;

/// <summary>The processes of a throw-away cloud, and their folder. They end with this program, however it ends.</summary>
public sealed class CloudProcess : IAsyncDisposable
{
    /// <summary>Long: what else runs on the machine may take all of it for minutes.</summary>
    public static readonly TimeSpan LongestWork = TimeSpan.FromMinutes(8);

    private Process? _script;

    public string Folder { get; } = Directory.CreateTempSubdirectory("cinder-").FullName;

    public int ApiPort { get; } = FreePorts.Take();

    public int IscsiPort { get; } = FreePorts.Take();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts what there is to be.</summary>
    /// <param name="monitorPort">The port of Ceph's monitor; 0: no Ceph.</param>
    /// <param name="keystonePort">The port of the identity service; 0: none.</param>
    public async Task StartAsync(int monitorPort, int keystonePort)
    {
        _script = Process.Start(new ProcessStartInfo("bash",
            [ScriptOf("cloud.sh"), Folder, $"{ApiPort}", $"{IscsiPort}", $"{monitorPort}", $"{keystonePort}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var answer = await _script.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(LongestWork, Token);
        Assert.True(answer == "ready", $"The cloud did not start: {ReadLog()}");
    }

    /// <summary>The end of what its processes printed.</summary>
    public string ReadLog()
    {
        string[] logs = ["up.log", "k/one.out", "k/tgtd.out", "i/manage.log", "i/keystone.out"];
        return string.Join('\n', logs.Select(log => Path.Combine(Folder, log)).Where(File.Exists).SelectMany(log => File.ReadLines(log).TakeLast(15)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_script is { } script)
        {
            script.StandardInput.Close(); // it ends what it began
            await script.WaitForExitAsync(CancellationToken.None).WaitAsync(LongestWork, CancellationToken.None);
            script.Dispose();
        }

        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    public static string ScriptOf(string name) => Path.Combine(StagedModule.Root, "tests/StorageConnect.Tests/Cinder/Fixture", name);
}
