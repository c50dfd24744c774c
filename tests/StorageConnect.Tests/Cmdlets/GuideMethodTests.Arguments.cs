using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <content>What each method is given: this and nothing else.</content>
public sealed partial class GuideMethodTests
{
    private const string Initiator = "iqn.2001-04.com.example:x";

    /// <summary>What to run, the method it reaches, and all its arguments but the server.</summary>
    public static TheoryData<string, string, Func<GuideMethodTests, object?[]>> Arguments => new()
    {
        { "Test-OscStorageServer", GuideMethod.Validate, _ => [] },
        { "Get-OscCapability", GuideMethod.GetCapabilities, _ => [] },
        { "Get-OscStorageServer -Refresh", GuideMethod.GetInfo, _ => [] },
        { "Get-OscStorageElement db01 -Detailed", GuideMethod.GetInfo, on => [on._lun] },
        { "Get-OscStorageName", GuideMethod.GetStorageNames, _ => [] },
        { "Get-OscAccessGroup", GuideMethod.GetAccessGroups, _ => [null] },
        { "$lun | Get-OscAccessGroup", GuideMethod.GetAccessGroups, on => [on._lun] },
        { $"New-OscAccessGroup g1 {Initiator}", GuideMethod.CreateAccessGroups, on => [new[] { on.Group("g1", Initiator) }] },
        { "Remove-OscAccessGroup hosts-a", GuideMethod.RemoveAccessGroups, on => [new[] { on._group }] },
        { "Rename-OscAccessGroup hosts-a hosts-b", GuideMethod.RenameAccessGroup, _ => ["hosts-a", "hosts-b"] },
        { $"Add-OscAccessGroupMember hosts-a {Initiator}", GuideMethod.AddToAccessGroup, _ => ["hosts-a", new[] { Initiator }] },
        { "Remove-OscAccessGroupMember hosts-a iqn.2001-04.com.example:a", GuideMethod.RemoveFromAccessGroup,
            _ => ["hosts-a", new[] { "iqn.2001-04.com.example:a" }] },
        { "Get-OscStorageElement", GuideMethod.List, _ => [new StorageElementFilter()] },
        { "Get-OscStorageElement db01", GuideMethod.List, _ => [new StorageElementFilter { Name = "db01" }] },
        { "Get-OscStorageElement db* -Type SnapClone", GuideMethod.List,
            _ => [new StorageElementFilter { NamePrefix = "db", Types = [StorageElementType.SnapClone] }] },
        { "Get-OscStatus", GuideMethod.GetStatus, _ => [null] },
        { "$lun | Get-OscStatus", GuideMethod.GetStatus, on => [on._lun] },
        { "$lun | Enable-OscStorageElement", GuideMethod.Online, on => [on._lun] },
        { "$lun | Disable-OscStorageElement", GuideMethod.Offline, on => [on._lun] },
        { "New-OscStorageElement new 1GB", GuideMethod.Create, on => [on.New(StorageElementType.Lun, 1L << 30), true, null] },
        { "New-OscStorageElement new 3GB -VolumeGroup pool -Thick -Qos gold", GuideMethod.Create,
            on => [on.New(StorageElementType.Lun, 3L << 30) with { VolumeGroupName = "pool" }, false, "gold"] },
        { "$lun | Grant-OscStorageElementAccess -AccessGroup hosts-a", GuideMethod.StartPresent, on => [on._lun, new[] { "hosts-a" }] },
        { "$lun | Revoke-OscStorageElementAccess -AccessGroup hosts-a", GuideMethod.StopPresent, on => [on._lun, new[] { "hosts-a" }] },
        { "$lun | Resize-OscStorageElement -Size 2GB", GuideMethod.Resize, on => [on._lun, 2L << 30] },
        { "$both | Remove-OscSnapshot; $clone | Remove-OscStorageElement", GuideMethod.Remove, on => [on._clone] },
        { "Get-OscCloneLimit", GuideMethod.GetCloneLimits, _ => [null] },
        { "$lun | Get-OscCloneLimit", GuideMethod.GetCloneLimits, on => [on._lun] },
        { "$lun | Test-OscClone", GuideMethod.IsCloneable, on => [on._lun] },
        { "$lun | Invoke-OscClone", GuideMethod.Clone, on => [on._lun, null, null] },
        { "$lun | Invoke-OscClone -Name new -Qos gold", GuideMethod.Clone, on => [on._lun, on.New(StorageElementType.SnapClone), "gold"] },
        { "$clone | Test-OscCloneSplit", GuideMethod.IsSplittable, on => [on._clone] },
        { "$clone | Split-OscClone", GuideMethod.SplitClone, on => [on._clone] },
        { "$snapshot | Invoke-OscClone", GuideMethod.CloneFromSnap, on => [on._lun, on._snapshot, null, null] },
        { "$both | Invoke-OscClone -StorageElement $clone -Name new -Qos gold", GuideMethod.CloneFromSnap,
            on => [on._clone, on._both, on.New(StorageElementType.SnapClone), "gold"] },
        { "Get-OscClone", GuideMethod.GetCurrentClones, _ => [null] },
        { "$snapshot | Get-OscClone", GuideMethod.GetCurrentClones, on => [on._snapshot] },
        { "Get-OscSnapshotLimit", GuideMethod.GetSnapLimits, _ => [null] },
        { "$lun | Get-OscSnapshotLimit", GuideMethod.GetSnapLimits, on => [on._lun] },
        { "Test-OscSnapshot", GuideMethod.IsSnapable, _ => [null] },
        { "$lun | Test-OscSnapshot", GuideMethod.IsSnapable, on => [on._lun] },
        { "$lun | New-OscSnapshot", GuideMethod.CreateSnap, on => [on._lun, null] },
        { "$lun | New-OscSnapshot -SnapshotName new", GuideMethod.CreateSnap, on => [on._lun, on.New(StorageElementType.Snapshot)] },
        { "$lun, $clone | New-OscSnapshot -Group", GuideMethod.CreateMultiSnap, on => [new[] { on._lun, on._clone }, null] },
        { "$lun, $clone | New-OscSnapshot -SnapshotName new -Group", GuideMethod.CreateMultiSnap,
            on => [new[] { on._lun, on._clone }, on.New(StorageElementType.Snapshot)] },
        { "$snapshot | Test-OscSnapshotRestore", GuideMethod.IsRestorable, on => [on._snapshot, null] },
        { "$both | Test-OscSnapshotRestore -StorageElement $lun", GuideMethod.IsRestorable, on => [on._both, on._lun] },
        { "$snapshot | Restore-OscSnapshot -StorageElement $lun", GuideMethod.SnapRestore, on => [on._snapshot, on._lun] },
        { "$both | Restore-OscSnapshot -AllMembers", GuideMethod.SnapRestore, on => [on._both, null] },
        { "$snapshot | Remove-OscSnapshot", GuideMethod.SnapRemove, on => [on._snapshot] },
        { "Get-OscSnapshot", GuideMethod.GetCurrentSnaps, _ => [null] },
        { "$lun | Get-OscSnapshot", GuideMethod.GetCurrentSnaps, on => [on._lun] },
        { "Get-OscQos", GuideMethod.GetQosList, _ => [] },
        { "$lun | Set-OscQos -Qos gold", GuideMethod.SetQos, on => [on._lun, "gold"] },
    };

