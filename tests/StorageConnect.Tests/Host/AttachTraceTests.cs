using StorageConnect.Host.Attaching;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>Attaching tells its whole story in the trace, in few lines.</summary>
public sealed class AttachTraceTests : IAsyncDisposable
{
    private readonly SimulatedHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task An_attach_tells_its_story_in_at_most_forty_lines()
    {
        var element = _host.Array.Add("db01", "iqn.2026-01.lab.array:t1", 5);
        var lines = new List<TraceLine>();
        Task work = Task.CompletedTask;
        using var scope = new TraceScope(line =>
        {
            lock (lines)
            {
                lines.Add(line);
            }
        });
        scope.Run(() => work = new ElementAttacher(_host.Open(), _host.Array, _ => { }).RunAsync(element, [], TestContext.Current.CancellationToken));
        await work;

        var story = lines.Where(line => !line.IsDebug).Select(line => line.Text).ToList();
        Assert.InRange(story.Count, 4, 40);
        Assert.Contains("Host: present", story);
        Assert.Contains("Host: login", story);
        Assert.Contains(story, line => line.StartsWith("Host: found sd", StringComparison.Ordinal) && line.EndsWith(" for 'db01'", StringComparison.Ordinal));
        Assert.True(story.IndexOf("Host: present") < story.IndexOf("Host: login"));
    }
}
