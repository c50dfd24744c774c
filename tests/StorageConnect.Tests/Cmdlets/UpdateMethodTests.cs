using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>updateSERecords, of a plug-in that has its own.</summary>
[Collection(ModuleSessions.Name)]
public sealed class UpdateMethodTests : IDisposable
{
    private readonly RecordingSession _session = new(new() { Base = typeof(RecordingIscsiPlugin) });

    [Theory]
    [InlineData("", false)]
    [InlineData("-IncludeNew", true)]
    public void It_is_called_once_for_all_elements_of_a_server_and_may_append_only_when_asked_to(string parameters, bool appendAllowed)
    {
        StorageElement[] elements = [_session.Create("db01"), _session.Create("db02")];
        _session.Create("db03");

        var updated = _session.Invoke($"$elements | Update-OscStorageElement {parameters}", ("elements", elements)).Succeeds();

        Assert.Equal([GuideMethod.UpdateStorageElements], _session.Array.CalledMethods);
        Assert.Equal([elements, appendAllowed], _session.Array.Calls[0].Arguments);
        Assert.Equal(appendAllowed ? 3 : 2, updated.Count);
    }

    public void Dispose() => _session.Dispose();
}
