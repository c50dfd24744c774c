using CsCheck;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>
/// Whatever happens, and in whatever order: no device leads to another element's data, nothing is withdrawn that the host still has, what is others'
/// stays, errors are for people, and in the end each element can be attached whole and detached without a trace.
/// </summary>
public sealed class FabricHistoryTests
{
    // CsCheck_Time=600 looks for longer; CsCheck_Seed=... plays a history that failed once more.
    private static int Seconds => Check.Time < 0 ? 12 : Check.Time;

    [Fact]
    public async Task No_history_of_a_host_ends_in_the_wrong_data_or_in_something_left_behind() =>
        await Gen.Select(HistorySetup.Any, HistoryStep.Any.Array[1, 25])
            .SampleAsync(async (setup, steps) => await History.PlayAsync(setup, steps), time: Seconds, print: Print);

    private static string Print((HistorySetup Setup, HistoryStep[] Steps) sample) => $"{sample.Setup}\n{string.Join('\n', sample.Steps.AsEnumerable())}";
}