    [Theory]
    [MemberData(nameof(Arguments), DisableDiscoveryEnumeration = true)]
    public void A_method_is_given_exactly_what_the_guide_allows(string script, string method, Func<GuideMethodTests, object?[]> arguments)
    {
        Invoke("$ConfirmPreference = 'None'; " + script).Succeeds();

        var call = _session.Array.OnlyCall(method);
        Assert.Equal(arguments(this), call.Arguments);
        Assert.Equal(method.EndsWith("AccessGroups", StringComparison.Ordinal) && !method.StartsWith("get", StringComparison.Ordinal)
            || method == GuideMethod.RenameAccessGroup ? [_group] : [], call.Server.AccessGroups);
        Assert.Equal("lab", call.Server.Name);
    }

    [Fact]
    public void Progress_is_asked_for_with_the_record_that_the_call_returned()
    {
        _session.Array.Contents.Abilities = new(_session.Array.Contents.Abilities) { CloneIsSync = Ability.No };

        Invoke("$lun | Invoke-OscClone -Name new").Succeeds();

        var asked = _session.Array.Calls.First(call => call.Method == GuideMethod.GetAsyncProgress).Argument<StorageElement>(0);
        Assert.Equal(("new", 0, "0"), (asked.Name, asked.AsyncProgress, asked.AsyncHandle));
    }

    [Fact]
    public void Every_method_on_the_arrays_side_has_its_cmdlet_here()
    {
        var methods = typeof(GuideMethod).GetFields().Select(field => (string)field.GetValue(null)!)
            .Except([GuideMethod.Discover, GuideMethod.Start, GuideMethod.Stop, GuideMethod.Refresh, GuideMethod.Cancel, GuideMethod.GetAsyncProgress,
                GuideMethod.UpdateStorageElements]);

        Assert.Empty(methods.Except(Arguments.Select(row => row.Data.Item2)));
        Assert.Empty(methods.Except(Readers.Concat(Changers).Select(row => row.Data.Item2)));
    }

    private StorageElement New(StorageElementType type, long size = 0) =>
        new() { Type = type, StorageServerUuid = _lun.StorageServerUuid, Name = "new", SizeBytes = size };

    private AccessGroup Group(string name, params string[] entries) =>
        new() { Name = name, Entries = entries.ToValueList(), StorageServerUuid = _lun.StorageServerUuid };
}
