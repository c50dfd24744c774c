using System.Text.RegularExpressions;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local.Export;

/// <summary>libiscsi's test suite, on one of our LUNs and on one that was made by hand: whatever tgtd can or can't, ours is no worse.</summary>
public sealed partial class ConformanceTests
{
    private const long Size = 64 << 20;

    /// <summary>Whether the LUN is thin: the suite asks a thin one for more. A long run by hand takes a thick one, too.</summary>
    public static TheoryData<bool> Kinds { get; } = LongRun.Count(0) > 0 ? [true, false] : [true];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_suite_ends_on_our_LUN_as_on_a_plain_one_made_by_hand(bool thin)
    {
        TgtDaemon.Require("iscsi-test-cu", "libiscsi-bin");
        await using var array = await IscsiArray.NewAsync();
        await array.GroupAsync("hosts", IscsiArray.Host1, IscsiArray.Host2);
        var element = await array.GrantAsync(await array.CreateAsync("db01", Size, thin), "hosts");
        const string plain = "iqn.2001-04.com.example:plain";
        var file = Path.Combine(array.Folder, "plain");
        await using (var volume = File.Create(file))
        {
            volume.SetLength(Size);
        }

        array.Daemon.Adm("--mode", "target", "--op", "new", "--tid", "1", "--targetname", plain);
        array.Daemon.Adm("--mode", "logicalunit", "--op", "new", "--tid", "1", "--lun", "1", "--backing-store", file);
        if (thin)
        {
            array.Daemon.Adm("--mode", "logicalunit", "--op", "update", "--tid", "1", "--lun", "1", "--params", "thin_provisioning=1");
        }

        array.Daemon.Adm("--mode", "target", "--op", "bind", "--tid", "1", "--initiator-name", IscsiArray.Host1);
        array.Daemon.Adm("--mode", "target", "--op", "bind", "--tid", "1", "--initiator-name", IscsiArray.Host2);
        var ours = await RunAsync(array, array.TargetOf(element));
        var theirs = await RunAsync(array, plain);
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"ours: {ours.Counts}; by hand: {theirs.Counts}");
        foreach (var line in ours.Failures.Except(theirs.Failures))
        {
            output.WriteLine($"only ours: {line}");
        }

        foreach (var line in theirs.Failures.Except(ours.Failures))
        {
            output.WriteLine($"only by hand: {line}");
        }

        Assert.True(ours.Counts.Passed > 100, ours.Text);
        Assert.Equal(theirs.Counts, ours.Counts);
        Assert.Equal(theirs.Failures, ours.Failures);
    }

    private static async Task<Outcome> RunAsync(IscsiArray array, string target)
    {
        var result = await IscsiTool.RunAsync("iscsi-test-cu", "-i", IscsiArray.Host1, "-I", IscsiArray.Host2, "-d", "-n", "-t", "SCSI",
            IscsiTool.Url(array.Daemon.FirstPortal, target));
        var tests = Tests().Match(result.Output);
        Assert.True(tests.Success, result.Output);
        int Figure(int group) => int.Parse(tests.Groups[group].Value, System.Globalization.CultureInfo.InvariantCulture);
        var skipped = result.Output.Split('\n').Count(line => line.Contains("[SKIPPED]", StringComparison.Ordinal));
        return new(new(Figure(1), Figure(2), skipped),
            [.. result.Output.Split('\n').Where(line => line.Contains("had failures", StringComparison.Ordinal))], result.Output);
    }

    [GeneratedRegex(@"tests\s+\d+\s+\d+\s+(\d+)\s+(\d+)\s+\d+")]
    private static partial Regex Tests();

    private sealed record Outcome(Counts Counts, IReadOnlyList<string> Failures, string Text);

    private sealed record Counts(int Passed, int Failed, int Skipped);
}
