using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Each of the guide's methods is reached from its cmdlet, with exactly what the guide allows to be passed.</summary>
[Collection(ModuleSessions.Name)]
public sealed partial class GuideMethodTests : IDisposable
{
    private readonly RecordingSession _session = new();
    private readonly StorageElement _lun;
    private readonly StorageElement _clone;
    private readonly StorageElement _snapshot;
    private readonly StorageElement _both;
    private readonly AccessGroup _group;

    public GuideMethodTests()
    {
        _lun = _session.Create("db01");
        _clone = _session.Clone(_lun, "db01-test");
        _snapshot = _session.Snapshot(_lun, "nightly");
        _group = _session.Group("hosts-a");
        _both = Assert.Single(_session.Module.Get<StorageElement>("$lun, $clone | New-OscSnapshot -SnapshotName both -Group",
            ("lun", _lun), ("clone", _clone)));
    }

    /// <summary>What to run, the method it must reach, and everything that may be called on the way.</summary>
    public static TheoryData<string, string, string> Readers => new()
    {
        { "Test-OscStorageServer", GuideMethod.Validate, "" },
        { "Get-OscCapability", GuideMethod.GetCapabilities, "" },
        { "Get-OscStorageServer -Refresh", GuideMethod.GetInfo, "" },
        { "Get-OscStorageElement -Detailed db01", GuideMethod.GetInfo, "list" },
        { "Get-OscStorageName", GuideMethod.GetStorageNames, "" },
        { "Get-OscAccessGroup", GuideMethod.GetAccessGroups, "" },
        { "$lun | Get-OscAccessGroup", GuideMethod.GetAccessGroups, "" },
        { "Get-OscStorageElement", GuideMethod.List, "" },
        { "$lun | Get-OscStatus", GuideMethod.GetStatus, "" },
        { "Get-OscStatus", GuideMethod.GetStatus, "" },
        { "Get-OscCloneLimit", GuideMethod.GetCloneLimits, "" },
        { "$lun | Get-OscCloneLimit", GuideMethod.GetCloneLimits, "" },
        { "$lun | Test-OscClone", GuideMethod.IsCloneable, "" },
        { "$clone | Test-OscCloneSplit", GuideMethod.IsSplittable, "" },
        { "Get-OscClone", GuideMethod.GetCurrentClones, "" },
        { "$snapshot | Get-OscClone", GuideMethod.GetCurrentClones, "" },
        { "Get-OscSnapshotLimit", GuideMethod.GetSnapLimits, "" },
        { "$lun | Test-OscSnapshot", GuideMethod.IsSnapable, "" },
        { "Test-OscSnapshot", GuideMethod.IsSnapable, "" },
        { "$snapshot | Test-OscSnapshotRestore", GuideMethod.IsRestorable, "" },
        { "$snapshot | Test-OscSnapshotRestore -StorageElement $lun", GuideMethod.IsRestorable, "" },
        { "$lun | Get-OscSnapshot", GuideMethod.GetCurrentSnaps, "" },
        { "Get-OscQos", GuideMethod.GetQosList, "" },
    };

    /// <summary>The same for cmdlets that change something: none of them may reach it under -WhatIf.</summary>
    public static TheoryData<string, string, string> Changers => new()
    {
        { "New-OscAccessGroup g1, g2 iqn.2001-04.com.example:x", GuideMethod.CreateAccessGroups, "getCapabilities getAccessGroups" },
        { "Remove-OscAccessGroup hosts-a", GuideMethod.RemoveAccessGroups, "getCapabilities getAccessGroups" },
        { "Rename-OscAccessGroup hosts-a hosts-b", GuideMethod.RenameAccessGroup, "getCapabilities getAccessGroups" },
        { "Add-OscAccessGroupMember hosts-a iqn.2001-04.com.example:x", GuideMethod.AddToAccessGroup, "getCapabilities" },
        { "Remove-OscAccessGroupMember hosts-a iqn.2001-04.com.example:a", GuideMethod.RemoveFromAccessGroup, "getCapabilities" },
        { "$lun | Enable-OscStorageElement", GuideMethod.Online, "" },
        { "$lun | Disable-OscStorageElement", GuideMethod.Offline, "" },
        { "New-OscStorageElement new 1GB", GuideMethod.Create, "" },
        { "$lun | Grant-OscStorageElementAccess -AccessGroup hosts-a", GuideMethod.StartPresent, "" },
        { "$lun | Revoke-OscStorageElementAccess -AccessGroup hosts-a", GuideMethod.StopPresent, "" },
        { "$lun | Resize-OscStorageElement -Size 2GB", GuideMethod.Resize, "getCapabilities getInfo" },
        { "$clone | Invoke-OscClone -Name another | Remove-OscStorageElement", GuideMethod.Remove, "getCapabilities clone getInfo" },
        { "$lun | Invoke-OscClone -Name c2", GuideMethod.Clone, "getCapabilities" },
        { "$lun | New-OscClone", GuideMethod.Clone, "getCapabilities" },
        { "$clone | Split-OscClone", GuideMethod.SplitClone, "getCapabilities" },
        { "$snapshot | Invoke-OscClone -Name c3", GuideMethod.CloneFromSnap, "getCapabilities list" },
        { "$lun | New-OscSnapshot -SnapshotName s2", GuideMethod.CreateSnap, "getCapabilities" },
        { "$lun, $clone | New-OscSnapshot -SnapshotName s3 -Group", GuideMethod.CreateMultiSnap, "getCapabilities" },
        { "$snapshot | Restore-OscSnapshot", GuideMethod.SnapRestore, "list" },
        { "$snapshot | Restore-OscSnapshot -StorageElement $lun", GuideMethod.SnapRestore, "list" },
        { "$both | Restore-OscSnapshot -AllMembers", GuideMethod.SnapRestore, "list" },
        { "$both | Restore-OscSnapshot -StorageElement $lun", GuideMethod.SnapRestore, "list isRestorable" },
        { "$snapshot | Remove-OscSnapshot", GuideMethod.SnapRemove, "" },
        { "$lun | Set-OscQos -Qos gold", GuideMethod.SetQos, "" },
    };

