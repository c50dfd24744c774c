using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 2: refresh is called only below API 1.2.10.</summary>
public sealed class RefreshTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Breaks(2, By.Caller)]
    [Theory]
    [InlineData("1.2.7", true)]
    [InlineData("1.2.8", true)]
    [InlineData("1.2.9", true)]
    [InlineData("1.2.10", false)]
    [InlineData("1.3.0", false)]
    public async Task It_is_called_below_1_2_10_alone(string extendedApiVersion, bool called)
    {
        using var bed = new TestBed(new() { Base = typeof(RecordingIscsiPlugin), ExtendedApiVersion = extendedApiVersion });
        var door = await bed.OpenAsync();
        Assert.Equal(called, await door.RefreshAsync(Cancellation));
        Assert.Equal(called ? ["refresh"] : [], bed.Array.CalledMethods);
    }

    [Fact]
    public async Task A_plug_in_without_its_own_is_left_alone()
    {
        using var bed = new TestBed(new() { ExtendedApiVersion = "1.2.9" });
        var door = await bed.OpenAsync();
        Assert.False(await door.RefreshAsync(Cancellation));
        Assert.Empty(bed.Array.Calls);
    }

    [Breaks(2, By.Plugin)]
    [Fact]
    public async Task What_is_wrong_in_it_is_the_plug_ins_fault()
    {
        using var bed = new TestBed(new() { Base = typeof(RecordingIscsiPlugin), ExtendedApiVersion = "1.2.9" });
        var door = await bed.OpenAsync();
        bed.Array.Throw("refresh", () => new FormatException("no bus"));
        await Expect.FailureAsync<StorageConnect.Engine.Errors.PluginFaultException>("PluginFailure", "Recording", () => door.RefreshAsync(Cancellation));
    }
}
