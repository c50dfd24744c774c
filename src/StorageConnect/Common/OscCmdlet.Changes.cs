using System.Management.Automation;
using System.Reflection;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <content>
/// Changes of many elements: several in parallel where the array benefits, so that they share syncs and commits. Results and errors are
/// written in the order in which the changes began. After a failure nothing more begins until all that had begun is written, the errors last: with
/// the error action Stop, nothing is written after the first of them.
/// </content>
public abstract partial class OscCmdlet
{
    // How long a stopped command waits for the rollback of its changes.
    private static readonly TimeSpan TakingBack = TimeSpan.FromSeconds(5);

    private readonly Queue<ChangeUnderWay> _underWay = new();
    private readonly Dictionary<string, int> _concurrency = new(StringComparer.Ordinal);

    // A question may be left at once.
    private bool IsChange => !IsWhatIf && GetType().GetCustomAttribute<CmdletAttribute>()!.SupportsShouldProcess;

    /// <summary>Begins a change that creates an element, and writes its result, now or later in this command.</summary>
    /// <param name="array">The array.</param>
    /// <param name="kind">What is done.</param>
    /// <param name="call">Does it.</param>
    /// <param name="noWait">The operation is written, not the element.</param>
    /// <param name="touches">Names and Uuids of the change: two changes with one in common are made one after the other.</param>
    private protected void Change(
        StorageArray array,
        OscOperationKind kind,
        Func<CancellationToken, Task<StorageElement>> call,
        bool noWait,
        params IEnumerable<string?> touches) =>
        Change(array, kind, token => Engine.Operations.BeginAsync(array, kind, call, noWait, token), begun => Write(begun, noWait), touches);

    /// <summary>The same for a change without a result.</summary>
    private protected void Change(StorageArray array, Func<CancellationToken, Task> call, params IEnumerable<string?> touches) => Change(
        array,
        null,
        async token =>
        {
            await call(token);
            return true;
        },
        _ => { },
        touches);

    private void Change<T>(
        StorageArray array,
        OscOperationKind? kind,
        Func<CancellationToken, Task<T>> call,
        Action<T> write,
        IEnumerable<string?> touches)
    {
        if (!_concurrency.TryGetValue(array.Uuid, out var most))
        {
            _concurrency[array.Uuid] = most = Run(token => array.GetConcurrencyAsync(kind, token));
        }

        var touched = touches.OfType<string>().Select(key => (array.Uuid, key)).ToHashSet();
        if (most == 1 || _underWay.Any(other => other.Touched.Overlaps(touched)))
        {
            FinishChanges();
        }

        if (most == 1)
        {
            write(Run(call));
            return;
        }

        while (_underWay.Count >= most)
        {
            FinishNext();
        }

        var token = StopToken;
        var work = Task.Run(() => call(token), token);
        _underWay.Enqueue(new(_tried, touched, work, () => write(work.GetAwaiter().GetResult())));
        while (_underWay.TryPeek(out var first) && first.Work.IsCompleted)
        {
            FinishNext();
        }
    }

    /// <summary>Waits for all running changes, and writes their results.</summary>
    private void FinishChanges()
    {
        while (_underWay.Count > 0)
        {
            FinishNext();
        }
    }

    private void FinishNext()
    {
        Await(_underWay.Peek());
        if (_underWay.Peek().Work.IsCompletedSuccessfully)
        {
            Write(_underWay.Dequeue());
            return;
        }

        var all = _underWay.ToList();
        all.ForEach(Await);
        _underWay.Clear();
        foreach (var change in all.OrderBy(change => !change.Work.IsCompletedSuccessfully))
        {
            Write(change);
        }
    }

    private void Await(ChangeUnderWay change) => Run(_ => Task.WhenAny(change.Work));

    private void Write(ChangeUnderWay change) => Try(change.Target, change.Write);

    /// <summary>
    /// A command that ends early waits for its running changes: with the process would end what the plug-in takes back, and what has begun would not be
    /// stored.
    /// </summary>
    private void StopChanges()
    {
        var running = _underWay.Select(change => change.Work).ToList();
        if (IsChange && !_last.IsCompleted)
        {
            running.Add(_last);
        }

        if (running.Count > 0)
        {
            _stop.Cancel();
            Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default).Wait(TakingBack);
            _underWay.Clear();
        }
    }

    private sealed record ChangeUnderWay(object? Target, HashSet<(string Server, string Key)> Touched, Task Work, Action Write);
}
