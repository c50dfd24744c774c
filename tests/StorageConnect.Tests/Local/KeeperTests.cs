using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.MainJob;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>A background copy whose process is gone.</summary>
public sealed class KeeperTests : IDisposable
{
    private const string Done = "3";
    private readonly UserProcesses _user = new();
    private readonly string _pool = LoopMounts.NewFolder(PoolKind.Copy);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _user.Dispose();
        TemporaryFolder.Remove(_pool);
    }

    [Fact]
    public async Task A_copy_goes_on_when_the_process_that_began_it_is_killed_though_no_other_uses_the_array()
    {
        var path = await _user.RunAsync($"$null = Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo 'Pool={_pool}'; "
            + "$null = New-OscStorageElement -Name big -Size 256MB; (Update-OscStorageElement big).DevicePaths[0]");
        await File.WriteAllBytesAsync(path, Enumerable.Repeat((byte)7, 256 << 20).ToArray(), Token);
        await _user.RunCommandAsync(
            [],
            "Disable-OscStorageElement big -Confirm:$false; $null = New-OscSnapshot big -SnapshotName s -NoWait; " +
                "[Diagnostics.Process]::GetCurrentProcess().Kill()");

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        while (Sqlite.Column(Path.Combine(_pool, "local.db"), "SELECT state FROM jobs").Single() != Done)
        {
            await Task.Delay(100, deadline.Token);
        }

        var copy = Directory.EnumerateFiles(Path.Combine(_pool, "snapshots"), "*", SearchOption.AllDirectories).Single();
        Assert.Equal(256 << 20, (await File.ReadAllBytesAsync(copy, Token)).Count(content => content == 7));
    }
}
