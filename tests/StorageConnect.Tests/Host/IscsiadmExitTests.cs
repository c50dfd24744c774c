using StorageConnect.Host.Iscsi;
using StorageConnect.Host.OpenIscsi;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>Exit codes and output of real iscsiadm, as captured, and the whole table of codes.</summary>
public sealed class IscsiadmExitTests
{
    private const string Folder = "iscsiadm";
    private const string NotKept = "-";

    // What a code says of itself, whatever was asked.
    private const IscsiadmOperation Other = (IscsiadmOperation)(-1);

    private static readonly List<string[]> Index = [.. Capture.Index(Folder, parts: 6)];

    public static TheoryData<string, string, string, string, string> Captures =>
        [.. Index.Where(row => row[2] != NotKept).Select(row => (row[0], row[1], row[2], row[3], row[4]))];

    public static TheoryData<string, string> Lists =>
        [.. Index.Where(row => row[1] == nameof(IscsiadmOperation.Discover) && row[2] is "0" or NotKept)
            .Select(row => (row[0], row.ElementAtOrDefault(5) ?? ""))];

    [Fact]
    public void Each_capture_has_its_line_in_the_index() =>
        Assert.Equal(Capture.NamesIn(Folder).Order(StringComparer.Ordinal), Index.Select(row => row[0]).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Captures))]
    public void What_iscsiadm_did_is_taken_for_what_it_was(string file, string operation, string code, string outcome, string errorId)
    {
        var result = Capture.Read(Folder, file).EndingWith(code);

        var exit = IscsiadmExit.Of(operation == nameof(Other) ? Other : Enum.Parse<IscsiadmOperation>(operation), result);

        Assert.Equal(Enum.Parse<IscsiadmOutcome>(outcome), exit.Outcome);
        if (exit.Outcome == IscsiadmOutcome.Done)
        {
            Assert.Equal("-", errorId);
            return;
        }

        var error = exit.ToException("It failed", "iqn.2026-01.lab.test:t1", result);
        Assert.Equal(errorId, error.ErrorId);
        Assert.Equal(exit.Outcome == IscsiadmOutcome.Retry, error.Retryable);
        Assert.Equal("iqn.2026-01.lab.test:t1", error.Element);
        Assert.False(string.IsNullOrEmpty(error.Recommendation));
        Assert.Contains($"exit code {result.ExitCode}", error.Message);
        Assert.DoesNotContain("\n", error.Message);
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public void What_a_discovery_printed_is_read_line_by_line(string file, string range)
    {
        var output = Capture.Read(Folder, file).Lines(range);

        var lines = DiscoveryOutput.Parse(output).Lines;

        Assert.NotEmpty(lines);
        Assert.Equal(output.Split('\n'), lines.Select(line => $"{line.Portal},{line.Tpgt} {line.TargetName}"));
    }

    [Fact]
    public void A_portal_listed_twice_is_one_and_IPv6_and_names_are_read()
    {
        var lines = DiscoveryOutput.Parse(
            "[fd00::1]:3260,2 iqn.2026-01.lab.test:t1\narray.example:3261,-1 eui.0123456789abcdef\n[fd00:0:0::1]:3260,2 iqn.2026-01.lab.test:t1\n").Lines;

        Assert.Equal([new("iqn.2026-01.lab.test:t1", new IscsiPortal("fd00::1", 3260), 2), new("eui.0123456789abcdef", new("array.example", 3261), -1)], lines);
    }

    [Theory]
    [InlineData("10.0.0.1:3260,1 iqn.2026-01.x:../../../etc")]
    [InlineData("10.0.0.1:3260,1 --login")]
    [InlineData("10.0.0.1:3260,1 iqn.2026-01.x:a b")]
    [InlineData("10.0.0.1:3260 iqn.2026-01.x:t")]
    [InlineData("nonsense")]
    public void A_target_that_could_become_something_else_on_this_host_is_left_out(string line)
    {
        var output = DiscoveryOutput.Parse($"{line}\n10.0.0.1:3260,1 iqn.2026-01.x:good");

        Assert.Equal([line], output.Unusable);
        Assert.Equal("iqn.2026-01.x:good", Assert.Single(output.Lines).TargetName);
    }

    [Theory]
    [InlineData(IscsiadmOutcome.Done, 0)]
    [InlineData(IscsiadmOutcome.Retry, 3, 4, 5, 6, 8, 10, 11, 18, 20, 28, 29, 31, 32, 33, 141)]
    [InlineData(IscsiadmOutcome.Permanent, 1, 2, 7, 9, 12, 13, 14, 15, 16, 17, 19, 21, 22, 23, 24, 25, 26, 27, 30, 34, 99, 137, 255)]
    internal void Every_exit_code_has_its_verdict(IscsiadmOutcome outcome, params int[] codes)
    {
        var differing =
            new[] { (IscsiadmOperation.Discover, 21), (IscsiadmOperation.Discover, 255), (IscsiadmOperation.Login, 15), (IscsiadmOperation.Login, 21),
                (IscsiadmOperation.Login, 255), (IscsiadmOperation.Logout, 2), (IscsiadmOperation.Logout, 21), (IscsiadmOperation.Logout, 22),
                (IscsiadmOperation.Logout, 255) };
        foreach (var (operation, code) in Enum.GetValues<IscsiadmOperation>()
            .SelectMany(operation => codes.Select(code => (operation, code))).Except(differing))
        {
            var exit = IscsiadmExit.Of(operation, code);
            Assert.Equal((code, outcome), (code, exit.Outcome));
            Assert.NotEmpty(exit.Meaning);
        }
    }

    [Theory]
    [InlineData(IscsiadmOperation.Login, 15, IscsiadmOutcome.Done)]
    [InlineData(IscsiadmOperation.Login, 21, IscsiadmOutcome.Retry)]
    [InlineData(IscsiadmOperation.Discover, 21, IscsiadmOutcome.Done)]
    [InlineData(IscsiadmOperation.Logout, 2, IscsiadmOutcome.Done)]
    [InlineData(IscsiadmOperation.Logout, 21, IscsiadmOutcome.Done)]
    [InlineData(IscsiadmOperation.Logout, 255, IscsiadmOutcome.Done)]
    internal void What_is_so_already_is_a_success(IscsiadmOperation operation, int code, IscsiadmOutcome outcome) =>
        Assert.Equal(outcome, IscsiadmExit.Of(operation, code).Outcome);
}
