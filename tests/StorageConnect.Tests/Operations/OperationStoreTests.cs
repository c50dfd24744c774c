using System.Runtime.Versioning;
using StorageConnect.Engine.Operations;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Operations;

/// <summary>What is kept of operations, among processes that begin, fetch and remove them at will.</summary>
public sealed class OperationStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OperationStore _store;

    public OperationStoreTests() => _store = new(_folder["operations"]);

    [Fact]
    public void What_is_kept_comes_back_as_it_was()
    {
        var kept = Running("a1") with { Stopping = true };
        _store.Add(kept);

        Assert.Equal(kept, new OperationStore(_folder["operations"]).TryLoad("a1"));

        var failed = _store.Update("a1", now =>
            now.Fail(new StorageElementBusyException("In use.") { ErrorId = "Special", Element = "db01", Recommendation = "Wait." }, DateTimeOffset.UnixEpoch));
        Assert.Equal(failed, _store.TryLoad("a1"));
        var error = Expect.Check(Assert.IsType<StorageElementBusyException>(failed!.Operation.Error!.ToException()), "Special", "db01");
        Assert.Equal("In use.", error.Message);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Only_this_user_can_read_it()
    {
        _store.Add(Running("a1"));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["operations", "a1.json"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder["operations"]));
    }

    [Fact]
    public void An_end_is_final_and_what_was_fetched_does_not_come_back()
    {
        var operation = Running("a1");
        _store.Add(operation);
        var completed = _store.Update("a1", now => now.Complete(operation.Record, DateTimeOffset.UnixEpoch));

        Assert.Equal(completed, _store.Update("a1", now => now.Stop(DateTimeOffset.UnixEpoch)));
        _store.Remove("a1");
        Assert.Null(_store.Update("a1", now => now.Stop(DateTimeOffset.UnixEpoch)));
        Assert.Null(_store.TryLoad("a1"));
        Assert.Empty(_store.Ids);
    }

    [Fact]
    public void What_the_disk_does_not_take_is_kept_by_this_process_alone_and_ends_all_the_same()
    {
        File.WriteAllText(_folder["operations"], "a file in the place of the folder");
        var operation = Running("a1");
        _store.Add(operation);

        Assert.False(_store.IsOnDisk("a1"));
        Assert.Equal(operation, _store.TryLoad("a1"));
        var completed = _store.Update("a1", now => now.Complete(operation.Record, DateTimeOffset.UnixEpoch));
        Assert.Equal(OscOperationState.Completed, _store.TryLoad("a1")!.Operation.State);
        Assert.Equal(completed, _store.Update("a1", now => now.Stop(DateTimeOffset.UnixEpoch)));
        Assert.Equal(["a1"], _store.Ids);
        _store.Remove("a1");
        Assert.False(_store.Exists("a1"));
        Assert.Null(_store.TryLoad("a1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{ "Version": 2, "Kept": null }""")]
    [InlineData("""{ "Version": 1, "Kept": { "ServerUuid": "x", "Record": null, "Operation": null } }""")]
    public void A_file_that_can_not_be_read_is_an_error_of_its_own_and_the_others_go_on(string content)
    {
        _store.Add(Running("a1"));
        File.WriteAllText(_folder["operations", "b2.json"], content);

        Assert.Equal(["a1", "b2"], _store.Ids);
        Assert.NotNull(_store.TryLoad("a1"));
        Expect.Failure<DataCorruptException>("OperationUnreadable", "b2", () => _store.TryLoad("b2"));
        _store.Remove("b2");
        Assert.Equal(["a1"], _store.Ids);
    }

    [Theory]
    [InlineData("../servers")]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    public void An_id_is_never_a_path(string id) => Assert.Null(_store.TryLoad(id));

    [Fact]
    public void What_a_killed_writer_left_half_written_is_no_operation()
    {
        _store.Add(Running("a1"));
        File.WriteAllText(_folder["operations", "b2.json.0123.tmp"], "{ half");

        Assert.Equal(["a1"], _store.Ids);
    }

    [Fact]
    public void What_somebody_has_got_is_history_and_can_be_got_again()
    {
        var operation = Running("a1");
        _store.Add(operation);
        var completed = _store.Update("a1", now => now.Complete(operation.Record, DateTimeOffset.UtcNow));
        _store.MoveToHistory("a1");
        _store.MoveToHistory("a1");

        var other = new OperationStore(_folder["operations"]);
        Assert.Empty(other.Ids);
        Assert.Equal(["a1"], other.HistoryIds);
        Assert.Equal(completed, other.TryLoad("a1"));
        Assert.Equal(completed, other.Update("a1", now => now.Stop(DateTimeOffset.UtcNow)));
        Assert.True(other.IsOnDisk("a1"));
        other.Remove("a1");
        Assert.Empty(other.HistoryIds);
        Assert.Null(other.TryLoad("a1"));
    }

    [Fact]
    public void History_of_operations_that_are_on_no_disk_lives_as_long_as_the_process()
    {
        File.WriteAllText(_folder["operations"], "a file in the place of the folder");
        _store.Add(Running("a1"));
        _store.Update("a1", now => now.Stop(DateTimeOffset.UtcNow));
        _store.MoveToHistory("a1");

        Assert.Empty(_store.Ids);
        Assert.Equal(["a1"], _store.HistoryIds);
        Assert.Equal(OscOperationState.Stopped, _store.TryLoad("a1")!.Operation.State);
        _store.Remove("a1");
        Assert.Empty(_store.HistoryIds);
    }

    [Fact]
    public void What_ended_a_week_ago_goes_and_what_runs_stays()
    {
        var now = DateTimeOffset.UtcNow;
        foreach (var (id,
            ended) in new[] { ("old", now.AddDays(-8)), ("oldhistory", now.AddDays(-8)), ("young", now.AddDays(-6)), ("running", (DateTimeOffset?)null) })
        {
            _store.Add(Running(id));
            if (ended is { } end)
            {
                _store.Update(id, operation => operation.Stop(end));
            }

            File.SetLastWriteTimeUtc(_folder["operations", id + ".json"], (ended ?? now.AddDays(-30)).UtcDateTime);
        }

        _store.MoveToHistory("oldhistory");
        var later = new OperationStore(_folder["operations"]);
        later.DeleteExpired();

        Assert.Equal(["running", "young"], later.Ids);
        Assert.Empty(later.HistoryIds);
    }

    [Fact]
    public void What_can_not_be_read_keeps_nothing_else_from_going()
    {
        var old = DateTimeOffset.UtcNow.AddDays(-8);
        for (var i = 0; i < 10; i++)
        {
            _store.Add(Running($"old{i}"));
            _store.Update($"old{i}", operation => operation.Stop(old));
            File.WriteAllText(_folder["operations", $"broken{i}.json"], "{");
        }

        foreach (var file in Directory.EnumerateFiles(_folder["operations"], "*.json"))
        {
            File.SetLastWriteTimeUtc(file, old.UtcDateTime);
        }

        var later = new OperationStore(_folder["operations"]);
        later.DeleteExpired();

        Assert.All(later.Ids, id => Assert.StartsWith("broken", id, StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_into_which_nobody_can_look_is_not_an_empty_one()
    {
        File.CreateSymbolicLink(_folder["circle"], _folder["circle"]);
        var store = new OperationStore(_folder["circle", "operations"]);

        Expect.Failure<AccessDeniedException>("OperationStoreNotAccessible", _folder["circle", "operations"], () => _ = store.Ids);
        Expect.Failure<DataCorruptException>("OperationUnreadable", "a1", () => store.TryLoad("a1"));
    }

    [Fact]
    public void An_end_that_was_seen_here_and_could_not_be_stored_leaves_nothing_that_looks_running()
    {
        _store.Add(Running("a1"));
        _store.MoveToHistory("a1");
        Assert.Empty(_store.Ids);
        Assert.Empty(_store.HistoryIds);
    }

    public void Dispose() => _folder.Dispose();

    private static StoredOperation Running(string id) => new(
        new() { Id = id, Kind = OscOperationKind.Clone, StorageServerName = "lab", Target = "db01", StartedAt = DateTimeOffset.UnixEpoch },
        "0123",
        new()
        {
            Uuid = "u",
            Name = "db01",
            Type = StorageElementType.SnapClone,
            SizeBytes = 5,
            AccessGroupNames = ["a", "b"],
            AsyncProgress = 3,
            AsyncHandle = "h"
        });
}
