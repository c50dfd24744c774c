using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>
/// Gives clones blocks of their own. The cluster's manager copies, and goes on when this process ends. Where no manager runs, a child process does;
/// what it did stays done when it ends too early, and the next call for the progress goes on.
/// </summary>
internal sealed partial class Splits : IDisposable
{
    private const string HandlePrefix = "split:";
    private const int Percent = 100;
    private readonly ConcurrentDictionary<string, Split> _splits = new(StringComparer.Ordinal);

    public StorageElement Begin(Elements elements, StorageElement element)
    {
        using var held = Volumes.Lock(elements, [element]);
        var image = elements.Require(element);
        var record = elements.ToElement(image);
        if (image.Parent is null)
        {
            throw PluginError.NoSuchOperation(record.Name, $"'{record.Name}' shares no blocks with a source; there is nothing to split.", "Use it as it is.",
                id: "NoSuchOperation");
        }

        Guards.RequireFree(elements, elements.Catalog, [image]);
        Start(elements, image);
        return record with { AsyncProgress = 0, AsyncHandle = HandlePrefix + image.Id };
    }

    public StorageElement GetProgress(Elements elements, StorageElement record)
    {
        var image = elements.Require(record);
        if (image.Parent is null || !IsOf(record, image))
        {
            return elements.ToElement(image); // done, or no split of it was begun: a question begins none
        }

        if (!_splits.TryGetValue(image.Id, out var split))
        {
            // The process that began it is gone, or is another one of this machine.
            Start(elements, image);
            return record with { AsyncProgress = -1 };
        }

        return split.Error is { } error ? throw Failed(record.Name, error) : record with { AsyncProgress = split.Progress };
    }

    /// <summary>Stops a split. What was copied already stays, and the clone is a clone still.</summary>
    public bool Cancel(Elements elements, StorageElement record)
    {
        var image = elements.Require(record);
        if (image.Parent is null || !IsOf(record, image))
        {
            return false;
        }

        // What was stopped is remembered: to ask how far it is must not begin it again.
        var wasStopped = _splits.TryGetValue(image.Id, out var split) && split.Stop();
        split?.WaitForEnd(elements.Token);
        if (FlattenTask.TryFind(elements.Rbd, image.Id, elements.Token) is not { } task)
        {
            return wasStopped;
        }

        task.Cancel(elements.Rbd, elements.Token);
        return true;
    }

    public void Dispose()
    {
        foreach (var split in _splits.Values)
        {
            split.Stop();
        }
    }

    private static bool IsOf(StorageElement record, Image image) => record.AsyncHandle == HandlePrefix + image.Id;

    private void Start(Elements elements, Image image)
    {
        var held = elements.Pool.Locks.TryTake(elements.Pool.Identity.OfSnapshot(image.Id, 0));
        if (held is null)
        {
            return; // another process of this machine is at it
        }

        // Whoever holds the lock is alone: an older one of this process has ended.
        var split = new Split(elements.Rbd, image);
        _splits[image.Id] = split;
        split.Start(() =>
        {
            if (split.Error is null)
            {
                _splits.TryRemove(new(image.Id, split));
            }

            held.Dispose();
        });
    }

    private static ArrayUnreachableException Failed(string name, string reason) => PluginError.ArrayUnreachable(
        name, $"The split of '{name}' ended before its end: {reason}. The clone is whole, and still shares blocks.", "Split it again; what was copied stays.",
        id: "SplitFailed");

    [GeneratedRegex(@"(\d{1,3})% complete", RegexOptions.RightToLeft)]
    private static partial Regex Progress();

    /// <summary>The work of one split in this process. Once started it disposes of itself when it ends, however that is.</summary>
    private sealed class Split(Rbd rbd, Image image) : IDisposable
    {
        private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
        private readonly Lock _ending = new();
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _hasEnded;
        private int _progress;

        public int Progress => Volatile.Read(ref _progress);

        /// <summary>Why it ended before its end.</summary>
        public string? Error { get; private set; }

        public void Start(Action ended) => Task.Factory.StartNew(
            () =>
            {
                try
                {
                    Run(_stop.Token);
                }
                catch (StorageConnectException e)
                {
                    Error = e.Message;
                }
                catch (OperationCanceledException)
                {
                    Error = "it was stopped";
                }
                finally
                {
                    ended();
                    Dispose();
                    _ended.SetResult();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        /// <returns>False when it has ended already.</returns>
        public bool Stop()
        {
            lock (_ending)
            {
                if (_hasEnded)
                {
                    return false;
                }

                _stop.Cancel();
                return true;
            }
        }

        public void WaitForEnd(CancellationToken cancellationToken) => _ended.Task.Wait(cancellationToken);

        public void Dispose()
        {
            lock (_ending)
            {
                _hasEnded = true;
                _stop.Dispose();
            }
        }

        private void Run(CancellationToken cancellationToken)
        {
            // A process that is gone may have begun it already.
            var task = FlattenTask.TryFind(rbd, image.Id, cancellationToken);
            if (task is null)
            {
                // This takes some ten seconds for each TiB.
                rbd.RebuildObjectMap(image.Name, cancellationToken);
                task = FlattenTask.TryBegin(rbd, image.Name, cancellationToken);
            }

            if (task is null)
            {
                rbd.Flatten(image.Name, Report, cancellationToken);
            }
            else
            {
                Follow(task, cancellationToken);
            }
        }

        private void Follow(FlattenTask task, CancellationToken cancellationToken)
        {
            var backoff = Backoff.Endless(LongestPause);
            while (task.TryGetProgress(rbd, out var progress, cancellationToken))
            {
                Volatile.Write(ref _progress, progress ?? Progress);
                backoff.Wait(cancellationToken);
            }

            if (rbd.FindById(image.Id, cancellationToken) is { Parent: not null })
            {
                Error = "its task is gone";
            }
        }

        private void Report(string text)
        {
            if (Splits.Progress().Match(text) is { Success: true } match)
            {
                Volatile.Write(ref _progress, Math.Min(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), Percent - 1));
            }
        }
    }
}
