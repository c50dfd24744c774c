using Xunit;

namespace StorageConnect.Tests.Lab;

/// <summary>
/// The scenarios of <c>tests/Lab</c>, one test each, one guest at a time. Those in <c>scenarios/long</c> run when
/// <c>STORAGECONNECT_LAB=long</c> is in the environment.
/// </summary>
public sealed class ScenarioTests
{
    private const int LongTimeout = 3600; // seconds
    private const string LongMemory = "4G"; // a cluster and a cloud run in it

    public static TheoryData<string> Scenarios => In("scenarios");

    public static TheoryData<string> LongScenarios => In("scenarios/long");

    [Theory]
    [MemberData(nameof(Scenarios))]
    public Task The_scenario_passes_in_a_guest_of_its_own(string scenario) => Guest.RunAsync(scenario);

    [Theory]
    [MemberData(nameof(LongScenarios))]
    public Task The_long_scenario_passes_in_a_guest_of_its_own(string scenario)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("STORAGECONNECT_LAB") == "long", "It takes minutes: set STORAGECONNECT_LAB=long.");
        return Guest.RunAsync(scenario, LongTimeout, LongMemory);
    }

    private static TheoryData<string> In(string folder)
    {
        var scripts = Directory.EnumerateFiles(Path.Combine(Guest.Folder, folder), "*.sh").Order(StringComparer.Ordinal);
        return [.. scripts.Select(script => Path.GetRelativePath(Guest.Folder, script))];
    }
}
