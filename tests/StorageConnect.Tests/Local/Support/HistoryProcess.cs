using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace StorageConnect.Tests.Local.Support;

/// <summary>A child that makes the changes of a history until it is killed, and prints the number of changes done after each.</summary>
internal sealed class HistoryProcess
{
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Task<string> _error;
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _begin;
    private readonly Action<TimeSpan>? _onChange;
    private int _awaited = int.MaxValue;
    private bool _isKilled;

    /// <param name="task">The history.</param>
    /// <param name="prefix">What all its names begin with.</param>
    /// <param name="begin">How many changes its predecessors made.</param>
    /// <param name="onChange">Called with the time that each change but the first took.</param>
    public HistoryProcess(ChildTask task, string prefix, int begin = 0, Action<TimeSpan>? onChange = null)
    {
        (Prefix, Acknowledged, _begin, _onChange) = (prefix, begin, begin, onChange);
        _process = ChildProcess.Start(task);
        _error = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        _reading = ReadAsync();
    }

    public string Prefix { get; }

    /// <summary>How many changes were acknowledged, those of its predecessors among them.</summary>
    public int Acknowledged { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Waits until it has made so many changes, or has ended.</summary>
    public Task<Task> WaitForAsync(int changes)
    {
        _awaited = _begin + changes;
        return Task.WhenAny(_reached.Task, _reading);
    }

    public void Kill()
    {
        _isKilled = !_process.HasExited;
        _process.Kill();
    }

    /// <summary>Waits for its end. One that wasn't killed has made all changes, unless its error may be.</summary>
    /// <returns>Its process id.</returns>
    public async Task<int> EndAsync(Func<string, bool>? mayFail = null)
    {
        await _reading;
        await _process.WaitForExitAsync(Token);
        var error = await _error;
        Assert.True(_isKilled || _process.ExitCode == 0 || mayFail?.Invoke(error) == true, error);
        var id = _process.Id;
        _process.Dispose();
        return id;
    }

    private async Task ReadAsync()
    {
        var clock = new Stopwatch();
        while (await _process.StandardOutput.ReadLineAsync(Token) is { } line)
        {
            if (clock.IsRunning)
            {
                _onChange?.Invoke(clock.Elapsed);
            }

            clock.Restart();
            Acknowledged = int.Parse(line, CultureInfo.InvariantCulture);
            if (Acknowledged >= _awaited)
            {
                _reached.TrySetResult();
            }
        }
    }
}
