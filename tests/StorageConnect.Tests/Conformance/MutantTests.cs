using Xunit;

namespace StorageConnect.Tests.Conformance;

/// <summary>The kit finds what it is meant to find: each wrong plug-in fails in the clause meant for it.</summary>
public sealed class MutantTests : IClassFixture<KitBed>
{
    private static readonly Dictionary<string, Mutant> ByName = Mutants.All.ToDictionary(mutant => mutant.ToString());
    private readonly KitBed _bed;

    public MutantTests(KitBed bed) => _bed = bed;

    public static TheoryData<string> Names => [.. ByName.Keys];

    [Fact]
    public void There_are_many() => Assert.True(Mutants.All.Count >= 300, $"There are {Mutants.All.Count}.");

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_wrong_plugin_is_caught_by_the_clause_meant_for_it(string name)
    {
        var mutant = ByName[name];
        using var own = mutant.Plugin is null ? null : new KitBed(mutant.Plugin);
        var bed = own ?? _bed;
        var array = bed.NewArray();
        await bed.RegisterAsync(array, draft => draft with { StorageType = mutant.StorageType });
        mutant.Break(array);

        // The last clause looks at what others have made.
        var results = await bed.RunAsync(array,
            new() { Destructive = true, Include = mutant.Clause == "CLEANUP-1" ? ["CREATE-1", mutant.Clause] : [mutant.Clause] });

        bed.Unregister(array);
        var result = results[^1];
        Assert.True(result.Outcome == ConformanceOutcome.Failed, $"{result.Clause} is {result.Outcome}: {result.Reason}");
        Assert.False(string.IsNullOrEmpty(result.Expected));
        Assert.False(string.IsNullOrEmpty(result.Seen));
    }
}
