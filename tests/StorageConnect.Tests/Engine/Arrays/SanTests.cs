using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 22: discover, start and stop are for iSCSI only.</summary>
public sealed class SanTests() : ArrayTests(new() { Base = typeof(RecordingIscsiPlugin) })
{
    public static TheoryData<string> Methods => EveryMethod.Names;

    [Breaks(22, By.Caller)]
    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Whatever_is_called_a_SAN_array_is_never_discovered_started_or_stopped(string method)
    {
        await EveryMethod.CallAsync(method, Door, On, Cancellation);
        Assert.Empty(Behind.CalledMethods.Intersect(["discover", "start", "stop"]));
    }
}
