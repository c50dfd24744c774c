using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>A name that is nearly right is answered with the right one.</summary>
[Collection(ModuleSessions.Name)]
public sealed class SuggestionTests : IDisposable
{
    private readonly RecordingSession _session = new();

    [Theory]
    [InlineData("Get-OscStorageElement DB01", "StorageElementNotFound", "Did you mean 'db01'?")]
    [InlineData("Remove-OscStorageElement db1 -Confirm:$false", "StorageElementNotFound", "Did you mean 'db01'?")]
    [InlineData("Get-OscSnapshot nigthly", "SnapshotNotFound", "Did you mean 'nightly'?")]
    [InlineData("Get-OscAccessGroup Web", "AccessGroupNotFound", "Did you mean 'web'?")]
    [InlineData("Get-OscStorageServer lap", "StorageServerNotFound", "Did you mean 'lab'?")]
    public void The_error_suggests_the_name_that_was_meant(string command, string id, string suggestion)
    {
        var element = _session.Create("db01");
        _session.Snapshot(element, "nightly");
        _session.Group("web");

        var error = _session.Module.Invoke(command).Error(id);

        Assert.EndsWith(suggestion, error.ErrorDetails.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_unlike_all_others_gets_no_suggestion()
    {
        _session.Create("db01");

        Assert.DoesNotContain("mean", _session.Module.Invoke("Get-OscStorageElement mail").Error("StorageElementNotFound").ErrorDetails.Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _session.Dispose();
}
