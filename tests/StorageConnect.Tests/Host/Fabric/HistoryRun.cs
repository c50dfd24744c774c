using StorageConnect.Host.Devices;
using StorageConnect.Host.Settings;
using Xunit;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>One run of the product in a history, with what comes between: it ends, and when it fails, with an error for people.</summary>
internal static class HistoryRun
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Short enough to see the end of each, far longer than anything here takes.</summary>
    public static HostDeadlines Deadlines { get; } = SimulatedHost.Patient with
    {
        MultipathdReply = TimeSpan.FromSeconds(30),
        MapGone = TimeSpan.FromSeconds(30),
        SysfsWrite = TimeSpan.FromSeconds(30),
        DiskSettled = TimeSpan.FromSeconds(30),
        Flush = TimeSpan.FromSeconds(30),
        Lock = TimeSpan.FromMinutes(10),
    };

    /// <param name="host">Where.</param>
    /// <param name="step">What comes between, and when.</param>
    /// <param name="inject">Does to the host what comes between, where it isn't the end of the run.</param>
    /// <param name="log">Told of errors.</param>
    /// <param name="run">The run.</param>
    public static async Task PlayAsync(
        SimulatedHost host,
        HistoryStep step,
        Action<HistoryStep, Fault> inject,
        Action<string> log,
        Func<LinuxHost, CancellationToken, Task> run)
    {
        var runSteps = 0;
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        void CountStep()
        {
            var runStep = Interlocked.Increment(ref runSteps);
            if (step.Fault == Fault.Killed && runStep >= step.AtRunStep)
            {
                throw new Killed();
            }

            if (runStep == step.AtRunStep)
            {
                if (step.Fault == Fault.Cancelled)
                {
                    cancellation.Cancel();
                }
                else
                {
                    inject(step, step.Fault);
                }
            }
        }

        var kernel = new InterruptibleKernel(host, CountStep, cancellation.Token);
        var running = run(host.Open(Deadlines, onStep: _ => CountStep(), kernel: kernel), cancellation.Token);
        try
        {
            await running.WaitAsync(Limit, CancellationToken.None);
        }
        catch (Killed)
        {
            Assert.Equal(Fault.Killed, step.Fault);
        }
        catch (OperationCanceledException)
        {
            Assert.Equal(Fault.Cancelled, step.Fault);
        }
        catch (StorageConnectException e)
        {
            Assert.NotEmpty(e.Message);
            Assert.NotEmpty(e.ErrorId);
            Assert.False(string.IsNullOrEmpty(e.Recommendation), $"{e.ErrorId}: {e.Message}");
            log($"    {e.ErrorId}: {e.Message}");
        }
    }
}
