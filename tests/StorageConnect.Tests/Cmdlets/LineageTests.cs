using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Who was made of whom, and refusals that name who stands in the way.</summary>
[Collection(ModuleSessions.Name)]
public sealed class LineageTests : IDisposable
{
    private readonly RecordingSession _session = new();
    private readonly StorageElement _lun;
    private readonly StorageElement _clone;
    private readonly StorageElement _snapshot;

    public LineageTests()
    {
        _lun = _session.Create("db01");
        _snapshot = _session.Snapshot(_lun, "nightly");
        _clone = _session.Clone(_snapshot, "db01-test");
        _session.Clone(_clone, "db01-try");
        _session.Create("alone");
    }

    [Fact]
    public void A_family_is_shown_from_its_oldest_member_whoever_is_asked_for()
    {
        string[] family = ["db01", "└─ nightly", "   └─ db01-test", "      └─ db01-try"];

        Assert.Equal(family, Trees("$lun | Get-OscLineage", ("lun", _lun)));
        Assert.Equal(family, Trees("$snapshot | Get-OscLineage", ("snapshot", _snapshot)));
        Assert.Equal(family, Trees("Get-OscLineage db01-try"));
        Assert.Equal(["alone"], Trees("Get-OscLineage alone"));
        Assert.Equal(["alone", .. family], Trees("Get-OscLineage").OrderBy(tree => tree != "alone"));
    }

    [Fact]
    public void A_member_tells_its_sources_copies_and_whose_blocks_it_shares()
    {
        var family = _session.Module.Get<OscLineage>("Get-OscLineage db01").ToDictionary(member => member.Name);

        Assert.Equal(["nightly"], family["db01"].Snapshots);
        Assert.Empty(family["db01"].Sources);
        Assert.Equal(["db01"], family["nightly"].Sources);
        Assert.Equal(["db01-test"], family["nightly"].Clones);
        Assert.Equal(["nightly", "db01-try"], family["db01-test"].SharesBlocksWith);
        Assert.Equal((3, StorageElementType.SnapClone, "lab"), (family["db01-try"].Depth, family["db01-try"].Type, family["db01-try"].StorageServerName));
    }

    [Fact]
    public void A_snapshot_of_several_hangs_below_one_of_them_and_names_all()
    {
        _session.Module.Invoke("Get-OscStorageElement db01, alone | New-OscSnapshot -SnapshotName both -Group");

        var family = _session.Module.Get<OscLineage>("Get-OscLineage alone");

        Assert.Single(family, member => member.Name == "both");
        Assert.Equal(["alone", "db01"], family.Single(member => member.Name == "both").Sources.Order());
        Assert.All(family.Where(member => member.Name is "alone" or "db01"), member => Assert.Contains("both", member.Snapshots));
    }

    [Fact]
    public void A_source_that_is_gone_is_named_by_its_uuid_and_a_circle_ends()
    {
        var (one, two) = (Guid.NewGuid().ToString("n"), Guid.NewGuid().ToString("n"));
        _session.Array.Contents.Put(_lun with { Uuid = one, Name = "one", SourceUuids = [two] });
        _session.Array.Contents.Put(_lun with { Uuid = two, Name = "two", SourceUuids = [one] });
        _session.Array.Contents.Put(_lun with { Uuid = Guid.NewGuid().ToString("n"), Name = "orphan", SourceUuids = ["feedbeef"] });

        Assert.Equal(["(feedbeef)"], _session.Module.Get<OscLineage>("Get-OscLineage orphan").Single().Sources);
        Assert.Equal(["one", "two"], _session.Module.Get<OscLineage>("Get-OscLineage one").Select(member => member.Name).Order());
    }

    [Fact]
    public void A_refused_removal_names_the_snapshots_and_clones()
    {
        var error = _session.Invoke("$lun | Remove-OscStorageElement -Confirm:$false", ("lun", _lun)).Error("StorageElementBusy");

        Assert.EndsWith("In the way: snapshot 'nightly'.", error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.Equal(["snapshot 'nightly'"], Assert.IsType<StorageElementBusyException>(error.Exception).Obstacles);
    }

    [Fact]
    public void A_refused_removal_of_a_snapshot_leaves_it_to_the_array_to_name_clones()
    {
        _session.Array.Throw("snapRemove", () => new StorageElementBusyException("It has dependants."));

        var error = _session.Invoke("$snapshot | Remove-OscSnapshot -Confirm:$false", ("snapshot", _snapshot)).Error("StorageElementBusy");

        Assert.Equal("It has dependants.", error.ErrorDetails.Message);
    }

    [Fact]
    public void A_restore_that_is_not_safe_names_what_else_it_would_touch()
    {
        _session.Module.Invoke("Get-OscStorageElement db01, alone | New-OscSnapshot -SnapshotName both -Group");
        _session.Array.Instead<bool>("isRestorable", (_, _, _) => Task.FromResult(false));

        var error = _session.Invoke("Restore-OscSnapshot both -StorageElement db01 -Confirm:$false").Error("SnapRestoreNotSafe");

        Assert.EndsWith("In the way: LUN 'alone'.", error.ErrorDetails.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_split_names_the_groups_and_no_clone_that_blocks_nothing()
    {
        _session.Group("web");
        _session.Module.Invoke("Grant-OscStorageElementAccess db01-test web");
        _session.Array.Throw("splitClone", () => new StorageElementBusyException("A host has it open."));

        var error = _session.Invoke("Split-OscClone db01-test -Confirm:$false").Error("StorageElementBusy");

        Assert.Equal("A host has it open. In the way: access group 'web'.", error.ErrorDetails.Message);
    }

    [Fact]
    public void A_refusal_stands_even_when_nobody_can_be_asked_who_is_in_the_way()
    {
        _session.Array.Throw("list", () => new ArrayUnreachableException("The line is dead."));
        _session.Array.Throw("getCurrentSnaps", () => new ArrayUnreachableException("The line is dead."));

        var error = _session.Invoke("$lun | Remove-OscStorageElement -Confirm:$false", ("lun", _lun)).Error("StorageElementBusy");

        Assert.Equal(error.Exception.Message, error.ErrorDetails.Message);
    }

    public void Dispose() => _session.Dispose();

    private IEnumerable<string> Trees(string script, params (string Name, object? Value)[] variables) =>
        _session.Module.Get<OscLineage>(script, variables).Select(member => member.Tree);
}
