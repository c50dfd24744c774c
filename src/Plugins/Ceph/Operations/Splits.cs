using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>
/// Gives clones blocks of their own. The cluster's manager does it, and goes on when this process ends. Where no manager runs, a child process does;
/// what it did stays done when it ends too early, and the next call for the progress goes on.
/// </summary>
internal sealed partial class Splits : IDisposable
{
    private const string TaskKind = "task:";
    private const string ChildKind = "child:";
    private const int Percent = 100;
    private readonly ConcurrentDictionary<string, Child> _children = new(StringComparer.Ordinal);

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
        if (TryBeginTask(elements, image) is { } task)
        {
            return record with { AsyncProgress = 0, AsyncHandle = TaskKind + task };
        }

        StartChild(elements, image);
        return record with { AsyncProgress = 0, AsyncHandle = ChildKind + image.Id };
    }

    public StorageElement GetProgress(Elements elements, StorageElement record)
    {
        var image = elements.Require(record);
        if (image.Parent is null)
        {
            return elements.ToElement(image);
        }

        if (record.AsyncHandle?.StartsWith(TaskKind, StringComparison.Ordinal) == true)
        {
            if (FindTask(elements, record.AsyncHandle[TaskKind.Length..]) is { } progress)
            {
                return record with { AsyncProgress = progress };
            }

            // It may have ended between the two looks.
            return Volumes.Again(elements, image) is { Parent: null } done ? elements.ToElement(done) : throw Failed(record.Name, "its task is gone");
        }

        if (!IsOfChild(record, image))
        {
            return elements.ToElement(image); // no split of it was begun: a question begins none
        }

        if (!_children.TryGetValue(image.Id, out var child))
        {
            // A process that began it is gone, or is another one's of this machine.
            StartChild(elements, image);
            return record with { AsyncProgress = -1 };
        }

        if (child.Error is { } error)
        {
            _children.TryRemove(image.Id, out _);
            throw Failed(record.Name, error.Message);
        }

        return record with { AsyncProgress = child.Progress };
    }

    /// <summary>Stops a split. What was copied already stays, and the clone is a clone still.</summary>
    public bool Cancel(Elements elements, StorageElement record)
    {
        var image = elements.Require(record);
        if (image.Parent is null)
        {
            return false;
        }

        if (record.AsyncHandle?.StartsWith(TaskKind, StringComparison.Ordinal) == true)
        {
            using var answer = elements.Rbd.TryAsk(elements.Token, "rbd", "task", "cancel", record.AsyncHandle[TaskKind.Length..]);
            return answer is not null;
        }

        return IsOfChild(record, image) && _children.TryRemove(image.Id, out var child) && child.Stop();
    }

    public void Dispose()
    {
        foreach (var child in _children.Values)
        {
            child.Stop();
        }
    }

    private static bool IsOfChild(StorageElement record, Image image) => record.AsyncHandle == ChildKind + image.Id;

    private static string? TryBeginTask(Elements elements, Image image)
    {
        // Asked first: without a manager a task is waited for in vain.
        using var status = elements.Rbd.TryAsk(elements.Token, "mgr", "stat");
        if (status is null || !status.RootElement.TryGetProperty("available", out var available) || available.ValueKind != JsonValueKind.True)
        {
            return null;
        }

        elements.Rbd.RebuildObjectMap(image.Name, elements.Token);
        using var task = elements.Rbd.TryAsk(elements.Token, "rbd", "task", "add", "flatten", elements.Rbd.Pool.Of(image.Name));
        return task is null ? null : RbdJson.Text(task.RootElement, "id") is { Length: > 0 } id ? id : null;
    }

    /// <summary>How far a task is; null when the manager has it no more.</summary>
    private static int? FindTask(Elements elements, string id)
    {
        using var tasks = elements.Rbd.Ask(elements.Token, "rbd", "task", "list");
        foreach (var task in tasks.RootElement.EnumerateArray().Where(task => RbdJson.Text(task, "id") == id))
        {
            return task.TryGetProperty("progress", out var progress) ? Math.Clamp((int)(progress.GetDouble() * Percent), 0, Percent - 1) : 0;
        }

        return null;
    }

    private void StartChild(Elements elements, Image image)
    {
        var held = elements.Pool.Locks.TryTake(elements.Pool.Identity.OfSnapshot(image.Id, 0));
        if (held is null)
        {
            return; // another process of this machine is at it
        }

        var child = new Child();
        if (!_children.TryAdd(image.Id, child))
        {
            child.Dispose();
            held.Dispose();
            return;
        }

        child.Start(elements.Rbd, image.Name, () =>
        {
            held.Dispose();
            if (child.Error is null)
            {
                _children.TryRemove(new(image.Id, child));
            }
        });
    }

    private static ArrayUnreachableException Failed(string name, string reason) => PluginError.ArrayUnreachable(
        name, $"The split of '{name}' ended before its end: {reason}. The clone is whole, and still shares blocks.", "Split it again; what was copied stays.",
        id: "SplitFailed");

    [GeneratedRegex(@"(\d{1,3})% complete", RegexOptions.RightToLeft)]
    private static partial Regex Progress();

    /// <summary>A child process that copies. Once started it disposes of itself when it ends, however that is.</summary>
    private sealed class Child : IDisposable
    {
        private readonly Lock _ending = new();
        private readonly CancellationTokenSource _stop = new();
        private bool _hasEnded;
        private int _progress;

        public int Progress => Volatile.Read(ref _progress);

        public StorageConnectException? Error { get; private set; }

        public void Start(Rbd rbd, string image, Action ended) => Task.Factory.StartNew(
            () =>
            {
                try
                {
                    rbd.RebuildObjectMap(image, _stop.Token);
                    rbd.Flatten(image, Report, _stop.Token);
                }
                catch (StorageConnectException e)
                {
                    Error = e;
                }
                catch (OperationCanceledException)
                {
                    // It was stopped.
                }
                finally
                {
                    ended();
                    Dispose();
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

        public void Dispose()
        {
            lock (_ending)
            {
                _hasEnded = true;
                _stop.Dispose();
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
