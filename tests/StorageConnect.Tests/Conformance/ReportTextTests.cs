using Xunit;

namespace StorageConnect.Tests.Conformance;

/// <summary>What a report quotes of a plug-in: enough to see the difference, and no secret.</summary>
public sealed class ReportTextTests(KitBed bed) : IClassFixture<KitBed>
{
    [Theory]
    [InlineData(KitBed.Password)]
    [InlineData("Y29ycmVjdCBob3JzZQ==")]
    public async Task A_secret_that_an_error_shows_is_not_quoted(string secret)
    {
        var array = bed.NewArray();
        await bed.RegisterAsync(array);
        array.Before("create", (call, _) => array.Contents.Elements.Any(element => element.Name == call.Argument<StorageElement>(0).Name)
            ? throw new NotFoundException($"POST /volumes was refused for {secret}.") : Task.CompletedTask);

        var results = await bed.RunAsync(array, new() { Destructive = true, Include = ["CREATE-10"] });

        bed.Unregister(array);
        var result = Assert.Single(results);
        Assert.Equal(ConformanceOutcome.Failed, result.Outcome);
        Assert.DoesNotContain(secret, $"{result.Expected} {result.Seen} {result.Reason}", StringComparison.Ordinal);
        Assert.Contains("shows a secret", result.Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_that_differ_within_a_second_are_told_apart()
    {
        var array = bed.NewArray();
        await bed.RegisterAsync(array);
        var created = new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);
        array.Contents.Default = "silver";
        array.Instead<StorageElement>("create", (_, normally, _) =>
            Task.FromResult(array.Contents.Change(normally(), made => made with { CreatedAt = created })));
        array.Instead<StorageElement>("resize", (_, normally, _) =>
            Task.FromResult(array.Contents.Change(normally(), made => made with { CreatedAt = created.AddMilliseconds(5) })));

        var result = Assert.Single(await bed.RunAsync(array, new() { Destructive = true, Include = ["RESIZE-5"] }));

        bed.Unregister(array);
        Assert.Contains("2026-05-04T03:02:01.0000000", result.Expected, StringComparison.Ordinal);
        Assert.Contains("2026-05-04T03:02:01.0050000", result.Seen, StringComparison.Ordinal);
    }
}
