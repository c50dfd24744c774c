using System.Text.RegularExpressions;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.MainJob;

/// <summary>What the engine keeps survives a power cut: the file is synced before it gets its name, and the folder after that.</summary>
public sealed partial class PowerCutTests : IDisposable
{
    private const string Strace = "/usr/bin/strace";

    private readonly UserProcesses _user = new();
    private readonly string _pool = LoopMounts.NewFolder(PoolKind.Xfs);

    [Fact]
    public async Task A_file_that_is_replaced_is_durable_with_its_name()
    {
        Assert.SkipUnless(File.Exists(Strace), $"{Strace} is needed to see what is synced.");
        var log = _user.Settings["syncs.log"];

        var (exitCode, output, error) = await _user.RunCommandAsync(
            [Strace, "-f", "-qq", "-y", "-e", "trace=mkdir,rename,fsync", "-o", log],
            $"$null = Register-OscStorageServer lab -Plugin Local -StorageType SAN -ExtraInfo 'Pool={_pool}'; $null = New-OscStorageElement db01 16MB; " +
                $"(Invoke-OscClone db01 -NoWait).Id");

        Assert.SkipWhen(error.Contains("PTRACE", StringComparison.Ordinal), $"Nothing can be traced here: {error}");
        Assert.True(exitCode == 0, output + error);
        var calls = (await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken)).Select(line => Process().Replace(line, "")).ToList();
        var settings = _user.Settings["storage-connect"];
        AssertDurable(calls, settings, "servers.json");
        AssertDurable(calls, Path.Combine(settings, "operations"), output.Trim() + ".json");
        Assert.True(calls.FindIndex(call => call.StartsWith($"mkdir(\"{settings}\"", StringComparison.Ordinal)) < calls.FindIndex(
            call => Syncs(call, _user.Settings.Path)));
    }

    public void Dispose()
    {
        _user.Dispose();
        Directory.Delete(_pool, recursive: true);
    }

    private static void AssertDurable(List<string> calls, string folder, string file)
    {
        var path = Path.Combine(folder, file);
        var rename = calls.FindIndex(call => call.StartsWith("rename(", StringComparison.Ordinal) && call.Contains($"\"{path}\"", StringComparison.Ordinal));
        Assert.True(rename > 0, $"'{path}' got no name in: {string.Join(Environment.NewLine, calls)}");
        var temporary = calls[rename].Split('"')[1];
        Assert.True(calls.FindIndex(0, rename, call => Syncs(call, temporary)) >= 0, $"'{temporary}' was not synced before it became '{file}'.");
        Assert.True(calls.FindIndex(rename, call => Syncs(call, folder)) >= 0, $"'{folder}' was not synced after '{file}' got its name.");
    }

    private static bool Syncs(string call, string path) =>
        call.StartsWith("fsync(", StringComparison.Ordinal) && call.Contains($"<{path}>", StringComparison.Ordinal);

    [GeneratedRegex(@"^\d+ +")]
    private static partial Regex Process();
}
