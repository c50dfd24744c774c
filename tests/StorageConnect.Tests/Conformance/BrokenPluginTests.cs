using System.Reflection;
using StorageConnect.Conformance;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Conformance;

/// <summary>Whatever a plug-in does, and whatever goes wrong between it and the engine, the report is whole and the array is clean.</summary>
public sealed class BrokenPluginTests : IDisposable
{
    private readonly KitBed _bed = new();

    public static TheoryData<PluginFault> Faults => [.. Enum.GetValues<PluginFault>()];

    private static IEnumerable<string> Methods =>
        typeof(GuideMethod).GetFields(BindingFlags.Public | BindingFlags.Static).Select(constant => (string)constant.GetRawConstantValue()!);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task One_that_throws_from_every_method_gets_a_full_report()
    {
        var array = _bed.NewArray();
        await _bed.RegisterAsync(array);
        foreach (var method in Methods)
        {
            array.Throw(method, () => new FormatException("Everything is wrong."));
        }

        var results = await _bed.RunAsync(array, new() { Destructive = true });

        Assert.DoesNotContain(
            results.Where(result => result.Outcome == ConformanceOutcome.Passed).Select(result => result.Clause),
            clause => !clause.StartsWith("DESCRIPTOR-", StringComparison.Ordinal) && !clause.StartsWith("ADVICE-", StringComparison.Ordinal)
                && clause != "CLEANUP-1");
        Assert.All(results.Where(result => result.Outcome == ConformanceOutcome.Failed), result => Assert.False(string.IsNullOrEmpty(result.Seen)));
        Assert.Empty(array.Contents.Elements);
    }

    [Fact]
    public async Task One_that_throws_whenever_it_is_to_change_something_gets_a_full_report_and_leaves_nothing()
    {
        var array = _bed.NewArray();
        await _bed.RegisterAsync(array);
        foreach (var method in new[] { "offline", "startPresent", "clone", "createSnap", "resize" })
        {
            array.Instead<StorageElement>(method, (_, normally, _) =>
            {
                normally();
                throw new FormatException("Done, and broken all the same.");
            });
        }

        var results = await _bed.RunAsync(array, new() { Destructive = true });

        Assert.Contains(results, result => result.Outcome == ConformanceOutcome.Failed);
        Assert.DoesNotContain(array.Contents.Elements, element => element.Name.StartsWith("osc-conf-", StringComparison.Ordinal));
        Assert.Empty(array.Contents.Groups);
    }

    [Fact]
    public async Task One_that_never_answers_is_left_behind_when_the_time_is_over()
    {
        var array = _bed.NewArray();
        await _bed.RegisterAsync(array);
        array.HangForGood("getStatus");

        var results = await _bed.RunAsync(array,
            new() { Destructive = true, Include = ["SERVER-11", "INFO-4", "INFO-5", "CREATE-1"], ClauseTimeLimit = TimeSpan.FromSeconds(15) });

        Assert.Equal(
            [("SERVER-11", ConformanceOutcome.Failed), ("CREATE-1", ConformanceOutcome.Passed), ("INFO-4", ConformanceOutcome.Failed),
                ("INFO-5", ConformanceOutcome.Failed)],
            results.Select(result => (result.Clause, result.Outcome)));
        Assert.Equal("no answer from getStatus", results[0].Seen);
        Assert.Contains("not asked again", results[^1].Seen, StringComparison.Ordinal);
        Assert.Empty(array.Contents.Elements);
    }

    [Fact]
    public async Task One_whose_validate_hangs_is_left_behind_before_the_first_clause_too()
    {
        var array = _bed.NewArray();
        await _bed.RegisterAsync(array);
        array.Hang("validate");

        // The engine waits minutes for a validate, a run no longer than a clause may take.
        var results = await _bed.RunAsync(array, new() { Destructive = true, Include = ["SERVER-1", "CREATE-1"], ClauseTimeLimit = TimeSpan.FromSeconds(15) })
            .WaitAsync(TimeSpan.FromMinutes(4), Cancellation);

        Assert.All(results, result => Assert.Equal((ConformanceOutcome.Failed, "no answer from validate"), (result.Outcome, result.Seen)));
    }

