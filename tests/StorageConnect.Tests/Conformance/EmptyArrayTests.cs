using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Conformance;

/// <summary>A clause that has seen nothing has not passed: on an array with nothing on it, it is skipped, and says so.</summary>
public sealed class EmptyArrayTests : IDisposable
{
    // What can be told of an array without a single element, group or feature: of its descriptor, of itself, and of what isn't there.
    private static readonly string[] Told =
    [
        "DESCRIPTOR-1", "DESCRIPTOR-2", "DESCRIPTOR-3", "DESCRIPTOR-4", "DESCRIPTOR-5", "DESCRIPTOR-6", "DESCRIPTOR-7", "DESCRIPTOR-9",
        "SERVER-1", "SERVER-3", "SERVER-4", "SERVER-5", "SERVER-6", "SERVER-9", "SERVER-11", "SERVER-12", "SERVER-14",
        "CAPABILITY-1", "CAPABILITY-4",
        "INFO-2", "INFO-5", "GROUP-20", "SNAP-12", "SNAP-14", "RESTORE-10", "SPLIT-7", "LIMIT-1", "LIMIT-2", "LIMIT-5", "LIMIT-6", "CLONE-14", "CLONE-18",
        "UPDATE-4", "UNSUPPORTED-8", "ADVICE-1", "ADVICE-9", "ADVICE-10", "ADVICE-12",
    ];

    private readonly KitBed _bed = new(new() { Ability = KitBed.Nothing });

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_clause_passes_without_having_seen_something(bool destructive)
    {
        var results = await RunAsync(destructive);

        Assert.DoesNotContain(results, result => result.Outcome == ConformanceOutcome.Passed && result.Observations == 0);
        Assert.All(results.Where(result => result.Outcome == ConformanceOutcome.Skipped), result => Assert.False(string.IsNullOrEmpty(result.Reason)));
    }

    [Fact]
    public async Task What_passes_on_an_array_with_nothing_on_it_is_what_can_be_told_of_it()
    {
        var results = await RunAsync(destructive: false);

        Assert.Empty(results.Where(result => result.Outcome == ConformanceOutcome.Failed).Select(result => $"{result.Clause}: {result.Seen}"));
        var passed = results.Where(result => result.Outcome == ConformanceOutcome.Passed).Select(result => result.Clause).ToList();
        Assert.Empty(passed.Except(Told));
        Assert.Contains("SERVER-1", passed);
    }

    [Fact]
    public async Task A_plug_in_without_create_has_nothing_to_fail_in()
    {
        using var bed = new KitBed(new() { Ability = KitBed.Nothing, Base = typeof(ReadOnlyPlugin) });
        var array = Empty(bed);
        await bed.RegisterAsync(array);

        var results = await bed.RunAsync(array, new() { Destructive = true });

        Assert.Empty(results.Where(result => result.Outcome == ConformanceOutcome.Failed).Select(result => $"{result.Clause}: {result.Seen}"));
        Assert.Equal("Nothing was made.", results.Single(result => result.Clause == "CLEANUP-1").Reason);
        Assert.Contains("has no create", results.Single(result => result.Clause == "CREATE-1").Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task The_five_methods_that_every_plug_in_has_are_enough(int elements)
    {
        using var bed = new KitBed(new() { Ability = KitBed.Nothing, Base = typeof(FiveMethodPlugin) });
        var array = bed.NewArray(KitBed.Nothing);
        for (var count = 0; count < elements; count++)
        {
            array.Put(element => element);
        }

        await bed.RegisterAsync(array);

        var results = await bed.RunAsync(array, new() { Destructive = true });

        Assert.Empty(results.Where(result => result.Outcome == ConformanceOutcome.Failed).Select(result => $"{result.Clause}: {result.Seen}"));
        Assert.Equal(elements > 0, results.Single(result => result.Clause == "LIST-11").Outcome == ConformanceOutcome.Passed);
        Assert.Equal(elements, array.Contents.Elements.Count);
    }

    private static RecordingArray Empty(KitBed bed)
    {
        var array = bed.NewArray(KitBed.Nothing);
        array.Contents.Qualities = [];
        array.Lie<StorageServer>("getInfo", server => server with
        {
            VolumeGroups = [],
            TotalBytes = null,
            UsedBytes = null,
            FreeBytes = null,
            AllocatedBytes = null,
        });
        return array;
    }

    private async Task<IReadOnlyList<OscConformanceResult>> RunAsync(bool destructive)
    {
        var array = Empty(_bed);
        await _bed.RegisterAsync(array);
        return await _bed.RunAsync(array, new() { Destructive = destructive });
    }
}
