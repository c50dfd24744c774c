using StorageConnect.Engine.Arrays;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>A validate that hangs is cut off, also one that blocks its thread. The time limit is that of the whole process.</summary>
[Collection(nameof(WholeProcess))]
public sealed class ValidateTimeoutTests : IDisposable
{
    private readonly TestBed _bed = new(new() { Base = typeof(BlockingPlugin) });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_that_gives_up_is_let_go()
    {
        using var cancel = new CancellationTokenSource();
        using var blocked = BlockingPlugin.Block();
        var registering = _bed.Engine.RegisterAsync(_bed.Draft(), "Recording", false, cancel.Token);
        await blocked.Entered.Task.WaitAsync(Cancellation);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => registering);
    }

    [Fact]
    public async Task Without_a_caller_that_gives_up_the_time_limit_ends_it()
    {
        var (timeout, grace) = (PluginCall.ValidateTimeout, PluginCall.Grace);
        using var blocked = BlockingPlugin.Block();
        try
        {
            (PluginCall.ValidateTimeout, PluginCall.Grace) = (TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50));
            var error = await Expect.FailureAsync<ArrayUnreachableException>("ArrayUnreachable", "lab",
                () => _bed.Engine.RegisterAsync(_bed.Draft(), "Recording", false, Cancellation));
            Assert.True(error.Retryable);
        }
        finally
        {
            (PluginCall.ValidateTimeout, PluginCall.Grace) = (timeout, grace);
        }
    }

    public void Dispose() => _bed.Dispose();
}

/// <summary>A plug-in whose validate blocks its thread as long as a test wants.</summary>
public class BlockingPlugin : RecordingPlugin
{
    private static Blockade? _current;

    public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken)
    {
        if (_current is { } blockade)
        {
            blockade.Entered.TrySetResult();
            blockade.Wait();
        }

        return base.ValidateAsync(server, cancellationToken);
    }

    internal static Blockade Block() => _current = new();

    internal sealed class Blockade : IDisposable
    {
        private readonly ManualResetEventSlim _end = new();

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Wait() => _end.Wait();

        public void Dispose()
        {
            _current = null;
            _end.Set();
        }
    }
}