    [Fact]
    public async Task What_it_tells_is_shown_without_control_characters_and_within_bounds()
    {
        const string bad = "x\u001b[2J\u001b]0;title\u0007\u202Etxt\uD800";
        var array = _bed.NewArray();
        await _bed.RegisterAsync(array);
        var name = bad + new string('x', 5_000_000);
        array.Put(element => element with { Name = name });
        array.Put(element => element with { Name = name });

        var result = Assert.Single(await _bed.RunAsync(array, new() { Include = ["LIST-5"] }));

        Assert.Equal(ConformanceOutcome.Failed, result.Outcome);
        Assert.InRange(result.Seen!.Length, 10, 20_000);
        Assert.DoesNotContain(result.Seen, character => char.IsControl(character) || char.IsSurrogate(character) || character == '\u202E');
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Under_every_fault_the_report_is_full_and_nothing_is_left(PluginFault fault)
    {
        var array = _bed.NewArray(KitBed.Later);
        await _bed.RegisterAsync(array);
        string[] chosen = ["SERVER-*", "LIST-9", "CREATE-1", "CREATE-7", "CREATE-10", "GROUP-3", "PRESENT-3", "SNAP-9", "ASYNC-2", "REMOVE-1"];

        var results = await _bed.RunAsync(array, new() { Destructive = true, Fault = fault, Include = chosen }, run => Assert.Empty(run.Remains));

        Assert.All(results, result => Assert.Equal(fault, result.Fault));
        var failed = results.Where(result => result.Outcome == ConformanceOutcome.Failed)
            .Select(result => $"{result.Clause}: expected {result.Expected}, seen {result.Seen}").ToList();
        Assert.True(failed.Count > 0 == (fault != PluginFault.Latency), string.Join(Environment.NewLine, failed));
        Assert.Contains(results, result => result.Outcome == ConformanceOutcome.Passed);
        Assert.Empty(array.Contents.Elements.Select(element => element.Name));
        Assert.Empty(array.Contents.Groups.Select(group => group.Name));
    }

    [Theory]
    [InlineData("getInfo", 1)]
    [InlineData("create", 1)]
    [InlineData("create", 2)]
    [InlineData("create", 9)]
    [InlineData("createAccessGroups", 1)]
    [InlineData("startPresent", 3)]
    [InlineData("createSnap", 2)]
    [InlineData("clone", 2)]
    [InlineData("offline", 2)]
    public async Task A_run_that_is_ended_cleans_up_all_the_same(string method, int call)
    {
        var array = _bed.NewArray();
        await _bed.RegisterAsync(array);
        array.ForgetCalls();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var run = new ConformanceRun(_bed.Bed.Engine, array.Id, new() { Destructive = true, SizeBytes = 1 << 16 });
        // From the call itself: another thread might come to it when the run is over.
        array.Before(method, (_, _) =>
        {
            if (array.CalledMethods.Count(called => called == method) == call)
            {
                stop.Cancel();
            }

            return Task.CompletedTask;
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await run.RunAsync(stop.Token).ToListAsync(Cancellation));

        await run.Completion;
        Assert.Empty(array.Contents.Elements.Select(element => element.Name));
        Assert.Empty(array.Contents.Groups.Select(group => group.Name));
    }

    [Fact]
    public async Task What_a_cancelled_call_made_without_telling_is_found_by_its_source_and_removed()
    {
        var array = _bed.NewArray();
        await _bed.RegisterAsync(array);
        foreach (var method in new[] { "clone", "createSnap" })
        {
            array.Instead<StorageElement>(method, (_, normally, _) =>
            {
                normally();
                throw new OperationCanceledException("The connection is closed.");
            });
        }

        await _bed.RunAsync(array, new() { Destructive = true, Include = ["CLONE-3", "SNAP-4"] }, run => Assert.Empty(run.Remains));

        Assert.Empty(array.Contents.Elements.Select(element => element.Name));
    }
}
