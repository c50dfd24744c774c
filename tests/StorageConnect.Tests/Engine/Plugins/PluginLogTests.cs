using System.Diagnostics;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Plugins;

/// <summary>What a plug-in writes to its log reaches the listeners of the activity source.</summary>
public sealed class PluginLogTests : IDisposable
{
    private readonly TestBed _bed = new(new() { Base = typeof(LoggingPlugin) });
    private readonly List<(string Text, PluginLogLevel Level)> _lines = [];
    private readonly AsyncLocal<bool> _isMine = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_lines_name_the_plug_in_and_have_neither_control_characters_nor_secrets()
    {
        _isMine.Value = true;
        var array = await _bed.OpenAsync();
        using var listener = Listen();

        await array.GetStatusAsync(null, Cancellation);

        Assert.Equal(
            [
                ("Recording: asks lab", PluginLogLevel.Debug),
                ("Recording: \uFFFD[31mred", PluginLogLevel.Information),
                ("Recording: password ******", PluginLogLevel.Warning),
            ],
            _lines);
    }

    [Fact]
    public async Task Without_a_listener_nothing_is_written_and_nothing_fails()
    {
        var array = await _bed.OpenAsync();
        Assert.Equal("Good", await array.GetStatusAsync(null, Cancellation));
        Assert.Empty(_lines);
    }

    public void Dispose() => _bed.Dispose();

    private ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Tracer.SourceName,
            Sample = (ref _) => _isMine.Value ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = line =>
            {
                if (_isMine.Value && line.GetTagItem(Tracer.LevelTag) is PluginLogLevel level)
                {
                    _lines.Add((line.DisplayName, level));
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}

/// <summary>A plug-in that logs when it is asked for a status.</summary>
public class LoggingPlugin : RecordingPlugin
{
    public override Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        using var secret = new Secret("of-the-array");
        Log.Debug($"asks {server.Name}");
        Log.Information("\u001b[31mred");
        Log.Warning($"password {secret}");
        return base.GetStatusAsync(server, element, cancellationToken);
    }
}
