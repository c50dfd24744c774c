using StorageConnect.Tests.Cmdlets;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Help;

/// <summary>What the examples of the help and the README find: an array with something on it, as a reader imagines it.</summary>
internal sealed class ExampleStage : IDisposable
{
    private readonly List<string> _pools = [];

    /// <param name="isEmpty">Without an array: the example begins with its registration.</param>
    public ExampleStage(bool isEmpty = false)
    {
        // XFS, where copies are made of elements in use, as on most arrays.
        var pool = NewPool();
        Session.Invoke("$ConfirmPreference = 'None'; $pool = $path", ("path", NewPool()));
        if (!isEmpty)
        {
            var outcome = Session.Invoke(
                """
                $null = Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$path"
                $null = New-OscStorageElement -Name db01, db02, app01 -Size 1GB
                $null = New-OscAccessGroup -Name hosts-a -Initiator 50:01:43:80:12:34:56:78
                $null = New-OscAccessGroup -Name hosts-b -Initiator 50:01:43:80:12:34:56:79
                Grant-OscStorageElementAccess db01 -AccessGroup hosts-a
                $null = New-OscSnapshot db01 -SnapshotName before-upgrade
                $null = Invoke-OscClone db01 -Name db01-test
                """,
                ("path", pool));
            Assert.Empty(outcome.Succeeds());
        }
    }

    public ModuleSession Session { get; } = new();

    public void Dispose()
    {
        Session.Dispose();
        _pools.ForEach(pool => Directory.Delete(pool, recursive: true));
    }

    private string NewPool()
    {
        _pools.Add(LoopMounts.NewFolder(PoolKind.Xfs));
        return _pools[^1];
    }
}
