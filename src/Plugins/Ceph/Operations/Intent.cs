using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>
/// A note in the catalog that work on images is under way. It keeps other machines away from them; what a process leaves when it dies, the next
/// use of the pool completes or undoes (<see cref="Recovery"/>).
/// </summary>
internal sealed class Intent : IDisposable
{
    private readonly Elements _elements;
    private readonly string _id;
    private readonly IntentEntry _entry;
    private readonly RangeLock? _active;
    private readonly IntentRenewal _renewal;
    private bool _isEnded;

    private Intent(Elements elements, string id, IntentEntry entry)
    {
        (_elements, _id) = (elements, id);
        _entry = entry with { Owner = Owners.Current, Began = Volumes.Now(), IsPlanned = entry.ChangesContent };

        // While this is held, nobody on this machine takes the work for interrupted.
        _active = elements.Pool.Locks.TryTake(id);
        _renewal = new(elements.Pool, id);
    }

    /// <summary>Notes the work, unless another process works on one of the images.</summary>
    public static Intent Begin(Elements elements, IntentEntry entry, IReadOnlyList<Image> images) =>
        Begin(elements, entry, catalog => Guards.RequireFree(elements, catalog, images));

    /// <summary>Notes the work, unless another process works on one of the images.</summary>
    /// <param name="elements">The pool.</param>
    /// <param name="entry">The work.</param>
    /// <param name="name">The name, for the error, of what the work is done to.</param>
    public static Intent Begin(Elements elements, IntentEntry entry, string name) => Begin(
        elements,
        entry,
        catalog =>
        {
            foreach (var image in entry.Images)
            {
                Guards.RequireFree(catalog, image, name);
            }
        });

    private static Intent Begin(Elements elements, IntentEntry entry, Action<PoolCatalog> demandFree)
    {
        var intent = elements.Pool.Store.Locked(
            (catalog, token) =>
            {
                elements.Take(catalog);
                demandFree(catalog);
                return Note(elements, entry, token);
            },
            elements.Token);
        Steps.At("intent");
        return intent;
    }

    /// <summary>Notes work on images that nobody else can work on meanwhile: the caller holds the catalog's lock.</summary>
    public static Intent Note(Elements elements, IntentEntry entry, CancellationToken cancellationToken)
    {
        var intent = new Intent(elements, Identities.NewUuid(), entry);
        try
        {
            elements.Pool.Store.Set(PoolCatalog.IntentKind + intent._id, intent._entry, cancellationToken);
            return intent;
        }
        catch
        {
            // A note that arrives late is settled by the next use of the pool.
            intent._active?.Dispose();
            throw;
        }
    }

    /// <summary>Changes content, after the last checks. If this process fails or dies from here on, recovery completes the work.</summary>
    /// <param name="step">What is about to happen.</param>
    /// <param name="work">The one call that changes content. Where the cluster refuses it, nothing was changed, and nothing is completed later.</param>
    public void Change(string step, Action work)
    {
        _elements.Pool.Store.Set(
            PoolCatalog.IntentKind + _id, _entry with { Owner = Owners.Current, IsPlanned = false }, _elements.Token);
        Steps.At(step);
        try
        {
            work();
        }
        catch (StorageConnectException e) when (CephErrors.IsRefusal(e))
        {
            GiveUp();
            throw;
        }
    }

    /// <summary>Called while long work goes on, so that other machines don't take it for that of a process that died.</summary>
    public void GoOn(string progress) => _renewal.GoOn();

    /// <summary>Makes the work one that was never started: it is not completed.</summary>
    private void GiveUp()
    {
        try
        {
            _elements.Pool.Store.Set(PoolCatalog.IntentKind + _id, _entry with { Owner = Owners.Current }, CancellationToken.None);
        }
        catch (StorageConnectException e)
        {
            _elements.Pool.Log.Warning($"The refused work {_id} could not be taken back, and is done later: {e.Message}");
        }
    }

    /// <summary>The work is done.</summary>
    public void End()
    {
        _elements.Pool.Store.Remove(PoolCatalog.IntentKind + _id, CancellationToken.None);
        _isEnded = true;
    }

    /// <summary>Where the work wasn't done, it is settled at once; what can't be now, the next use of the pool settles.</summary>
    public void Dispose()
    {
        try
        {
            if (!_isEnded)
            {
                Recovery.TrySettleOwn(_elements, _id);
            }
        }
        finally
        {
            _active?.Dispose();
        }
    }
}
