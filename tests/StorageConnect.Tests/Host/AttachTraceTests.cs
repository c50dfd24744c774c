using StorageConnect.Host.Attaching;
using StorageConnect.Host.Settings;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>The trace of an attach: calls, waits and retries, in at most forty lines, without secrets.</summary>
public sealed class AttachTraceTests : IAsyncDisposable
{
    private readonly SimulatedHost _host = new();
    private readonly List<TraceLine> _lines = [];

    private List<string> Verbose => [.. _lines.Where(line => !line.IsDebug).Select(line => line.Text)];

    private List<string> Debug => [.. _lines.Where(line => line.IsDebug).Select(line => line.Text)];

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task An_attach_tells_its_story_in_at_most_forty_lines()
    {
        await AttachAsync(_host.Array.Add("db01", "iqn.2026-01.lab.array:t1", 5));

        var story = Verbose;
        Assert.InRange(story.Count, 4, 40);
        Assert.Contains("Host: present", story);
        Assert.Contains("Host: login", story);
        Assert.Contains(story, line => line.StartsWith("Host: found sd", StringComparison.Ordinal) && line.EndsWith(" for 'db01'", StringComparison.Ordinal));
        Assert.True(story.IndexOf("Host: present") < story.IndexOf("Host: login"));
        Assert.Contains(Debug, line => line.StartsWith("multipathd: show map", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_blind_multipathd_is_waited_for_and_its_answer_is_in_the_trace()
    {
        _host.IsMultipathdBlind = true;
        var element = _host.Array.Add("db01", "iqn.2026-01.lab.array:t1", 5);
        await AttachAsync(element);

        Assert.InRange(Verbose.Count, 4, 40);
        Assert.Contains(Verbose, line => line.StartsWith($"Host: wait for the map {element.Page83Id} of ", StringComparison.Ordinal)
            && line.EndsWith(": not within 0.05 s", StringComparison.Ordinal));
        Assert.Contains(Verbose, line => line.StartsWith("multipathd: add path sd", StringComparison.Ordinal)
            && line.EndsWith(": ok", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_late_LUN_costs_one_line_however_often_it_is_scanned_for()
    {
        var element = _host.Array.Add("db01", "iqn.2026-01.lab.array:t1", 5);
        _host.Array.Add("db02", "iqn.2026-01.lab.array:t1", 6); // keeps the target
        var scans = 0;
        var place = _host.Array.Luns.Single(lun => lun.Value.Uuid == element.Uuid).Key;
        _host.Array.Luns.Remove(place);
        _host.OnWrite = (path, _) =>
        {
            if (path.EndsWith("/scan", StringComparison.Ordinal) && Interlocked.Increment(ref scans) == 5)
            {
                _host.Array.Luns[place] = element;
            }
        };

        await AttachAsync(element, SimulatedHost.Patient with { LunSeen = TimeSpan.FromMinutes(1), LunSeenEverywhere = TimeSpan.FromMinutes(1) });

        Assert.InRange(Verbose.Count, 4, 40);
        Assert.Equal(_host.Sessions().Count, Verbose.Count(line => line == "Host: scan"));
        Assert.Contains("Host: scan, again", Debug);
    }

    [Fact]
    public async Task No_secret_is_in_the_trace()
    {
        string[] secrets = ["chap-secret-1234", "mutual-secret-12"];
        using var chap = new Secret(secrets[0]);
        using var mutual = new Secret(secrets[1]);
        _host.Array.Server = _host.Array.Server with
        {
            Chap = true,
            AccessContexts = [.. _host.Array.Server.AccessContexts.Select(access =>
                (access with { ChapUser = "user", MutualChapUser = "array" }).WithSecrets(chap, mutual))],
        };
        await AttachAsync(_host.Array.Add("db01", "iqn.2026-01.lab.array:t1", 5));

        Assert.Equal("user", _host.LastLogin!.ChapUser);
        Assert.All(secrets, secret => Assert.DoesNotContain(_lines, line => line.Text.Contains(secret, StringComparison.Ordinal)));
    }

    private async Task AttachAsync(StorageElement element, HostDeadlines? deadlines = null)
    {
        var work = Task.CompletedTask;
        using var scope = new TraceScope(line =>
        {
            lock (_lines)
            {
                _lines.Add(line);
            }
        });
        scope.Run(() => work = new ElementAttacher(_host.Open(deadlines), _host.Array, _ => { })
            .RunAsync(element, [], TestContext.Current.CancellationToken));
        await work;
    }
}
