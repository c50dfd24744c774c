using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>One thing is found by the indexes, not among all.</summary>
public sealed class LookupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_snapshot_is_found_by_its_name_or_Uuid_and_nothing_else_is()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var volume = await array.CreateAsync("v");
        var snapshot = await array.SnapAsync(volume, "s");
        await array.SnapAsync(volume, "S");

        Assert.Equal([snapshot], await array.Plugin.FindSnapshotsAsync(array.Server, "s", Token));
        Assert.Equal([snapshot], await array.Plugin.FindSnapshotsAsync(array.Server, snapshot.Uuid, Token));
        Assert.Empty((await array.Plugin.FindSnapshotsAsync(array.Server, "v", Token))!);
        Assert.Empty((await array.Plugin.FindSnapshotsAsync(array.Server, volume.Uuid, Token))!);
        Assert.Empty((await array.Plugin.FindSnapshotsAsync(array.Server, "s%", Token))!);
    }

    [Fact]
    public async Task Copies_are_found_by_their_source_whether_they_share_blocks_with_it_or_not()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var volume = await array.CreateAsync("v");
        var snapshot = await array.SnapAsync(volume, "s");
        var clone = await array.CloneAsync(volume, "c");
        var split = await array.Plugin.SplitCloneAsync(array.Server, await array.CloneAsync(volume, "split"), Token);
        var grandchild = await array.CloneFromSnapAsync(volume, snapshot, "g");
        await array.CreateAsync("stranger");

        Assert.Equal(new[] { clone, snapshot, split }.Select(copy => copy.Uuid).Order(StringComparer.Ordinal), await CopiesOfAsync(volume.Uuid));
        Assert.Equal([grandchild.Uuid], await CopiesOfAsync(snapshot.Uuid));
        Assert.Equal(4, (await CopiesOfAsync(volume.Uuid, snapshot.Uuid)).Count);
        Assert.Empty(await CopiesOfAsync(clone.Uuid, new('f', 32), "no uuid"));

        async Task<List<string>> CopiesOfAsync(params string[] uuids) =>
            [.. (await array.Plugin.FindCopiesAsync(array.Server, uuids, Token))!.Select(copy => copy.Uuid).Order(StringComparer.Ordinal)];
    }

    [Theory]
    [InlineData(ElementRows.SnapshotsNamedQuery)]
    [InlineData(ElementRows.CopiesQuery)]
    public async Task Looking_for_one_thing_reads_no_table_from_end_to_end(string query)
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await array.CreateAsync("v");
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(array.Folder, "local.db")};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync(Token);
        using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + query;
        command.Parameters.AddWithValue("$1", "s");
        var plan = new List<string>();
        using (var rows = await command.ExecuteReaderAsync(Token))
        {
            while (await rows.ReadAsync(Token))
            {
                plan.Add(rows.GetString(3));
            }
        }

        Assert.NotEmpty(plan);
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal));
    }
}
