using System.Management.Automation;
using StorageConnect.Engine.Operations;

namespace StorageConnect.Commands;

/// <summary>
/// Waits for operations, begun here or in another process, and writes each one's record as soon as it is done. A failed one is an error; the
/// others continue. An operation keeps its outcome for a week: waiting for it again writes the same.
/// </summary>
[Cmdlet(VerbsLifecycle.Wait, "OscOperation")]
[OutputType(typeof(StorageElement), typeof(OscOperation))]
public sealed class WaitOscOperationCommand : OperationCmdlet
{
    private const int NamedAtMost = 10;
    private readonly Dictionary<string, OscOperation> _open = [];
    private OperationSubscription? _subscription;
    private int _count;

    /// <summary>
    /// How many seconds to wait once all operations are known; -1 for no limit. An error names those that still run then; they continue.
    /// </summary>
    [Parameter]
    [ValidateRange(-1, int.MaxValue)]
    public int Timeout { get; set; } = -1;

    /// <summary>Wait only until the first has ended.</summary>
    [Parameter]
    public SwitchParameter Any { get; set; }

    /// <summary>
    /// The least time between two queries of an array, in seconds. By default the interval grows from short to long, or is that of the plug-in.
    /// </summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue / 1000)]
    public int PollInterval { get; set; }

    /// <summary>Return the operations as they ended, including failed ones, in place of the finished records.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private bool IsOver => _open.Count == 0 || (Any && _open.Count < _count);

    private protected override void Process(OscOperationIdentity identity)
    {
        _subscription ??= Engine.Operations.Subscribe(TimeSpan.FromSeconds(PollInterval));
        if (_open.TryAdd(identity.Key, _subscription.Add(identity.Key)))
        {
            _count++;
        }

        // While the pipeline still delivers others.
        Take(_subscription.Take(), isWaiting: false);
    }

    private protected override void End()
    {
        if (_subscription is null)
        {
            return;
        }

        try
        {
            Await(_subscription);
        }
        finally
        {
            Bar.End();
        }
    }

    private protected override void CleanUp() => _subscription?.Dispose();

    private void Await(OperationSubscription subscription)
    {
        Bar.Count = _count;
        var began = TimeProvider.System.GetTimestamp();
        while (!IsOver)
        {
            var left = Timeout < 0 ? (TimeSpan?)null : TimeSpan.FromSeconds(Timeout) - TimeProvider.System.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                GiveUp();
                return;
            }

            var atMost = left is null || Bar.Pending < left ? Bar.Pending ?? left : left;
            Take(Run(token => subscription.NextAsync(atMost, token)), isWaiting: true);
            Bar.Flush();
        }
    }

    private void Take(IReadOnlyList<OperationUpdate> all, bool isWaiting)
    {
        foreach (var update in all)
        {
            if (IsOver)
            {
                return;
            }

            if (update.IsLast)
            {
                _open.Remove(update.Id);
                Bar.Done = _count - _open.Count;
                HandOver(update);
            }
            else
            {
                _open[update.Id] = update.Operation!;
                if (isWaiting)
                {
                    Bar.Show(Describe(update.Operation!), HowToResume(update), update.Operation!.PercentComplete, update.Remaining);
                }
            }
        }
    }

    private void HandOver(OperationUpdate update)
    {
        if (update.Problem is { } problem)
        {
            // Its end is not known: it stays, and can be waited for again.
            WriteError(problem, update.Operation);
            return;
        }

        try
        {
            if (update.Operation!.Result is null)
            {
                WriteError(ToError(update.Operation), update.Operation);
            }

            if (PassThru)
            {
                WriteObject(update.Operation);
            }
            else if (update.Operation.Result is { } record)
            {
                WriteObject(record);
            }
        }
        finally
        {
            // A stopped pipeline may not have received it; one that only stopped reading has.
            if (!Stopping)
            {
                Try(update.Operation, () => Engine.Operations.MoveToHistory(update.Id));
            }
        }
    }

    private void GiveUp()
    {
        // Without any time each operation is queried once.
        foreach (var id in Timeout == 0 ? _open.Keys.ToList() : [])
        {
            Try(_open[id], () =>
            {
                var update = Run(token => Engine.Operations.QueryAsync(id, token));
                if (update.Operation is { State: not OscOperationState.Running })
                {
                    _open.Remove(id);
                    HandOver(update);
                }
            });
        }

        if (IsOver)
        {
            return;
        }

        var running = _open.Values.ToArray();
        var names = string.Join(", ", running.Take(NamedAtMost).Select(operation => $"'{operation.Target}' ({operation.Id})"));
        var more = running.Length > NamedAtMost ? $" and {running.Length - NamedAtMost} more" : "";
        WriteError(
            OperationErrors.OperationTimeout(Timeout, running.Length == 1 ? "one operation still runs" : $"{running.Length} operations still run",
                names + more, running[0].Target),
            running);
    }
}
