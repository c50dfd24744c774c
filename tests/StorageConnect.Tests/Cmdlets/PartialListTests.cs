using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>An element that can't be read is one error about that element. The list has all others, and no element is missing without an error.</summary>
[Collection(ModuleSessions.Name)]
public sealed class PartialListTests : IDisposable
{
    private const string Initiator = "iqn.2001-04.com.example:a";
    private readonly RecordingSession _session = new();
    private readonly StorageElement[] _all;

    public PartialListTests()
    {
        _all = [_session.Create("db01"), _session.Create("db02"), _session.Create("db03")];
        _session.Group("hosts");
        _session.Module.Invoke("$all = Get-OscStorageElement | Grant-OscStorageElementAccess -AccessGroup hosts -PassThru").Succeeds();
    }

    [Theory]
    [InlineData("Get-OscStorageElement -Detailed")]
    [InlineData("Get-OscStorageElement db01, db02, db03 -Detailed")]
    [InlineData("Get-OscAccessGroup hosts | Get-OscStorageElement -Detailed")]
    [InlineData("Get-OscAccessGroup hosts | Get-OscStorageElement -Detailed -Name db*")]
    public void With_details_the_others_are_told(string script)
    {
        _session.Array.Before(GuideMethod.GetInfo, (call, _) => call.Arguments is [StorageElement { Name: "db02" }]
            ? throw new StorageElementBusyException("The element is being moved.") { ErrorId = "Moving" }
            : Task.CompletedTask);

        var outcome = _session.Module.Invoke(script);

        Assert.Equal("db02", Assert.IsType<StorageElement>(outcome.Error("Moving").TargetObject).Name);
        Assert.Equal(["db01", "db03"], Names(outcome));
    }

    [Fact]
    public void What_narrows_the_list_and_fails_is_told()
    {
        _session.Array.Throw(GuideMethod.GetAccessGroups, () => new StorageElementBusyException("The array restarts.") { ErrorId = "Restarting" });

        var outcome = _session.Module.Invoke("$all | Get-OscStorageElement -Initiator $initiator", ("initiator", Initiator));

        Assert.Equal(3, outcome.Errors.Count);
        Assert.All(outcome.Errors, error => Assert.StartsWith("Restarting,", error.FullyQualifiedErrorId, StringComparison.Ordinal));
    }

    [Fact]
    public void An_update_of_records_is_made_for_those_that_are_left()
    {
        _session.Module.Invoke(
            "'db02' | Revoke-OscStorageElementAccess -AccessGroup hosts -PassThru -Confirm:$false | Remove-OscStorageElement -Confirm:$false").Succeeds();

        var outcome = _session.Module.Invoke("$all | Update-OscStorageElement");

        Assert.Equal(_all[1].Uuid, Assert.IsType<StorageElement>(outcome.Error("StorageElementNotFound").TargetObject).Uuid);
        Assert.Equal(["db01", "db03"], Names(outcome));
    }

    public void Dispose() => _session.Dispose();

    private static IEnumerable<string> Names(ModuleSession.Outcome outcome) => outcome.Output.Select(item => ((StorageElement)item.BaseObject).Name).Order();
}
