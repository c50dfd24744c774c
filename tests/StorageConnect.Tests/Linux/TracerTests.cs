using System.Diagnostics.Tracing;
using StorageConnect.Engine.Tracing;
using Xunit;

namespace StorageConnect.Tests.Linux;

/// <summary>Lines of the trace reach who asked for them, and nobody else.</summary>
public sealed class TracerTests
{
    [Fact]
    public async Task A_scope_hears_the_work_that_was_begun_in_it_on_other_threads_too_and_no_other()
    {
        var lines = new List<TraceLine>();
        using var scope = new TraceScope(lines.Add);
        Task work = Task.CompletedTask;
        scope.Run(() => work = Task.Run(() => Tracer.Verbose($"inside {1}"), TestContext.Current.CancellationToken));
        await work;
        Tracer.Verbose($"outside {2}");

        Assert.Equal([new(false, "inside 1", null)], lines);
    }

    [Fact]
    public void A_span_is_one_line_with_its_result_and_how_long_it_took()
    {
        var lines = new List<TraceLine>();
        using var scope = new TraceScope(lines.Add);
        scope.Run(() =>
        {
            using var span = Tracer.Begin($"a call of {"lab"}");
            span.End($"exit code {7}");
        });

        var line = Assert.Single(lines);
        Assert.Equal("a call of lab: exit code 7", line.Text);
        Assert.EndsWith(" ms)", line.ToString(), StringComparison.Ordinal);
        Assert.False(line.IsDebug);
    }

    [Fact]
    public void Control_characters_and_endless_texts_reach_no_terminal()
    {
        var lines = new List<TraceLine>();
        using var scope = new TraceScope(lines.Add);
        scope.Run(() => Tracer.Debug($"{"a\u001b[31m\nb"}{new string('x', 5000)}"));

        var line = Assert.Single(lines);
        Assert.True(line.IsDebug);
        Assert.DoesNotContain(line.Text, char.IsControl);
        Assert.InRange(line.Text.Length, 1000, 1010);
    }

    [Fact]
    public void A_secret_prints_as_its_mask()
    {
        var lines = new List<TraceLine>();
        using var scope = new TraceScope(lines.Add);
        using var secret = new Secret("chap-secret-123".ToCharArray());
        scope.Run(() => Tracer.Verbose($"{secret}"));

        Assert.Equal(ToolCommand.SecretMask, Assert.Single(lines).Text);
    }

    [Fact]
    public void Listeners_of_the_event_source_get_the_lines()
    {
        TraceEventSource.Register();
        using var listener = new Listener();
        Tracer.Verbose($"for the event {"listener"}");

        Assert.Contains("for the event listener", listener.Texts);
    }

    private sealed class Listener : EventListener
    {
        private readonly List<string> _texts = [];

        public IReadOnlyList<string> Texts
        {
            get
            {
                lock (_texts)
                {
                    return [.. _texts];
                }
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == Tracer.SourceName)
            {
                EnableEvents(eventSource, EventLevel.Verbose);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            lock (_texts)
            {
                _texts.Add($"{eventData.Payload?[0]}");
            }
        }
    }
}
