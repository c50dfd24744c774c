using StorageConnect.Host.Fitness;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.Settings;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>What a real multipathd said to commands, played back over its socket. Its listings of maps: <see cref="MultipathMapTests"/>.</summary>
public sealed class MultipathdCaptureTests : IDisposable
{
    private const string Folder = "multipathd";
    private static readonly List<string[]> Index = [.. Capture.Index(Folder, parts: 4)];
    private readonly FakeHost _host = new();

    public static TheoryData<string, string, string> Replies => [.. Index.Where(row => row[1] == "reply").Select(row => (row[0], row[2], row[3]))];

    public static TheoryData<string> Configs => [.. NamesOf("config")];

    public static TheoryData<string> Downs => [.. NamesOf("down")];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Multipathd Client =>
        new(_host.Roots, new() { MultipathdReply = TimeSpan.FromMinutes(1) },
            new ScriptedTools(command => throw new InvalidOperationException($"No tool is needed: {command}")));

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Each_capture_has_its_line_in_the_index() =>
        Assert.Equal(Capture.NamesIn(Folder).Order(StringComparer.Ordinal), Index.Select(row => row[0]).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Replies))]
    public async Task Only_its_ok_is_a_success_and_its_fail_means_that_somebody_uses_the_map(string file, string line, string word)
    {
        // multipathd -k and its socket say the same; the line feed is the tool's.
        await using var daemon = FakeMultipathd.Answering(_host.MultipathdSocket, _ => Capture.Read(Folder, file).Lines(line) + "\n");

        var reply = await Client.ExecuteAsync("del map mpatha", Cancellation);

        Assert.Equal(word, reply);
        if (word != "ok")
        {
            var error = RemovalRefusal.ToError("mpatha", "3600000000000000000000000ab0d0001", reply);
            Assert.IsType<StorageElementBusyException>(error);
            Assert.Equal(("MultipathdRefused", true), (error.ErrorId, error.Retryable));
            Assert.Contains(word, error.Message);
        }
    }

    [Theory]
    [MemberData(nameof(Configs))]
    public void Its_settings_are_judged(string file)
    {
        var findings = MultipathSettings.Check(Capture.Read(Folder, file).Result.Output, []);

        Assert.Equal(
            ["multipath no_path_retry Ok It is '3'.", "multipath recheck_wwid Warning It is 'no'.", "multipath find_multipaths Ok It is 'off'."],
            findings.Select(finding => $"{finding.Check} {finding.State} {finding.Finding.Split("'.")[0]}'."));
    }

    [Theory]
    [MemberData(nameof(Downs))]
    public async Task Where_its_own_client_fails_without_a_word_it_does_not_run(string file)
    {
        var result = Capture.Read(Folder, file).EndingWith("1");
        var client = new MultipathdClient(_host.Roots, new(), new ScriptedTools(_ => result));

        Assert.False(client.IsRunning());
        var error = await Assert.ThrowsAnyAsync<HostNotReadyException>(() => client.ExecuteAsync("show maps json", Cancellation));
        Assert.StartsWith("MultipathdUnreachable", error.ErrorId);
    }

    private static IEnumerable<string> NamesOf(string kind) => Index.Where(row => row[1] == kind).Select(row => row[0]);
}
