using System.Management.Automation;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Rule 20: what a plug-in says is busy is busy to a script too, in the plug-in's own words.</summary>
[Collection(ModuleSessions.Name)]
public sealed class BusyTests : IDisposable
{
    private readonly RecordingSession _session = new();

    [Breaks(20, By.Caller)]
    [Theory]
    [InlineData("snapRemove", "$snapshot | Remove-OscSnapshot -Confirm:$false")]
    [InlineData("setQoS", "$lun | Set-OscQos -Qos gold")]
    public void Busy_comes_through_as_it_is(string method, string script)
    {
        var lun = _session.Create("db01");
        var snapshot = _session.Snapshot(lun, "nightly");
        _session.Array.Throw(method, () => new StorageElementBusyException("A backup reads it.") { Element = "it", Recommendation = "Wait for the backup." });

        var error = _session.Invoke(script, ("lun", lun), ("snapshot", snapshot)).Error("StorageElementBusy");

        Assert.Equal(ErrorCategory.ResourceBusy, error.CategoryInfo.Category);
        Assert.Equal("A backup reads it.", error.Exception.Message);
        Assert.Equal("Wait for the backup.", error.ErrorDetails.RecommendedAction);
        Assert.Single(_session.Array.CalledMethods, method);
    }

    public void Dispose() => _session.Dispose();
}
