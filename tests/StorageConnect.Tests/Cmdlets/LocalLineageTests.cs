using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>The family of one element on an array that finds copies by an index is the one that listing everything shows.</summary>
[Collection(ModuleSessions.Name)]
public sealed class LocalLineageTests : IDisposable
{
    private readonly ModuleSession _session = new();
    private readonly string _pool = LoopMounts.NewFolder(PoolKind.Xfs);

    [Fact]
    public void The_family_of_each_member_is_the_same_as_among_all()
    {
        _session.Invoke(
            """
            $null = Register-OscStorageServer lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
            $null = New-OscStorageElement a, b, alone -Size 1MB
            $null = New-OscSnapshot a a-s
            $null = Invoke-OscClone a-s a-s-c
            $null = Invoke-OscClone a a-c
            $null = Invoke-OscClone a-c a-c-c
            $null = Invoke-OscClone a a-split | Split-OscClone -Confirm:$false
            $null = Get-OscStorageElement a, b | New-OscSnapshot -SnapshotName both -Group
            $null = Invoke-OscClone alone gone; Invoke-OscClone gone x; Invoke-OscClone gone y; Remove-OscStorageElement gone -Confirm:$false
            """,
            ("pool", _pool)).Succeeds();
        var all = _session.Get<OscLineage>("Get-OscLineage");

        foreach (var (name, count) in new[] { ("a", 8), ("b", 8), ("a-s", 8), ("a-split", 8), ("both", 8), ("a-c-c", 8), ("alone", 1), ("x", 2), ("y", 2) })
        {
            var family = _session.Get<OscLineage>("Get-OscLineage $name", ("name", name));
            Assert.Equal(count, family.Count);
            Assert.Equal(all.Where(member => family.Any(other => other.Uuid == member.Uuid)), family);
        }
    }

    [Fact]
    public void A_record_of_an_element_that_is_gone_is_an_error()
    {
        _session.Invoke(
            """
            $null = Register-OscStorageServer lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
            $gone = New-OscStorageElement a -Size 1MB
            Remove-OscStorageElement a -Confirm:$false
            """,
            ("pool", _pool)).Succeeds();

        _session.Invoke("$gone | Get-OscLineage").Error("StorageElementNotFound");
    }

    public void Dispose()
    {
        _session.Dispose();
        Directory.Delete(_pool, recursive: true);
    }
}
