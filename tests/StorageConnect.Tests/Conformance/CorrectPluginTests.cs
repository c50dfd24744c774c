using StorageConnect.Conformance;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Conformance;

/// <summary>A plug-in that keeps the guide passes whatever its abilities reach; together its kinds reach every clause.</summary>
public sealed class CorrectPluginTests : IDisposable
{
    private readonly KitBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task It_passes_and_leaves_nothing_and_every_clause_is_reached_by_some_kind_of_array()
    {
        var reached = new HashSet<string>();
        foreach (var abilities in new[] { KitBed.Limited, KitBed.WhileOffline, KitBed.Later })
        {
            using var bed = new KitBed(new() { Ability = abilities });
            var array = bed.NewArray(abilities);
            await bed.RegisterAsync(array);
            reached.UnionWith(await PassedAsync(bed, array));
        }

        using (var bed = new KitBed(new() { StorageTypes = [StorageType.SAN] }))
        {
            var array = bed.NewArray(KitBed.Nothing);
            await bed.RegisterAsync(array);
            array.Before("validate", (call, _) => call.Server.StorageType == StorageType.SAN
                ? Task.CompletedTask
                : throw new InvalidStorageArrayException("SAN alone."));
            reached.UnionWith(await PassedAsync(bed, array));
        }

        using (var bed = new KitBed(new() { IdentityFromPresentation = true }))
        {
            var array = bed.NewArray();
            array.Contents.HasIdentitiesOfPresentations = true;
            await bed.RegisterAsync(array, draft => draft with { StorageType = StorageType.iSCSI });
            reached.UnionWith(await PassedAsync(bed, array));
        }

        var concentrated = new Capabilities(KitBed.Limited) { RequireStorageName = Ability.Yes };
        using (var bed = new KitBed(new() { Ability = concentrated, Base = typeof(TalkativePlugin) }))
        {
            var array = bed.NewArray(concentrated);
            array.Contents.StorageNames = ["one", "two"];
            array.Lie<StorageServer>("discover", server => server with
            {
                IscsiTargets = [new() { TargetName = "iqn.2001-04.com.example:a", Portal = "192.0.2.1:3260" }],
            });
            array.Tell("getInfo", element => element with { UsedBytes = element.SizeBytes, UniqueBytes = 0 });
            await bed.RegisterAsync(array, draft => draft with { StorageName = "two", StorageType = StorageType.iSCSI });
            reached.UnionWith(await PassedAsync(bed, array));
        }

        // An array in the memory of this process is there for no other: these are tried with arrays that are.
        string[] ofOtherProcesses = ["OTHER-3", "OTHER-4", "OTHER-5", "OTHER-6", "OTHER-7", "OTHER-8", "OTHER-9", "OTHER-10"];
        Assert.Empty(ClauseCatalog.All.Select(clause => clause.Number).Except(reached).Except(ofOtherProcesses));
    }

    [Fact]
    public async Task A_skipped_clause_tells_why()
    {
        var array = _bed.NewArray(KitBed.Nothing);
        await _bed.RegisterAsync(array);

        var results = await _bed.RunAsync(array, new());

        Assert.All(results.Where(result => result.Outcome == ConformanceOutcome.Skipped), result => Assert.False(string.IsNullOrEmpty(result.Reason)));
        Assert.Empty(array.Contents.Elements);
        Assert.DoesNotContain("create", array.CalledMethods);
        Assert.DoesNotContain("createAccessGroups", array.CalledMethods);
    }

    [Fact]
    public async Task What_an_earlier_run_left_is_removed_and_told_and_what_is_not_the_runs_stays()
    {
        var array = _bed.NewArray();
        await _bed.RegisterAsync(array);
        var mine = array.Put(element => element with { Name = "mine" });
        var old = array.Put(element => element with { Name = "osc-conf-00000001-abcd-7" });
        var running = array.Put(element => element with { Name = $"osc-conf-{DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeSeconds():x8}-abcd-7" });

        await _bed.RunAsync(array, new() { Destructive = true, Include = ["CREATE-*"] }, run => Assert.Equal([old.Name], run.Leftovers));

        Assert.Equal([mine.Name, running.Name], array.Contents.Elements.Select(element => element.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_word_that_fits_no_clause_is_an_error()
    {
        var array = _bed.NewArray();
        await _bed.RegisterAsync(array);

        Expect.Failure<NotFoundException>("ClauseNotFound", "CREAT-3",
            () => new ConformanceRun(_bed.Bed.Engine, array.Id, new() { Exclude = ["CREAT-3"] }).Dispose());
    }

    [Theory]
    [InlineData("create-3", 1)]
    [InlineData("CREATE-1*", 10)]
    [InlineData("Creating", 18)]
    [InlineData("isRestorable", 7)]
    public async Task Clauses_are_chosen_by_number_chapter_and_section(string word, int count)
    {
        var array = _bed.NewArray();
        await _bed.RegisterAsync(array);

        using var run = new ConformanceRun(_bed.Bed.Engine, array.Id, new() { Include = [word] });

        Assert.Equal(count, run.Count);
    }

    private static async Task<IEnumerable<string>> PassedAsync(KitBed bed, RecordingArray array)
    {
        var results = await bed.RunAsync(array, new() { Destructive = true }, run => Assert.Empty(run.Remains));

        var failed = results.Where(result => result.Outcome == ConformanceOutcome.Failed)
            .Select(result => $"{result.Clause}: expected {result.Expected}, seen {result.Seen}").ToList();
        Assert.True(failed.Count == 0, string.Join('\n', failed));
        Assert.All(results.Where(result => result.Outcome == ConformanceOutcome.Skipped), result => Assert.False(string.IsNullOrEmpty(result.Reason)));
        Assert.Empty(array.Contents.Elements.Select(element => element.Name));
        Assert.Empty(array.Contents.Groups.Select(group => group.Name));
        return results.Where(result => result.Outcome == ConformanceOutcome.Passed).Select(result => result.Clause);
    }
}