    [Theory]
    [MemberData(nameof(Readers))]
    [MemberData(nameof(Changers))]
    public void A_method_is_reached_from_its_cmdlet_and_nothing_else_is_called_that_need_not_be(string script, string method, string alsoAllowed)
    {
        var outcome = Invoke("$ConfirmPreference = 'None'; " + script);

        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
        Assert.Contains(method, _session.Array.CalledMethods);
        Assert.Empty(_session.Array.CalledMethods.Except([method, .. alsoAllowed.Split(' ')]));
    }

    [Theory]
    [MemberData(nameof(Changers))]
    public void Under_WhatIf_nothing_is_changed(string script, string method, string alsoAllowed)
    {
        var outcome = Invoke("$WhatIfPreference = $true; " + script);

        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
        Assert.Empty(outcome.Output);
        Assert.DoesNotContain(method, _session.Array.CalledMethods);
        // What can be checked is.
        Assert.Empty(_session.Array.CalledMethods.Except(
            [
                "list", "getInfo", "getAccessGroups", "getCurrentSnaps", "getCapabilities", "getQoSList", "isRestorable", "isSnapable", "isCloneable",
                "isSplittable",
            ]));
        Assert.NotNull(alsoAllowed);
    }

    [Fact]
    public void A_clone_of_a_snapshot_of_several_needs_to_know_which()
    {
        Invoke("$both | Invoke-OscClone").Error("StorageElementNeeded");

        Assert.Empty(Invoke("$both | Invoke-OscClone -StorageElement $clone").Errors);
        Assert.Equal(_clone.Uuid, _session.Array.OnlyCall(GuideMethod.CloneFromSnap).Argument<StorageElement>(0).Uuid);
    }

    [Fact]
    public void A_restore_says_what_it_is_to_roll_back()
    {
        Invoke("$both | Restore-OscSnapshot -Confirm:$false").Error("RestoreScopeNeeded");
        Invoke("$snapshot | Restore-OscSnapshot -StorageElement $lun -AllMembers -Confirm:$false").Error("RestoreScopeNeeded");

        Assert.DoesNotContain(GuideMethod.SnapRestore, _session.Array.CalledMethods);
    }

    [Fact]
    public void A_piped_element_goes_to_its_own_server_whichever_else_there_is()
    {
        using var other = new RecordingArray();
        _session.Register("other", other);
        var elsewhere = _session.Create("elsewhere", "other");
        other.ForgetCalls();

        Invoke("Get-OscStorageElement db01, elsewhere | Resize-OscStorageElement -Size 5GB").Succeeds();

        Assert.Equal(_lun.Uuid, _session.Array.OnlyCall(GuideMethod.Resize).Argument<StorageElement>(0).Uuid);
        Assert.Equal(elsewhere.Uuid, other.OnlyCall(GuideMethod.Resize).Argument<StorageElement>(0).Uuid);
    }

    [Fact]
    public void With_several_servers_a_change_that_names_none_is_an_error_that_lists_them()
    {
        using var other = new RecordingArray();
        _session.Register("other", other);

        var error = Invoke("New-OscStorageElement -Name x -Size 1GB").Error("StorageServerNeeded");

        Assert.Contains("'lab'", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("'other'", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_call_is_waited_for_with_a_bar_that_is_completed_and_the_record_is_the_final_one()
    {
        _session.Array.Contents.Abilities = new(_session.Array.Contents.Abilities) { CloneIsSync = Ability.No };

        var outcome = Invoke("$lun | Invoke-OscClone -Name slow");

        var clone = Assert.IsType<StorageElement>(Assert.Single(outcome.Output).BaseObject);
        Assert.Null(clone.AsyncProgress);
        Assert.Null(clone.AsyncHandle);
        Assert.Equal(System.Management.Automation.ProgressRecordType.Completed, outcome.Progress[^1].RecordType);
        Assert.All(outcome.Progress, record => Assert.InRange(record.PercentComplete, -1, 100));
    }

    [Fact]
    public void The_lists_in_records_are_lists_to_PowerShell()
    {
        var outcome = Invoke(
            """
            if ($lun.AccessGroupNames) { 'an empty list is true' }
            $granted = $lun | Grant-OscStorageElementAccess -AccessGroup hosts-a -PassThru
            $left = $granted | Revoke-OscStorageElementAccess -AccessGroup $granted.AccessGroupNames -PassThru -Confirm:$false
            $left.AccessGroupNames.Count
            """);

        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
        Assert.Equal(0, Assert.Single(outcome.Output).BaseObject);
    }

    public void Dispose() => _session.Dispose();

    private ModuleSession.Outcome Invoke(string script, params (string Name, object? Value)[] variables) =>
        _session.Invoke(script, [.. variables, ("lun", _lun), ("clone", _clone), ("snapshot", _snapshot), ("both", _both)]);
}
