using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Naming;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>Renews the note of work that goes on: other machines take one of a quarter of an hour for that of a process that died.</summary>
internal sealed class IntentRenewal(CephPool pool, string id)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private long _renewed = TimeProvider.System.GetTimestamp();

    /// <summary>Renews the note where that was not done for a while.</summary>
    public void GoOn()
    {
        if (TimeProvider.System.GetElapsedTime(_renewed) < Interval)
        {
            return;
        }

        _renewed = TimeProvider.System.GetTimestamp();
        try
        {
            pool.Store.Locked(
                (catalog, token) =>
                {
                    if (catalog.Intent(id) is { } entry && Owners.IsThisProcess(entry.Owner))
                    {
                        pool.Store.Set(PoolCatalog.IntentKind + id, entry with { Owner = Owners.Current }, token);
                    }

                    return true;
                },
                CancellationToken.None);
        }
        catch (StorageConnectException e)
        {
            pool.Log.Warning($"The note of the work {id}, which goes on, could not be renewed: {e.Message}");
        }
    }
}
