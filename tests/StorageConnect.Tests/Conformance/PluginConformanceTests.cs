using StorageConnect.Conformance;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Conformance;

/// <summary>An author tests a plug-in from his own tests, by its assembly alone.</summary>
public sealed class PluginConformanceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingArray _array = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_correct_plugin_passes_and_leaves_nothing()
    {
        var results = await RunAsync(new() { Destructive = true, Include = ["Creating", "Groups", "SideEffects"], SizeBytes = 1 << 16 });

        Assert.Empty(results.Where(result => result.Outcome == ConformanceOutcome.Failed).Select(result =>
            $"{result.Clause}: {result.Expected}, seen: {result.Seen}"));
        Assert.Contains(results, result => result.Outcome == ConformanceOutcome.Passed);
        Assert.Empty(_array.Contents.Elements);
    }

    [Fact]
    public async Task A_wrong_one_fails_and_a_call_that_fails_always_tells_its_text_once()
    {
        _array.Throw("create", () => new FormatException("No number."));

        var results = await RunAsync(new() { Destructive = true, Include = ["Creating"] });

        var failed = results.Where(result => result.Outcome == ConformanceOutcome.Failed).ToList();
        Assert.True(failed.Count > 5);
        Assert.Contains("No number", failed[0].Seen, StringComparison.Ordinal);
        Assert.Contains(failed.Skip(1), result => result.SameCauseAs == failed[0].Clause && result.Seen!.EndsWith($"as in {failed[0].Clause}",
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_objects_are_used_where_they_are_wanted()
    {
        var results = await RunAsync(new() { Destructive = true, Many = true, Include = ["MANY-1", "MANY-3"], SizeBytes = 1 << 16 });

        Assert.All(results, result => Assert.Equal(ConformanceOutcome.Passed, result.Outcome));
        Assert.True(_array.CalledMethods.Count(method => method == "create") >= 300);
    }

    public void Dispose()
    {
        _array.Dispose();
        _folder.Dispose();
    }

    private Task<IReadOnlyList<OscConformanceResult>> RunAsync(ConformanceOptions options) => PluginConformance.RunAsync(
        new PluginBlueprint().WriteTo(_folder.Path), new() { Name = "lab", StorageType = StorageType.SAN, ExtraInfo = _array.Id }, options, Cancellation);
}
