using StorageConnect.Engine.Errors;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>What a script and Get-Error find in an error: the case, the cause, the plug-in, the way out.</summary>
[Collection(ModuleSessions.Name)]
public sealed class ErrorRecordTests : IDisposable
{
    private readonly RecordingSession _session = new();

    [Fact]
    public void An_error_of_a_plugin_tells_the_plugin_and_the_method()
    {
        var lun = _session.Create("db01");
        _session.Array.Throw("remove", () => new StorageElementBusyException("A backup reads it."));

        var record = _session.Invoke("$lun | Remove-OscStorageElement -Confirm:$false", ("lun", lun)).Error("StorageElementBusy");

        var error = Assert.IsType<StorageElementBusyException>(record.Exception);
        Assert.StartsWith("Recording ", error.Plugin, StringComparison.Ordinal);
        Assert.Equal("remove", error.Method);
        Assert.Same(lun, record.TargetObject);
    }

    [Fact]
    public void A_plugin_that_gives_no_way_out_leaves_the_general_one()
    {
        var lun = _session.Create("db01");
        _session.Array.Throw("remove", () => new StorageElementBusyException("A backup reads it.") { ErrorId = "BackupRuns" });

        var record = _session.Invoke("$lun | Remove-OscStorageElement -Confirm:$false", ("lun", lun)).Error("BackupRuns");

        Assert.Contains("Disable-OscStorageElement", record.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_of_a_plugin_keeps_its_cause_inside()
    {
        var cause = new InvalidOperationException("index out of range");
        _session.Array.Throw("list", () => cause);

        var record = _session.Invoke("Get-OscStorageElement").Error("PluginFailure");

        var fault = Assert.IsType<PluginFaultException>(record.Exception);
        Assert.Same(cause, fault.InnerException);
        Assert.StartsWith("Recording ", fault.Plugin, StringComparison.Ordinal);
        Assert.Contains("report it to", record.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_the_engine_alone_blames_no_plugin() =>
        Assert.Null(Assert.IsType<NotFoundException>(_session.Invoke("Get-OscStorageElement nowhere").Error("StorageElementNotFound").Exception).Plugin);

    [Fact]
    public void Where_nobody_can_be_asked_nothing_is_done_and_the_way_out_is_said()
    {
        _session.Create("db01");

        var record = _session.Invoke("Get-OscStorageElement | Remove-OscStorageElement").Error("ConfirmationNeeded");

        Assert.Contains("db01 (lab)", record.ToString(), StringComparison.Ordinal);
        Assert.Contains("-Confirm:$false", record.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.NotNull(record.Exception.InnerException);
        Assert.DoesNotContain("remove", _session.Array.CalledMethods);
    }

    public void Dispose() => _session.Dispose();
}
