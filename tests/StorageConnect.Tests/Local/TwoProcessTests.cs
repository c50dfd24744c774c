using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>Several processes on one pool at once.</summary>
public sealed class TwoProcessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(TestArray.AllKinds), MemberType = typeof(TestArray))]
    public async Task What_two_processes_create_at_once_is_all_there(PoolKind kind)
    {
        const int each = 40;
        using var array = await TestArray.NewAsync(kind);
        var children = new[] { "a", "b" }.Select(name => ChildProcess.RunAsync(new("createMany", array.Folder, [name, $"{each}"]), Token)).ToList();
        for (var i = 0; i < each; i++)
        {
            await array.CreateAsync($"c{i}");

            // Opening sweeps leftovers; what others are just making is none.
            using var opened = await array.Another().ValidatedAsync();
        }

        foreach (var (ended, made) in await Task.WhenAll(children))
        {
            Assert.True(ended);
            Assert.Equal(each, made.Length);
        }

        Assert.Equal(3 * each, (await array.ListAsync()).Count);
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task Of_many_who_create_the_same_name_exactly_one_succeeds()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var others = Enumerable.Range(0, 4).Select(_ => array.Another()).ToList();
        var results = await Task.WhenAll(others.SelectMany(other => Enumerable.Range(0, 5).Select(async _ =>
        {
            try
            {
                await other.CreateAsync("same");
                return "made";
            }
            catch (AlreadyExistsException e)
            {
                return e.ErrorId;
            }
        })));
        Assert.Single(results, result => result == "made");
        Assert.Equal(19, results.Count(result => result == "StorageElementExists"));
        others.ForEach(other => other.Dispose());
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task Snapshots_never_hinder_who_needs_the_volume_closed_by_others()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        using var other = array.Another();
        var volume = await array.CreateAsync("v");
        await Task.WhenAll(
            Each(async () =>
            {
                for (var i = 0; i < 30; i++)
                {
                    await array.SnapAsync(volume, $"s{i}");
                }
            }),
            Each(async () =>
            {
                for (var i = 0; i < 30; i++)
                {
                    await other.OfflineAsync(volume);
                    await other.OnlineAsync(volume);
                }
            }));
        Assert.Equal(30, (await array.SnapsAsync()).Count);
        await array.AssertWholeAsync();
    }

    private static Task Each(Func<Task> work) => Task.Run(work, Token);
}
