using System.Collections.Concurrent;
using System.Management.Automation;
using System.Runtime.ExceptionServices;

namespace StorageConnect.Commands;

/// <summary>
/// A cmdlet that works on elements on this host, several at once, and writes each result as it comes. Before an error, the results of all work that has begun
/// are written: with the error action Stop, nothing is written after the error.
/// </summary>
public abstract class ParallelElementCmdlet : StorageElementCmdlet
{
    // How long a stopped pipeline waits for the rollback.
    private static readonly TimeSpan TakingBack = TimeSpan.FromSeconds(30);

    private readonly BlockingCollection<Outcome> _outcomes = [];
    private readonly ConcurrentQueue<string> _warnings = new();
    private readonly Queue<Outcome> _failures = new();
    private readonly List<Task> _works = [];
    private SemaphoreSlim? _throttle;
    private int _received;
    private bool _isWritingFailures;

    /// <summary>How many elements are worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 8;

    private protected abstract string Work { get; }

    private protected sealed override void Begin()
    {
        try
        {
            ModuleEngine.Host.DemandRights(Work);
        }
        catch (StorageConnectException e)
        {
            // Once per command, not per element.
            ThrowTerminatingError(ErrorTranslation.ToErrorRecord(e, null));
        }
    }

    /// <summary>Begins work on an element as soon as a slot is free.</summary>
    /// <param name="element">The element, for errors.</param>
    /// <param name="work">The work; its argument receives warnings. Its result is written, unless it is null.</param>
    private protected void Begin(StorageElement element, Func<Action<string>, CancellationToken, Task<object?>> work)
    {
        _throttle ??= new(ThrottleLimit, ThrottleLimit);
        _works.Add(Task.Run(() => RunAsync(element, work, _throttle, StopToken)));

        // While the pipeline still delivers others.
        WriteReady();
    }

    private protected sealed override void End() => ChangeConfirmed();

    /// <summary>Waits for all work that has begun, and writes its outcomes, the errors last.</summary>
    private protected sealed override void ChangeConfirmed()
    {
        if (_received < _works.Count)
        {
            while (_received < _works.Count)
            {
                WriteProgress(new(0x05e, Work, $"{_received} of {_works.Count} done") { PercentComplete = _received * 100 / _works.Count });
                Receive(TakeNext());
            }

            WriteProgress(new(0x05e, Work, "over") { RecordType = ProgressRecordType.Completed });
        }

        WriteFailures();
    }

    private protected sealed override void CleanUp()
    {
        if (_received < _works.Count)
        {
            // Nobody receives these outcomes: the command ends early. The work rolls itself back.
            StopProcessing();
        }

        if (Task.WaitAll([.. _works], TakingBack))
        {
            _outcomes.Dispose();
            _throttle?.Dispose();
        }
    }

    private async Task RunAsync(StorageElement element, Func<Action<string>, CancellationToken, Task<object?>> work, SemaphoreSlim throttle,
        CancellationToken cancellationToken)
    {
        Outcome outcome;
        try
        {
            await throttle.WaitAsync(cancellationToken);
            try
            {
                outcome = new(element, await work(_warnings.Enqueue, cancellationToken), null);
            }
            finally
            {
                throttle.Release();
            }
        }
#pragma warning disable CA1031 // Whatever it is, the pipeline's own thread throws it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            outcome = new(element, null, e);
        }

        _outcomes.Add(outcome, CancellationToken.None);
    }

    private Outcome TakeNext()
    {
        try
        {
            return _outcomes.Take(StopToken);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }

    private void WriteReady()
    {
        while (_outcomes.TryTake(out var outcome))
        {
            Receive(outcome);
        }

        WriteFailures();
    }

    private void Receive(Outcome outcome)
    {
        _received++;
        while (_warnings.TryDequeue(out var warning))
        {
            WriteWarning(warning);
        }

        if (outcome.Error is not null)
        {
            _failures.Enqueue(outcome);
        }
        else if (outcome.Result is not null)
        {
            WriteObject(outcome.Result);
        }
    }

    private void WriteFailures()
    {
        // An error that is being written brings more of them: they are written after it.
        if (_isWritingFailures)
        {
            return;
        }

        _isWritingFailures = true;
        try
        {
            while (_failures.TryDequeue(out var failure))
            {
                Try(failure.Element, () => ExceptionDispatchInfo.Throw(failure.Error!));
            }
        }
        finally
        {
            _isWritingFailures = false;
        }
    }

    private sealed record Outcome(StorageElement Element, object? Result, Exception? Error);
}
