using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Multipath;

/// <summary>Takes a multipath map away: only when nobody uses it, and done only when the kernel no longer shows it.</summary>
/// <remarks>It can be killed at any point and begun again: each round looks at what there is.</remarks>
internal sealed class MultipathTeardown(HostRoots roots, HostDeadlines deadlines, Multipathd multipathd, DeviceClaims claims)
{
    public async Task RunAsync(string page83Id, CancellationToken cancellationToken)
    {
        var refused = new Backoff(deadlines.MapRefused);
        while (MultipathMaps.Find(roots, page83Id) is { } map)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (await claims.TakeMapAsync(map, DeviceRefusal.Of(map), cancellationToken))
            {
                // Nobody uses it. From here to its removal the kernel is the guard: it removes no map that somebody has open.
            }

            var paths = map.Slaves(roots).ToHashSet();
            string reply;
            try
            {
                reply = await multipathd.AskAsync("del map " + MapArgument.Of(map), cancellationToken);
            }
            catch (HostNotReadyException) when (MultipathMaps.Find(roots, page83Id) is null)
            {
                return; // it was removed all the same; only the answer was lost
            }

            // Its exit codes and its prose have both said success for failures; this one word never did.
            if (reply == "ok")
            {
                await WaitUntilGoneAsync(map, paths, page83Id, cancellationToken);
                return;
            }

            var error = RemovalRefusal.ToError(map.Name, page83Id, reply);
            if (error is not StorageElementBusyException || !await refused.WaitAsync(cancellationToken))
            {
                // A process that has the bare device open claims nothing, and only now it is worth a search.
                throw claims.FindUser(map) is { } use ? DeviceErrors.DeviceInUseAsMap(map.Name, page83Id, use) : error;
            }
        }
    }

    /// <summary>By uuid: the kernel gives the name dm-N to the next device at once. A map of other disks is another one: a scan made it since.</summary>
    private async Task WaitUntilGoneAsync(DmDevice map, HashSet<string> paths, string page83Id, CancellationToken cancellationToken)
    {
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
