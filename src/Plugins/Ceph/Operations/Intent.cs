using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>
/// A note in the catalog that work on images is under way. It keeps other machines away from them; what a process leaves when it dies, the next
/// use of the pool completes or undoes (<see cref="Recovery"/>).
/// </summary>
internal sealed class Intent : IDisposable
{
    private readonly Elements _elements;
    private readonly string _key;
    private bool _isEnded;

    private Intent(Elements elements, string key) => (_elements, _key) = (elements, key);

    /// <summary>Notes the work, unless another process works on one of the images.</summary>
    public static Intent Begin(Elements elements, IntentEntry entry, IReadOnlyList<Image> images)
    {
        var key = PoolCatalog.IntentKind + Identities.NewUuid();
        elements.Pool.Store.Locked(
            (catalog, token) =>
            {
                Guards.RequireFree(elements, catalog, images);
                elements.Pool.Store.Set(key, entry with { Owner = Owners.Current, Began = Volumes.Now() }, token);
                return true;
            },
            elements.Token);
        Steps.At("intent");
        return new(elements, key);
    }

    /// <summary>The work is done.</summary>
    public void End()
    {
        _elements.Pool.Store.Remove(_key, CancellationToken.None);
        _isEnded = true;
    }

    /// <summary>Where the work wasn't done, it is settled at once; what can't be now, the next use of the pool settles.</summary>
    public void Dispose()
    {
        if (!_isEnded)
        {
            Recovery.TrySettleOwn(_elements, _key[PoolCatalog.IntentKind.Length..]);
        }
    }
}
