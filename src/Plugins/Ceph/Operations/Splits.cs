using System.Collections.Concurrent;
using System.Security.Cryptography;
using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>
/// Gives clones blocks of their own. A note in the catalog says that a clone is split: the next query for the progress continues the split of a process that
/// ended, and a split that was stopped is not begun again. The cluster's manager copies; where none runs, a child process does (<see cref="SplitWork"/>).
/// </summary>
internal sealed class Splits : IDisposable
{
    private const string HandlePrefix = "split:";
    private const int AlmostDone = 99;
    private const int MostAttempts = 60;
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, SplitWork> _works = new(StringComparer.Ordinal);

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

        var entry = elements.Pool.Store.Locked(
            (catalog, token) =>
            {
                elements.Take(catalog);
                Guards.RequireFree(elements, catalog, [image]);
                var before = catalog.Split(image.Id);
                if (before is { IsOver: false })
                {
                    return before; // somebody has begun it already
                }

                var begun = new SplitEntry
                {
                    Nonce = RandomNumberGenerator.GetHexString(8, lowercase: true),
                    Owner = Owners.Current,
                    Features = [.. SplitWork.FeaturesOf(image).Union(before?.Features ?? [])],
                };
                elements.Pool.Store.Set(PoolCatalog.SplitKind + image.Id, begun, token);
                return begun;
            },
            elements.Token);
        elements.Reload();
        Start(elements, image, entry);
        return record with { AsyncProgress = 0, AsyncHandle = $"{HandlePrefix}{image.Id}:{entry.Nonce}" };
    }

    public StorageElement GetProgress(Elements elements, StorageElement record)
    {
        var image = elements.Require(record);
        if (NonceOf(record, image) is not { } nonce)
        {
            return elements.ToElement(image); // no split of it was begun: a question begins none
        }

        var entry = elements.Catalog.Split(image.Id);
        if (image.Parent is null)
        {
            if (entry is null)
            {
                return elements.ToElement(image);
            }

            Start(elements, image, entry);
            return record with { AsyncProgress = AlmostDone };
        }

        if (entry is null || entry.Nonce != nonce || entry.Stopped)
        {
            throw Stopped(record.Name);
        }

        if (entry.Error is { } error)
        {
            throw Failed(record.Name, error);
        }

        return record with { AsyncProgress = ProgressOf(elements, image, entry) };
    }

    /// <summary>Stops a split. What was copied already stays, and the clone is a clone still.</summary>
    /// <returns>False when it had ended or was stopped before.</returns>
    /// <exception cref="ArrayUnreachableException">The manager doesn't answer, and may go on.</exception>
    public bool Cancel(Elements elements, StorageElement record)
    {
        var image = elements.Require(record);
        if (image.Parent is null || NonceOf(record, image) is not { } nonce
            || elements.Catalog.Split(image.Id) is not { Error: null } entry || entry.Nonce != nonce)
        {
            return false;
        }

        var wasStopped = entry.Stopped;

        // The note comes first: every process that works on the split, or would begin it again, reads it.
        entry = elements.Pool.Store.TryChange(image.Id, entry, static now => now with { Stopped = true }, elements.Token) ?? entry with { Stopped = true };
        elements.Reload();
        if (_works.TryGetValue(image.Id, out var work))
        {
            work.Stop();
        }

        var backoff = new Backoff(StopTimeout, longest: TimeSpan.FromSeconds(1));
        while (IsAtWork(elements, image) | FlattenTask.TryCancel(elements.Rbd, image.Id, elements.Token))
        {
            if (!backoff.Wait(elements.Token))
            {
                throw CephErrors.Unreachable(record.Name);
            }
        }

        if (entry.ByManager && !FlattenTask.HasManager(elements.Rbd, elements.Token))
        {
            throw PluginError.ArrayUnreachable(record.Name, $"The split of '{record.Name}' is with the cluster's manager, and none runs at this moment.",
                "The next list of the pool stops it once a manager is back.", id: "CephManagerMissing");
        }

        if (Volumes.Again(elements, image) is { Parent: null } done)
        {
            Start(elements, done, entry);
            return false;
        }

        Start(elements, image, entry);
        return !wasStopped;
    }

    /// <summary>Ends the work of splits that are over whose images have no map of objects yet.</summary>
    public void GoOn(Elements elements)
    {
        foreach (var (id, entry) in elements.Catalog.Splits())
        {
            if (elements.Listing.Images.FirstOrDefault(image => image.Id == id) is { } image
                && (image.Parent is null || entry.Stopped || (entry.Error is not null && entry.Features.Count > 0)))
            {
                Start(elements, image, entry);
            }
        }
    }

    public void Dispose()
    {
        foreach (var work in _works.Values)
        {
            work.Stop();
        }
    }

    private static string? NonceOf(StorageElement record, Image image)
    {
        var prefix = $"{HandlePrefix}{image.Id}:";
        return record.AsyncHandle?.StartsWith(prefix, StringComparison.Ordinal) == true ? record.AsyncHandle[prefix.Length..] : null;
    }

    /// <summary>Percent; -1 when it is unknown. Where nobody is at work any more, begins again.</summary>
    private int ProgressOf(Elements elements, Image image, SplitEntry entry)
    {
        if (_works.TryGetValue(image.Id, out var work))
        {
            return work.Progress;
        }

        if (FlattenTask.Find(elements.Rbd, image.Id, elements.Token) is { } task)
        {
            return task.Progress;
        }

        if (!IsAtWork(elements, image) && (Owners.IsThisProcess(entry.Owner) || Owners.IsGone(entry.Owner)))
        {
            Start(elements, image, entry);
        }

        return -1;
    }

    /// <summary>True while a process of this machine is at work, this one too.</summary>
    private static bool IsAtWork(Elements elements, Image image) => elements.Pool.Locks.IsHeld(LockOf(elements, image));

    private static string LockOf(Elements elements, Image image) => elements.Pool.Identity.OfSnapshot(image.Id, 0);

    private void Start(Elements elements, Image image, SplitEntry entry)
    {
        var held = elements.Pool.Locks.TryTake(LockOf(elements, image));
        if (held is null)
        {
            return; // this process, or another one of this machine, is at it
        }

        try
        {
            if (!entry.IsOver && image.Parent is not null)
            {
                if (elements.Pool.Store.TryChange(image.Id, entry, Claim, elements.Token) is not { } claimed)
                {
                    held.Dispose();
                    return; // it was stopped meanwhile
                }

                entry = claimed;
            }
        }
        catch
        {
            held.Dispose();
            throw;
        }

        // The lock is held, so no other process of this machine works on the split.
        var work = new SplitWork(elements.Pool, image, entry);
        _works[image.Id] = work;
        work.Start(() =>
        {
            _works.TryRemove(new(image.Id, work));
            held.Dispose();
        });
    }

    private static SplitEntry Claim(SplitEntry entry) => entry.Attempts < MostAttempts
        ? entry with { Owner = Owners.Current, Attempts = entry.Attempts + 1 }
        : entry with { Error = "it was begun again and again, and never came to its end" };

    private static InvalidRequestException Stopped(string name) => new($"The split of '{name}' was stopped. The clone is whole, and still shares blocks.")
    {
        ErrorId = "OperationStopped",
        Element = name,
        Recommendation = "Split it again if that is still wanted; what was copied stays.",
    };

    private static InvalidRequestException Failed(string name, string reason) => PluginError.InvalidRequest(
        name, $"The split of '{name}' ended before its end: {reason}. The clone is whole, and still shares blocks.", "Split it again; what was copied stays.",
        id: "SplitFailed");
}
