using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Conformance;

/// <summary>What the guide allows and users miss results in advice with a reason, and never in a failure.</summary>
public sealed class AdviceTests
{
    [Fact]
    public async Task A_plug_in_that_has_everything_gets_none()
    {
        using var bed = new KitBed(new() { Ability = KitBed.Later });

        var results = await RunAsync(bed, bed.NewArray(KitBed.Later));

        Assert.All(results, result => Assert.True(result.Outcome == ConformanceOutcome.Passed, $"{result.Clause}: {result.Reason}"));
    }

    [Fact]
    public async Task One_with_the_five_methods_is_told_what_is_usual_and_fails_in_nothing()
    {
        using var bed = new KitBed(new() { Ability = KitBed.Nothing, Base = typeof(FiveMethodPlugin) });
        var array = bed.NewArray(KitBed.Nothing);
        array.Put(element => element with { CreatedAt = null });

        var results = await RunAsync(bed, array);

        var advised = results.Where(result => result.Outcome == ConformanceOutcome.Advised).ToDictionary(result => result.Clause, result => result.Reason!);
        Assert.Equal(["ADVICE-1", "ADVICE-14", "ADVICE-2", "ADVICE-6"], advised.Keys.Order(StringComparer.Ordinal));
        Assert.StartsWith("The plug-in has no create, no remove, no online, no offline.", advised["ADVICE-1"], StringComparison.Ordinal);
        Assert.DoesNotContain(results, result => result.Outcome == ConformanceOutcome.Failed);
    }

    [Theory]
    [InlineData("ADVICE-5", "TotalBytes")]
    [InlineData("ADVICE-6", "CreatedAt")]
    [InlineData("ADVICE-8", "always -1")]
    [InlineData("ADVICE-9", "Recommendation")]
    [InlineData("ADVICE-14", "password")]
    public async Task What_is_not_told_is_advice(string clause, string word)
    {
        using var bed = new KitBed();
        var array = bed.NewArray(KitBed.Later);
        array.Contents.AsyncSteps = [-1, -1];
        array.Before("validate", (_, _) => Task.CompletedTask);
        array.Lie<StorageServer>("getInfo", server => server with { FreeBytes = null });
        array.Instead<StorageElement>("getInfo", (_, normally, _) =>
        {
            try
            {
                return Task.FromResult(normally() with { CreatedAt = null });
            }
            catch (NotFoundException)
            {
                throw new NotFoundException("It isn't there.");
            }
        });

        var result = (await RunAsync(bed, array)).Single(result => result.Clause == clause);

        Assert.Equal(ConformanceOutcome.Advised, result.Outcome);
        Assert.Contains(word, result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ADVICE-7", GuideMethod.Cancel)]
    [InlineData("ADVICE-13", GuideMethod.CreateMultiSnap)]
    [InlineData("ADVICE-4", GuideMethod.GetCurrentClones)]
    [InlineData("ADVICE-10", GuideMethod.GetStatus)]
    [InlineData("ADVICE-11", GuideMethod.SetQos)]
    [InlineData("ADVICE-12", "overrides Implements")]
    public async Task A_method_that_is_missing_is_advice_and_so_is_an_Implements_of_ones_own(string clause, string word)
    {
        using var bed = new KitBed(new() { Ability = KitBed.Later, Base = typeof(LackingPlugin) });

        var result = (await RunAsync(bed, bed.NewArray(KitBed.Later))).Single(result => result.Clause == clause);

        Assert.Equal(ConformanceOutcome.Advised, result.Outcome);
        Assert.Contains(word, result.Reason, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<OscConformanceResult>> RunAsync(KitBed bed, RecordingArray array)
    {
        await bed.RegisterAsync(array);
        return await bed.RunAsync(array, new() { Destructive = true, Include = ["Advice"] });
    }
}

/// <summary>A recording plug-in that says of itself that it lacks what is usual.</summary>
public class LackingPlugin : RecordingIscsiPlugin
{
    public override bool Implements(string method) =>
        method is not (GuideMethod.Cancel or GuideMethod.CreateMultiSnap or GuideMethod.GetCurrentClones or GuideMethod.GetStatus or GuideMethod.SetQos)
        && base.Implements(method);
}
