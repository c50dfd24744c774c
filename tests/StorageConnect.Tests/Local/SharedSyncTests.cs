using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>What elements that are made at the same time cost the disk.</summary>
[Collection(nameof(WholeProcess))]
public sealed class SharedSyncTests : IDisposable
{
    private const int Elements = 32;
    private readonly List<string> _steps = [];
    private readonly Lock _gate = new();

    public SharedSyncTests() => Assert.Null(Steps.OnStep);

    public void Dispose() => Steps.OnStep = null;

    [Fact]
    public async Task Each_file_is_synced_before_its_commit_and_the_folder_and_the_commit_are_shared()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        using var made = new CountdownEvent(Elements);
        Steps.OnStep = step =>
        {
            lock (_gate)
            {
                _steps.Add(step);
            }

            switch (step)
            {
                case "resized":
                    made.Signal();
                    break;
                case "sync":
                    // Until all the others are there to share what follows.
                    made.Wait(TestContext.Current.CancellationToken);
                    break;
                default:
                    break;
            }
        };

        await Task.WhenAll(Enumerable.Range(0, Elements).Select(i => array.CreateAsync($"v{i}")));

        var syncs = _steps.Count(step => step == "sync");
        var commits = _steps.Count(step => step == "commit");
        Assert.InRange(syncs, Elements + 1, (2 * Elements) - 1);
        Assert.InRange(commits, 1, Elements - 1);
        Assert.True(_steps.IndexOf("commit") > _steps.IndexOf("sync"));
        await array.AssertWholeAsync();
    }
}
