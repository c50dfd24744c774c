using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Multipath;

/// <summary>Removes a multipath map that is not in use. Returns when the kernel no longer shows it.</summary>
/// <remarks>It can be repeated after an interruption at any point: each round reads the present state.</remarks>
internal sealed class MapRemoval(HostRoots roots, HostDeadlines deadlines, Multipathd multipathd, DeviceUse claims)
{
    public async Task RunAsync(string page83Id, CancellationToken cancellationToken)
    {
        var refused = new Backoff(deadlines.MapRefused);
        while (MultipathMaps.Find(roots, page83Id) is { } map)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (await claims.TakeMapAsync(map, DeviceRefusal.Of(map), cancellationToken))
            {
                // Not in use now. From here to its removal the kernel protects it: an open map can't be removed.
            }

            var paths = map.Slaves(roots).ToHashSet();
            string reply;
            try
            {
                reply = await multipathd.ExecuteAsync("del map " + MapArgument.Of(map), cancellationToken);
            }
            catch (HostNotReadyException) when (MultipathMaps.Find(roots, page83Id) is null)
            {
                return; // it was removed, only the reply was lost
            }

            // multipathd's exit codes and messages have reported failures as success; "ok" never has.
            if (reply == "ok")
            {
                await WaitUntilGoneAsync(map, paths, page83Id, cancellationToken);
                return;
            }

            if (MultipathMaps.Find(roots, page83Id) is null)
            {
                return; // another program or run has removed it just now
            }

            var error = RemovalRefusal.ToError(map.Name, page83Id, reply);
            if (error is not StorageElementBusyException || !await refused.WaitAsync(cancellationToken))
            {
                // A process that only has the device open holds no claim. The search for it is slow, so it is made only now.
                throw await claims.FindUserAsync(map, cancellationToken) is { } use ? DeviceErrors.DeviceInUseAsMap(map.Name, page83Id, use) : error;
            }
        }
    }

    /// <summary>The same where multipathd runs. Without it nobody removes a map; when it starts, it removes those whose disks are all gone.</summary>
    /// <returns>False when it doesn't run.</returns>
    public async Task<bool> TryRunAsync(string page83Id, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(page83Id, cancellationToken);
            return true;
        }
        catch (HostNotReadyException) when (!multipathd.IsListening())
        {
            return false;
        }
    }

    /// <summary>Looks it up by uuid: the kernel reuses the name dm-N at once. A map of other disks is a new one, created by a scan since.</summary>
    private async Task WaitUntilGoneAsync(DmDevice map, HashSet<string> paths, string page83Id, CancellationToken cancellationToken)
    {
        using var span = Tracer.BeginDebug($"Host: wait for the map {map.Name} to be gone");
        var gone = new Backoff(deadlines.MapGone);
        while (MultipathMaps.Find(roots, page83Id) is { } now && !(now.Slaves(roots).ToList() is [_, ..] disks && !disks.Exists(paths.Contains)))
        {
            if (!await gone.WaitAsync(cancellationToken))
            {
                throw MultipathErrors.MultipathMapRemains(map.Name, page83Id);
            }
        }
    }
}
