using System.Management.Automation;
using StorageConnect.Tests.Engine.Plugins;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Callers who break a rule: what they are told, and what never reaches the array.</summary>
[Collection(ModuleSessions.Name)]
public sealed class WrongCallerTests : IDisposable
{
    private readonly RecordingSession _session = new();
    private readonly StorageElement _lun;

    public WrongCallerTests() => _lun = _session.Create("db01");

    [Breaks(1, By.Caller)]
    [Fact]
    public void Who_insists_on_a_plug_in_with_a_wrong_descriptor_is_told_what_is_wrong_with_it()
    {
        Install(new() { Name = "Odd", ClassName = "Odd.Plugin", Vendor = "" });

        var error = Invoke("Register-OscStorageServer -Name new -Plugin Odd -StorageType SAN")
            .Tells("PluginUnusable", ErrorCategory.InvalidArgument, "new", "Get-OscPlugin");

        Assert.Contains("no vendor_name", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(["lab"], Servers());
    }

    [Breaks(3, By.Caller)]
    [Fact]
    public void Who_insists_on_a_plug_in_with_half_of_discover_start_and_stop_is_told_which_half_is_missing()
    {
        Install(new() { Name = "Half", ClassName = "Half.Plugin", Base = typeof(DiscoverOnlyPlugin) });

        var error = Invoke("Register-OscStorageServer -Name new -Plugin Half -StorageType iSCSI")
            .Tells("PluginUnusable", ErrorCategory.InvalidArgument, "new", "Get-OscPlugin");

        Assert.Contains("but not start and stop", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(["lab"], Servers());
    }

    [Breaks(12, By.Caller)]
    [Fact]
    public void Who_hands_over_a_whole_record_gets_nothing_more_of_it_passed_than_the_guide_allows()
    {
        Invoke("$lun | New-OscStorageElement -Name new -Size 1GB", ("lun", _lun with { Qos = "gold", ExtraInfo = "x", VolumeGroupName = "y" })).Succeeds();

        var call = _session.Array.OnlyCall(GuideMethod.Create);
        Assert.Equal(new StorageElement { Type = StorageElementType.Lun, StorageServerUuid = call.Server.Uuid, SizeBytes = 1L << 30, Name = "new" },
            call.Argument<StorageElement>(0));
        // A row's quality of service is meant for the new element.
        Assert.Equal("gold", call.Arguments[2]);
        Invoke("New-OscStorageElement -Name other -Size 1GB -Page83Id 36000").Error("NamedParameterNotFound");
        Assert.Empty(_session.Array.Calls);
    }

    [Breaks(13, By.Caller)]
    [Fact]
    public void Who_presents_to_a_group_that_is_not_there_is_told_so()
    {
        Invoke("$lun | Grant-OscStorageElementAccess -AccessGroup nosuch", ("lun", _lun))
            .Tells("AccessGroupNotFound", ErrorCategory.ObjectNotFound, "nosuch", "Create it");

        Assert.Empty(_session.Array.Contents.Get(_lun).AccessGroupNames);
    }

    [Breaks(13, By.Caller)]
    [Fact]
    public void Who_believes_an_old_record_withdraws_no_more_than_was_named()
    {
        _session.Group("hosts-a");
        _session.Group("hosts-b");
        _session.Array.Contents.Present(_lun, ["hosts-a", "hosts-b"]);

        var withdrawn = Invoke("$lun | Revoke-OscStorageElementAccess -AccessGroup hosts-a -PassThru -Confirm:$false",
            ("lun", _lun with { AccessGroupNames = ["hosts-a"] })).Succeeds();

        Assert.Equal(["hosts-b"], Assert.IsType<StorageElement>(Assert.Single(withdrawn)).AccessGroupNames);
    }

    [Breaks(16, By.Caller)]
    [Theory]
    [InlineData("Test-OscClone", "Invoke-OscClone", GuideMethod.Clone)]
    [InlineData("Test-OscSnapshot", "New-OscSnapshot", GuideMethod.CreateSnap)]
    public void Who_goes_beyond_a_limit_though_the_answer_was_no_is_told_the_limit(string test, string make, string method)
    {
        _session.Array.Contents.CloneLimit = _session.Array.Contents.SnapLimit = 1;
        Assert.Equal([true, false], Invoke($"$lun | {test}; $null = $lun | {make}; $lun | {test}", ("lun", _lun)).Succeeds());

        Invoke($"$lun | {make}", ("lun", _lun)).Tells("LimitExceeded", ErrorCategory.LimitsExceeded, _lun, "Remove one");

        Assert.Contains(method, _session.Array.CalledMethods);
        Assert.Equal(2, _session.Array.Contents.Elements.Count);
    }

    [Breaks(19, By.Caller)]
    [Fact]
    public void Who_wants_one_snapshot_of_elements_of_two_arrays_gets_none()
    {
        using var array = new RecordingArray();
        _session.Register("other", array);
        var elsewhere = _session.Create("elsewhere", "other");

        Invoke("$lun, $elsewhere | New-OscSnapshot -SnapshotName both -Group", ("lun", _lun), ("elsewhere", elsewhere))
            .Tells("GroupOnSeveralServers", ErrorCategory.InvalidArgument, "elsewhere", "per server");

        Assert.All([_session.Array, array], one => Assert.Single(one.Contents.Elements));
    }

    [Breaks(21, By.Caller)]
    [Fact]
    public void Who_waits_for_what_was_never_begun_is_told_so() =>
        Invoke("Wait-OscOperation -Id 0123456789ab").Tells("OperationNotFound", ErrorCategory.ObjectNotFound, "0123456789ab", "Get-OscOperation");

    [Breaks(21, By.Caller)]
    [Fact]
    public void Who_stops_what_was_done_at_once_is_told_that_it_is_done()
    {
        var operation = Assert.IsType<OscOperation>(Assert.Single(Invoke("$lun | Invoke-OscClone -Name copy -NoWait", ("lun", _lun)).Succeeds()));
        Assert.Equal(OscOperationState.Completed, operation.State);

        Invoke("$operation | Stop-OscOperation", ("operation", operation))
            .Tells("OperationEnded", ErrorCategory.InvalidArgument, operation, "Remove its result");

        Assert.DoesNotContain(GuideMethod.Cancel, _session.Array.CalledMethods);
    }

    [Breaks(23, By.Caller)]
    [Fact]
    public void Who_has_a_record_of_what_is_gone_completed_is_told_that_it_is_gone()
    {
        _session.Array.Contents.Remove(_lun);

        Invoke("$lun | Update-OscStorageElement", ("lun", _lun)).Tells("StorageElementNotFound", ErrorCategory.ObjectNotFound, _lun, "List what there is");
    }

    [Breaks(23, By.Caller)]
    [Fact]
    public void Who_hands_over_old_device_paths_gets_those_of_this_moment()
    {
        var updated = Invoke("$lun | Update-OscStorageElement", ("lun", _lun with { DevicePaths = ["/dev/mapper/old"] })).Succeeds();

        Assert.Empty(Assert.IsType<StorageElement>(Assert.Single(updated)).DevicePaths);
    }

    public void Dispose() => _session.Dispose();

    private ModuleSession.Outcome Invoke(string script, params (string Name, object? Value)[] variables) => _session.Invoke(script, variables);

    private IEnumerable<string> Servers() => _session.Module.Get<string>("Get-OscStorageServer | ForEach-Object Name");

    private void Install(PluginBlueprint plugin) => plugin.WriteTo(Path.Combine(_session.Module.UserPlugins, "Odd"));
}
