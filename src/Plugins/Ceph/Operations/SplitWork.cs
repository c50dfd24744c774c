using System.Globalization;
using System.Text.RegularExpressions;
using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>The work of this process on one split. It ends early where the manager goes on by itself.</summary>
/// <remarks>
/// A client that dies while it writes leaves objects in the image's map that it has not written. A flatten takes them for copied, and their data is lost
/// (Ceph's issue 68998); a rebuild keeps such marks, because somebody may be writing. So the image has no map while it is flattened, and gets a new one
/// afterwards.
/// </remarks>
internal sealed partial class SplitWork(CephPool pool, Image image, SplitEntry entry) : IDisposable
{
    private const int Percent = 100;
    private static readonly string[] MapFeatures = ["object-map", "fast-diff"];
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(3);
    private readonly Lock _ending = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly string _key = PoolCatalog.SplitKind + image.Id;
    private bool _hasEnded;
    private volatile int _progress;

    /// <summary>Percent, at most 99.</summary>
    public int Progress => _progress;

    /// <summary>The features of an image that are switched off while it is split.</summary>
    public static IReadOnlyList<string> FeaturesOf(Image image) => [.. MapFeatures.Where(image.Features.Contains)];

    /// <summary>Begins it on a thread of its own. It disposes of itself when it ends.</summary>
    public void Start(Action ended) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                Run(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                // It was stopped, or this process ends.
            }
            catch (ArrayUnreachableException e)
            {
                // The next query for the progress begins it again.
                pool.Log.Warning($"The split of {image.Name} was interrupted: {e.Message}");
            }
            catch (Exception e)
            {
                TryNote(e.Message.TrimEnd('.'));
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

    /// <summary>Stops it. One that has ended is fine.</summary>
    public void Stop()
    {
        lock (_ending)
        {
            if (!_hasEnded)
            {
                _stop.Cancel();
            }
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

    private void Run(CancellationToken cancellationToken)
    {
        if (!entry.IsOver && image.Parent is not null)
        {
            Split(cancellationToken);
        }
        else if (entry is { Stopped: true, ByManager: true })
        {
            DemandNoTask(cancellationToken);
        }

        if (entry.IsOver || Find(cancellationToken).Parent is null)
        {
            RestoreMap(cancellationToken);
        }
    }

    private void Split(CancellationToken cancellationToken)
    {
        // A process that is gone may have got it under way.
        if (FlattenTask.Find(pool.Rbd, image.Id, cancellationToken) is not null)
        {
            return;
        }

        var now = Find(cancellationToken);
        if (FeaturesOf(now) is [_, ..] features)
        {
            pool.Rbd.DisableFeatures(now.Name, features, cancellationToken);
            Steps.At("without map");
        }

        if (FlattenTask.HasManager(pool.Rbd, cancellationToken))
        {
            // Noted first: where no manager runs when somebody stops the split, the next one would go on with its task.
            if (pool.Store.TryChange(image.Id, entry, static now => now with { ByManager = true }, cancellationToken) is null)
            {
                return;
            }

            if (FlattenTask.TryBegin(pool.Rbd, now.Name, cancellationToken))
            {
                return;
            }
        }

        Copy(now.Name, cancellationToken);
    }

    /// <summary>A manager that takes over goes on with what was stopped while none ran.</summary>
    private void DemandNoTask(CancellationToken cancellationToken)
    {
        if (!FlattenTask.HasManager(pool.Rbd, cancellationToken) || FlattenTask.TryCancel(pool.Rbd, image.Id, cancellationToken))
        {
            throw CephErrors.Unreachable(image.Name);
        }
    }

    /// <summary>Copies by a child process. Another process that stops the split can do so by the note only.</summary>
    private void Copy(string name, CancellationToken cancellationToken)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var copy = Task.Factory.StartNew(
            () => pool.Rbd.Flatten(name, Report, stopped.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (!((IAsyncResult)copy).AsyncWaitHandle.WaitOne(LookInterval))
        {
            if (IsStopped())
            {
                stopped.Cancel();
                ((IAsyncResult)copy).AsyncWaitHandle.WaitOne();
            }
        }

        copy.GetAwaiter().GetResult();
    }

    private bool IsStopped()
    {
        try
        {
            return pool.Store.Read(CancellationToken.None).Split(image.Id) is not { IsOver: false } now || now.Nonce != entry.Nonce;
        }
        catch (StorageConnectException)
        {
            return false; // the next look tells
        }
    }

    private void RestoreMap(CancellationToken cancellationToken)
    {
        if (entry.Features.Count > 0)
        {
            RestoreMapOf(Find(cancellationToken), cancellationToken);
        }

        pool.Store.Locked(
            (catalog, token) =>
            {
                // Another split of the image may have been begun meanwhile.
                if (catalog.Split(image.Id)?.Nonce == entry.Nonce)
                {
                    End(token);
                }

                return true;
            },
            cancellationToken);
    }

    /// <summary>The image's own map comes last: while it isn't valid, a later process does all of this again.</summary>
    private void RestoreMapOf(Image now, CancellationToken cancellationToken)
    {
        var missing = entry.Features.Except(now.Features).ToList();
        if (missing.Count == 0 && now.Flags.Count == 0)
        {
            return;
        }

        if (missing.Count > 0)
        {
            pool.Rbd.EnableFeatures(now.Name, missing, cancellationToken);
            Steps.At("with map");
        }

        foreach (var snapshot in pool.Rbd.ListSnapshots(now, cancellationToken).Where(snapshot => snapshot.Kind == SnapshotKind.User))
        {
            pool.Rbd.RebuildObjectMap($"{now.Name}@{snapshot.Name}", cancellationToken);
        }

        pool.Rbd.RebuildObjectMap(now.Name, cancellationToken);
    }

    private void End(CancellationToken cancellationToken)
    {
        if (entry.Error is null)
        {
            pool.Store.Remove(_key, cancellationToken);
        }
        else
        {
            pool.Store.Set(_key, entry with { Features = [] }, cancellationToken);
        }
    }

    private void TryNote(string error)
    {
        try
        {
            pool.Store.TryChange(image.Id, entry, now => now with { Error = error }, CancellationToken.None);
        }
        catch (StorageConnectException e)
        {
            pool.Log.Warning($"The split of {image.Name} failed, which could not be noted: {error}. {e.Message}");
        }
    }

    private Image Find(CancellationToken cancellationToken) =>
        pool.Rbd.FindById(image.Id, cancellationToken) ?? throw CephErrors.Missing(CephObject.Image, image.Name);

    private void Report(string text)
    {
        if (ProgressText().Match(text) is { Success: true } match)
        {
            _progress = Math.Min(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), Percent - 1);
        }
    }

    [GeneratedRegex(@"(\d{1,3})% complete", RegexOptions.RightToLeft)]
    private static partial Regex ProgressText();
}
