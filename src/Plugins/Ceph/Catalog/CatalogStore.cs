using System.Security.Cryptography;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Catalog;

/// <summary>
/// Reads and changes a pool's catalog. Each key is changed by itself, in one atomic step of the cluster. What takes a look before the change (is
/// this name free, does this group exist) is done under a lock of the cluster's, which ends by itself when its holder dies.
/// </summary>
/// <param name="rbd">The pool.</param>
/// <param name="isExpected">True where the pool was registered: its catalog was made then.</param>
internal sealed class CatalogStore(Rbd rbd, bool isExpected)
{
    /// <summary>The image whose notes are the catalog.</summary>
    public const string ImageName = "osc.catalog";

    private const string LockName = "osc.lock";
    private static readonly TimeSpan LockDuration = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);
    private readonly Lock _local = new();
    private volatile bool _isExpected = isExpected;

    /// <summary>The catalog as it is now.</summary>
    /// <exception cref="DataCorruptException">It was there, and is gone.</exception>
    public PoolCatalog Read(CancellationToken cancellationToken)
    {
        var notes = rbd.ReadNotes(ImageName, cancellationToken);
        if (notes is null)
        {
            return _isExpected ? throw CephErrors.CatalogMissing(rbd.Pool) : new(new Dictionary<string, string>());
        }

        _isExpected = true;
        return new(notes);
    }

    /// <summary>Creates the catalog where there is none.</summary>
    public void Ensure(CancellationToken cancellationToken)
    {
        if (rbd.FindByName(ImageName, cancellationToken) is null)
        {
            // The first removal in a pool creates an object, which a full pool refuses; so it must have been done before.
            var first = $"{ImageNames.Reserved}first.{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
            rbd.CreateNotes(first, cancellationToken);
            rbd.Remove(first, cancellationToken);
            Create(cancellationToken);
        }
    }

    /// <summary>Sets one key.</summary>
    public void Set<T>(string key, T entry, CancellationToken cancellationToken) => SetText(key, PoolCatalog.Write(entry), cancellationToken);

    /// <summary>Sets one key to a text.</summary>
    public void SetText(string key, string value, CancellationToken cancellationToken)
    {
        if (!rbd.WriteNote(ImageName, key, value, cancellationToken))
        {
            if (_isExpected)
            {
                throw CephErrors.CatalogMissing(rbd.Pool);
            }

            Create(cancellationToken);
            if (!rbd.WriteNote(ImageName, key, value, cancellationToken))
            {
                throw CephErrors.Missing(CephObject.Image, ImageName);
            }
        }
    }

    /// <summary>Changes the note of a split that goes on.</summary>
    /// <returns>The new note; null where the split is over, or is another one by now.</returns>
    public SplitEntry? TryChange(string imageId, SplitEntry split, Func<SplitEntry, SplitEntry> change, CancellationToken cancellationToken) => Locked(
        (catalog, token) =>
        {
            if (catalog.Split(imageId) is not { IsOver: false } now || now.Nonce != split.Nonce)
            {
                return null;
            }

            now = change(now);
            Set(PoolCatalog.SplitKind + imageId, now, token);
            return now;
        },
        cancellationToken);

    /// <summary>Removes one key. One that isn't there is fine.</summary>
    public void Remove(string key, CancellationToken cancellationToken) => rbd.RemoveNote(ImageName, key, cancellationToken);

    /// <summary>Removes keys of what is gone; where that fails they stay, and mean nothing.</summary>
    public void TryRemove(IEnumerable<string> keys)
    {
        try
        {
            foreach (var key in keys)
            {
                Remove(key, CancellationToken.None);
            }
        }
        catch (StorageConnectException)
        {
            // On a full cluster, say. Ids are never used again.
        }
    }

    /// <summary>Does something with the catalog as it is, while no other process of any machine does.</summary>
    /// <param name="work">Given the catalog, and a token that also fires before the lock ends by itself.</param>
    /// <param name="cancellationToken">Ends the wait and the work.</param>
    /// <exception cref="StorageElementBusyException">Others hold the lock for longer.</exception>
    public T Locked<T>(Func<PoolCatalog, CancellationToken, T> work, CancellationToken cancellationToken)
    {
        // Threads of this process wait here, without a process each.
        lock (_local)
        {
            var cookie = $"{Owners.Current}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
            var backoff = new Backoff(LockTimeout, longest: LongestPause);
            long began;
            do
            {
                began = TimeProvider.System.GetTimestamp();
                if (rbd.TryLock(LockName, cookie, LockDuration, cancellationToken))
                {
                    return Run(work, began, cancellationToken);
                }

                BreakLockOfDead(cancellationToken);
            }
            while (backoff.Wait(cancellationToken));
        }

        throw new StorageElementBusyException($"Other machines change the pool '{rbd.Pool}' at this moment.")
        {
            ErrorId = "CatalogBusy",
            Element = rbd.Pool.ToString(),
            Retryable = true,
            Recommendation = "Try again. A lock that a machine left when it died ends after a minute.",
        };
    }

    /// <summary>The lock of a process of this machine that died needn't be waited for.</summary>
    private void BreakLockOfDead(CancellationToken cancellationToken)
    {
        if (rbd.FindLockHolder(LockName, cancellationToken) is var (client, cookie)
            && cookie.LastIndexOf('.') is var end and > 0
            && Owners.IsGone(cookie[..end]))
        {
            rbd.BreakLock(LockName, client, cookie, cancellationToken);
        }
    }

    private T Run<T>(Func<PoolCatalog, CancellationToken, T> work, long began, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var left = (LockDuration / 2) - TimeProvider.System.GetElapsedTime(began); // taking the lock took its time, too
        ended.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        try
        {
            return work(Read(ended.Token), ended.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw CephErrors.Unreachable(rbd.Pool.ToString(), e);
        }
        finally
        {
            // Another process may hold the lock after it expired.
            if (TimeProvider.System.GetElapsedTime(began) < LockDuration / 2)
            {
                TryUnlock();
            }
        }
    }

    private void TryUnlock()
    {
        try
        {
            rbd.Unlock(LockName, CancellationToken.None);
        }
        catch (StorageConnectException)
        {
            // It ends by itself.
        }
    }

    private void Create(CancellationToken cancellationToken)
    {
        try
        {
            rbd.CreateNotes(ImageName, cancellationToken);
        }
        catch (AlreadyExistsException)
        {
            // Another machine was faster.
        }
    }
}
