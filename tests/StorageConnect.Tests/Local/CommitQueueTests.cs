using System.Globalization;
using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Configuration;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>Changes that share a commit, and yet are whole or not at all, each by itself.</summary>
public sealed class CommitQueueTests : IDisposable
{
    private readonly PoolDatabase _database;
    private readonly string _folder = Directory.CreateTempSubdirectory("queue-").FullName;

    public CommitQueueTests() => _database = PoolDatabase.Open(new PoolFolder(_folder), create: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task One_that_is_refused_takes_nothing_of_the_others_with_it_and_leaves_nothing_behind()
    {
        var changes = Together(
            [.. Enumerable.Range(0, 20).Select<int, Func<PoolConnection, string>>(i => db =>
            {
                var name = i.ToString(CultureInfo.InvariantCulture);
                GroupRows.Insert(db, name, []);
                return i % 5 != 3 ? name : throw new InvalidRequestException(name);
            })]);
        for (var i = 0; i < changes.Count; i++)
        {
            var name = i.ToString(CultureInfo.InvariantCulture);
            if (i % 5 == 3)
            {
                Assert.Equal(name, (await Assert.ThrowsAsync<InvalidRequestException>(() => changes[i])).Message);
            }
            else
            {
                Assert.Equal(name, await changes[i]);
            }
        }

        Assert.Equal(16, _database.Read(GroupRows.All).Count);
    }

    [Fact]
    public async Task One_that_breaks_the_database_s_own_rules_is_refused_alone()
    {
        var changes = Together(
            db => Insert(db, "one"),
            db => Insert(db, "one"),
            db => Insert(db, "two"));
        Assert.Equal("one", await changes[0]);
        await Assert.ThrowsAsync<Microsoft.Data.Sqlite.SqliteException>(() => changes[1]);
        Assert.Equal("two", await changes[2]);
        Assert.Equal(["one", "two"], _database.Read(GroupRows.All).Select(group => group.Name));
    }

    [Fact]
    public async Task What_goes_wrong_beyond_one_change_is_the_failure_of_that_one_alone()
    {
        var changes = Together(
            db => Insert(db, "one"),
            _ => throw new IOException("the disk is gone"),
            db => Insert(db, "two"));
        Assert.Equal("one", await changes[0]);
        await Assert.ThrowsAsync<IOException>(() => changes[1]);
        Assert.Equal("two", await changes[2]);
        Assert.Equal("three", await _database.WriteTogetherAsync(db => Insert(db, "three"), Token));
        Assert.Equal(["one", "three", "two"], _database.Read(GroupRows.All).Select(group => group.Name));
    }

    [Fact]
    public async Task One_that_was_cancelled_while_it_waited_never_happens()
    {
        using var cancelled = new CancellationTokenSource();
        using var go = new ManualResetEventSlim();
        var first = _database.WriteTogetherAsync(
            _ =>
            {
                go.Wait(Token);
                return 1;
            },
            Token);
        var second = _database.WriteTogetherAsync(db => Insert(db, "one"), cancelled.Token);
        await cancelled.CancelAsync();
        go.Set();
        Assert.Equal(1, await first);
        await Assert.ThrowsAsync<OperationCanceledException>(() => second);
        Assert.Empty(_database.Read(GroupRows.All));
    }

    private static string Insert(PoolConnection db, string name)
    {
        GroupRows.Insert(db, name, []);
        return name;
    }

    /// <summary>All of them in one commit: they gather behind one that waits.</summary>
    private List<Task<string>> Together(params Func<PoolConnection, string>[] changes)
    {
        using var go = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var first = _database.WriteTogetherAsync(
            _ =>
            {
                begun.Set();
                go.Wait(Token);
                return 0;
            },
            Token);
        begun.Wait(Token);
        var tasks = changes.Select(change => _database.WriteTogetherAsync(change, Token)).ToList();
        go.Set();
        first.Wait(Token);
        return tasks;
    }
}
