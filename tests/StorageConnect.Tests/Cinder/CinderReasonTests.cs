using System.Net;
using StorageConnect.Plugins.Cinder;
using StorageConnect.Tests.Cinder.Support;
using StorageConnect.Tests.Recording;
using Xunit;
using static StorageConnect.Tests.Cinder.Support.ReplayedCinder;

namespace StorageConnect.Tests.Cinder;

/// <summary>A status that others set, and a reason of something else, are told of nothing that they are not about.</summary>
public sealed class CinderReasonTests : IDisposable
{
    private const string Id = "116f4160-2289-4f73-9ca0-52c133c597cc";
    private const string SnapshotId = "9f40c3fe-0a41-4bb5-9d6e-4d6f1c7a0001";
    private const string GroupId = "9f40c3fe-0a41-4bb5-9d6e-4d6f1c7a0002";
    private static readonly DateTimeOffset AskedAt = new(2026, 12, 20, 10, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly ReplayedCinder _cinder = new();
    private readonly CinderPlugin _plugin;
    private string _volume = "available";
    private string _snapshot = "available";

    public CinderReasonTests()
    {
        _plugin = _cinder.NewPlugin(_folder.Path);
        _cinder.On("GET", $"/volumes/{Id}", _ => Answer(new
        {
            volume = new { id = Id, name = "data", size = 1, status = _volume, updated_at = "2026-12-20T09:59:00.000000" },
        }));
        _cinder.On("GET", "/snapshots/detail", _ => Answer(new { snapshots = Array.Empty<object>() }));
        _cinder.On("GET", $"/snapshots/{SnapshotId}", _ => Answer(new
        {
            snapshot = new { id = SnapshotId, name = "nightly", size = 1, volume_id = Id, status = _snapshot },
        }));
        _cinder.On("GET", $"/snapshots/{GroupId}", _ => Refusal(HttpStatusCode.NotFound, "Snapshot could not be found."));
        _cinder.On("GET", $"/group_snapshots/{GroupId}", _ => Answer(new { group_snapshot = new { id = GroupId, name = "all", status = _snapshot } }));
        _cinder.On("GET", "/messages", _ => Captured("226")); // of an extend that was refused three weeks before
        _cinder.On("DELETE", "", _ =>
        {
            _volume = _snapshot = "error_deleting";
            return Accepted();
        });
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static StorageElement Volume => new() { Uuid = Id.Replace("-", "", StringComparison.Ordinal), Name = "data" };

    public void Dispose()
    {
        _plugin.Dispose();
        _folder.Dispose();
        _cinder.Dispose();
    }

    [Theory]
    [InlineData("available")]
    [InlineData("reserved")]
    [InlineData("in-use")]
    [InlineData("backing-up")]
    public async Task A_restore_is_done_whatever_others_begin_with_the_volume_at_once(string status)
    {
        AnswerRevert(status, "extend volume:Could not find any available weighted backend.");

        await _plugin.SnapRestoreAsync(Server(), Snapshot(SnapshotId), null, Cancellation);

        Assert.Single(_cinder.Sent("POST", "/action$"));
    }

    [Theory]
    [InlineData("error", "extend volume:No room.", "it is error. Cinder says: extend volume")]
    [InlineData("available", "revert volume to snapshot:The driver failed.", "The driver failed.")]
    public async Task A_restore_that_ends_in_an_error_or_a_complaint_about_it_has_failed(string status, string message, string told)
    {
        AnswerRevert(status, message);

        var error = await Expect.FailureAsync<LimitExceededException>("OperationFailed", "data",
            () => _plugin.SnapRestoreAsync(Server(), Snapshot(SnapshotId), null, Cancellation));

        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(SnapshotId)]
    [InlineData(GroupId)]
    public async Task A_removal_that_failed_is_told_without_the_reason_of_an_older_failure(string? snapshot)
    {
        var error = await Assert.ThrowsAsync<LimitExceededException>(() =>
            snapshot is null ? _plugin.RemoveAsync(Server(), Volume, Cancellation) : _plugin.SnapRemoveAsync(Server(), Snapshot(snapshot), Cancellation));

        Assert.Contains("it is error_deleting; Cinder gives no reason", error.Message, StringComparison.Ordinal);
        Assert.Single(_cinder.Sent("DELETE", ""));
    }

    [Fact]
    public async Task A_removal_that_another_began_has_no_older_reason_either()
    {
        _volume = "deleting";
        var reads = 0;
        _cinder.On("GET", $"/volumes/{Id}", _ => Answer(new
        {
            volume = new { id = Id, name = "data", size = 1, status = ++reads < 4 ? _volume : "error_deleting", updated_at = "2026-12-20T09:59:00.000000" },
        }));

        var error = await Assert.ThrowsAsync<LimitExceededException>(() => _plugin.RemoveAsync(Server(), Volume, Cancellation));

        Assert.Contains("Cinder gives no reason", error.Message, StringComparison.Ordinal);
        Assert.Empty(_cinder.Sent("DELETE", ""));
    }

    [Fact]
    public async Task A_removal_that_failed_is_told_with_its_own_reason()
    {
        AnswerMessage("delete volume:The volume driver failed.");

        var error = await Assert.ThrowsAsync<LimitExceededException>(() => _plugin.RemoveAsync(Server(), Volume, Cancellation));

        Assert.Contains("Cinder says: delete volume:The volume driver failed.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_status_tells_the_time_of_what_the_service_said()
    {
        _volume = "error";

        var status = await _plugin.GetStatusAsync(Server(), Volume, Cancellation);

        Assert.Contains("Cinder said at 2026-11-28T01:05:13.108812 UTC: extend volume", status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.OK)]
    public async Task A_fault_in_place_of_an_answer_ends_no_operation_that_goes_on(HttpStatusCode status)
    {
        AnswerRevert("reverting", "");
        AnswerFaultOnce(status);
        await _plugin.SnapRestoreAsync(Server(), Snapshot(SnapshotId), null, Cancellation);

        _volume = "creating";
        var begun = Volume with { AsyncHandle = $$"""{"Kind":0,"Id":"{{Id}}","Size":1,"V":1}""" };
        AnswerFaultOnce(status);
        var fault = await Assert.ThrowsAsync<InvalidStorageArrayException>(() => _plugin.GetAsyncProgressAsync(Server(), begun, Cancellation));

        Assert.True(fault.Retryable); // by which the engine keeps the operation
        Assert.Null((await _plugin.GetAsyncProgressAsync(Server(), begun, Cancellation)).AsyncProgress);
    }

    private static StorageElement Snapshot(string id) =>
        new() { Uuid = id.Replace("-", "", StringComparison.Ordinal), Name = "nightly", Type = StorageElementType.Snapshot };

    private static HttpResponseMessage Accepted()
    {
        var answer = Empty(HttpStatusCode.Accepted);
        answer.Headers.Date = AskedAt;
        return answer;
    }

    private void AnswerMessage(string text) => _cinder.On("GET", "/messages", _ => Answer(new
    {
        messages = new[] { new { user_message = text, message_level = "ERROR", created_at = "2026-12-20T10:00:00.500000" } },
    }));

    /// <summary>A service, or a proxy before it, that fails once while a volume is changed; then it has changed.</summary>
    private void AnswerFaultOnce(HttpStatusCode status)
    {
        var reads = 0;
        _cinder.On("GET", $"/volumes/{Id}", _ =>
        {
            if (_volume is not "available" && ++reads == 1)
            {
                return status == HttpStatusCode.OK ? new(status) { Content = new StringContent("<html>Maintenance</html>") } : Refusal(status, "Locked.");
            }

            _volume = "available";
            return Answer(new { volume = new { id = Id, name = "data", size = 1, status = _volume } });
        });
    }

    /// <summary>A revert after which the volume has a status, and a message about it of the second in which it was asked for.</summary>
    private void AnswerRevert(string status, string message)
    {
        AnswerMessage(message);
        _cinder.On("POST", $"/volumes/{Id}/action$", _ =>
        {
            _volume = status;
            return Accepted();
        });
    }
}
