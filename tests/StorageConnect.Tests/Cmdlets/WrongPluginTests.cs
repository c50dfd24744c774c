using System.Management.Automation;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Plug-ins that break a rule: what a user is told, and what the engine keeps them from doing.</summary>
[Collection(ModuleSessions.Name)]
public sealed class WrongPluginTests : IDisposable
{
    private readonly RecordingSession _session = new();
    private readonly StorageElement _lun;

    public WrongPluginTests() => _lun = _session.Create("db01");

    [Breaks(4, By.Plugin)]
    [Fact]
    public void One_whose_validate_breaks_down_is_asked_for_nothing_else()
    {
        _session.Array.Throw(GuideMethod.Validate, () => new InvalidOperationException("Sequence contains no elements"));

        IsAtFault("Set-OscStorageServer lab -AdminHost h", GuideMethod.Validate, "lab");

        Assert.All(_session.Array.CalledMethods, method => Assert.Equal(GuideMethod.Validate, method));
        Assert.Equal([""], _session.Module.Get<string>("\"$((Get-OscStorageServer lab).AdminHost)\""));
    }

    [Breaks(7, By.Plugin)]
    [Theory]
    [InlineData("$lun | Invoke-OscClone -Name mine", GuideMethod.Clone)]
    [InlineData("$snapshot | Invoke-OscClone -Name mine", GuideMethod.CloneFromSnap)]
    [InlineData("$lun | New-OscSnapshot -SnapshotName mine", GuideMethod.CreateSnap)]
    [InlineData("$lun | New-OscSnapshot -SnapshotName mine -Group", GuideMethod.CreateMultiSnap)]
    public void One_that_takes_names_and_gives_others_is_found_out(string script, string method)
    {
        var snapshot = _session.Snapshot(_lun, "nightly");
        _session.Array.Lie<StorageElement>(method, made => made with { Name = "its-own" });

        var error = IsAtFault(script, method, method == GuideMethod.CreateMultiSnap ? "Recording" : method == GuideMethod.CloneFromSnap ? snapshot : _lun,
            ("snapshot", snapshot));

        Assert.Contains("'its-own', though the name 'mine' was passed", error.Exception.Message, StringComparison.Ordinal);
    }

    [Breaks(8, By.Plugin)]
    [Fact]
    public void A_newer_version_that_no_longer_serves_a_servers_storage_type_is_not_let_near_it()
    {
        new PluginBlueprint { Version = "1.1.0-1", StorageTypes = [StorageType.iSCSI] }.WriteTo(Path.Combine(_session.Module.UserPlugins, "Newer"));

        _session.Array.ForgetCalls();
        _session.Module.Invoke("Set-OscStorageServer lab -AdminHost h")
            .Tells("StorageTypeUnsupported", ErrorCategory.InvalidArgument, "lab", "another plug-in");

        Assert.Empty(_session.Array.Calls);
    }

    [Breaks(8, By.Plugin)]
    [Fact]
    public void One_that_answers_with_another_storage_type_changes_nothing()
    {
        _session.Array.Lie<StorageServer>(GuideMethod.GetInfo, info => info with { StorageType = StorageType.iSCSI });

        Assert.Equal([StorageType.SAN], Invoke("(Get-OscStorageServer -Refresh).StorageType").Succeeds());
    }

    [Breaks(15, By.Plugin)]
    [Fact]
    public void One_whose_remove_would_withdraw_the_element_by_itself_is_not_asked_to()
    {
        _session.Group("hosts-a");
        _session.Array.Contents.Present(_lun, ["hosts-a"]);
        _session.Array.Before(GuideMethod.Remove,
            (call, _) => Task.FromResult(_session.Array.Contents.Unpresent(call.Argument<StorageElement>(0), ["hosts-a"])));

        Invoke("$lun | Remove-OscStorageElement -Confirm:$false")
            .Tells("StorageElementPresented", ErrorCategory.ResourceBusy, _lun, "Revoke-OscStorageElementAccess");

        Assert.DoesNotContain(GuideMethod.Remove, _session.Array.CalledMethods);
        Assert.Equal(["hosts-a"], _session.Array.Contents.Get(_lun).AccessGroupNames);
    }

    [Breaks(18, By.Plugin)]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_that_would_roll_back_more_than_it_says_is_safe_is_not_asked_to(bool breaksDown)
    {
        var other = _session.Create("db02");
        var both = Assert.Single(_session.Module.Get<StorageElement>("$lun, $other | New-OscSnapshot -SnapshotName both -Group",
            ("lun", _lun), ("other", other)));
        if (breaksDown)
        {
            _session.Array.Throw(GuideMethod.IsRestorable, () => new TimeoutException("No answer."));
        }
        else
        {
            _session.Array.Return(GuideMethod.IsRestorable, false);
        }

        const string restore = "$both | Restore-OscSnapshot -StorageElement $lun -Confirm:$false";
        if (breaksDown)
        {
            IsAtFault(restore, GuideMethod.IsRestorable, both, ("both", both));
        }
        else
        {
            Invoke(restore, ("both", both)).Tells("SnapRestoreNotSafe", ErrorCategory.InvalidOperation, both, "-AllMembers");
        }

        Assert.DoesNotContain(GuideMethod.SnapRestore, _session.Array.CalledMethods);
    }

    [Breaks(20, By.Plugin)]
    [Theory]
    [InlineData("$snapshot | Remove-OscSnapshot -Confirm:$false", GuideMethod.SnapRemove)]
    [InlineData("$lun | Set-OscQos -Qos gold", GuideMethod.SetQos)]
    public void One_that_says_busy_in_a_way_of_its_own_is_at_fault(string script, string method)
    {
        var snapshot = _session.Snapshot(_lun, "nightly");
        _session.Array.Throw(method, () => new InvalidOperationException("EBUSY"));

        var error = IsAtFault(script, method, method == GuideMethod.SnapRemove ? snapshot : _lun, ("snapshot", snapshot));

        Assert.Contains("EBUSY", error.Exception.Message, StringComparison.Ordinal);
    }

    [Breaks(22, By.Plugin)]
    [Fact]
    public void One_that_answers_with_a_storage_id_it_never_discovered_changes_nothing()
    {
        _session.Array.Lie<StorageServer>(GuideMethod.GetInfo,
            info => info with { StorageId = "forged", IscsiTargets = [new() { TargetName = "iqn.2001-04.com.example:t", Portal = "192.0.2.1:3260" }] });

        var server = Assert.IsType<StorageServer>(Assert.Single(Invoke("Get-OscStorageServer -Refresh").Succeeds()));

        Assert.Null(server.StorageId);
        Assert.Empty(server.IscsiTargets);
        Invoke("Get-OscStatus").Succeeds();
        Assert.All(_session.Array.Calls, call => Assert.Null(call.Server.StorageId));
    }

    public void Dispose() => _session.Dispose();

    private ModuleSession.Outcome Invoke(string script, params (string Name, object? Value)[] variables) =>
        _session.Invoke(script, [.. variables, ("lun", _lun)]);

    /// <summary>A fault of the plug-in: named with its version and the method, with whom to tell.</summary>
    private ErrorRecord IsAtFault(string script, string method, object target, params (string Name, object? Value)[] variables)
    {
        var error = Invoke(script, variables).Tells("PluginFailure", ErrorCategory.NotSpecified, target, "report it to Example");
        Assert.StartsWith($"The plug-in 'Recording' 1.0.0-1 broke the contract in {method}:", error.Exception.Message, StringComparison.Ordinal);
        return error;
    }
}
