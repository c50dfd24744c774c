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
            .SampleAsync(async (setup, steps) => await History.PlayAsync(setup, steps), WriteCount, time: Seconds, print: Print);

    [Fact]
    public async Task No_history_of_presentations_hands_over_the_device_of_another_element() =>
        await Gen.Select(PresentationSetup.Any, HistoryStep.Any.Array[1, 25])
            .SampleAsync(async (setup, steps) => await PresentationHistory.PlayAsync(setup, steps), WriteCount, time: Seconds, print: Print);

    [Fact]
    public async Task No_history_of_a_Fibre_Channel_host_ends_in_the_wrong_data_or_in_something_left_behind() =>
        await Gen.Select(FibreChannelSetup.Any, HistoryStep.Any.Array[1, 25])
            .SampleAsync(async (setup, steps) => await FibreChannelHistory.PlayAsync(setup, steps), WriteCount, time: Seconds, print: Print);

    private static void WriteCount(string count) => TestContext.Current.TestOutputHelper?.WriteLine(count);

    private static string Print<T>((T Setup, HistoryStep[] Steps) sample) => $"{sample.Setup}\n{string.Join('\n', sample.Steps.AsEnumerable())}";
}
