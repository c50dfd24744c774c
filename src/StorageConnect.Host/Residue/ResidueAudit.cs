using StorageConnect.Engine.Arrays;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Residue;

/// <summary>Finds residue on this host, with the time of its first sighting, and clears it.</summary>
internal sealed class ResidueAudit(LinuxHost host, string sightingsFolder)
{
    private readonly RecordStore<Sighting> _sightings = new(sightingsFolder);

    /// <summary>The residue.</summary>
    /// <param name="arrays">The arrays to compare with.</param>
    /// <param name="warn">Receives a warning for each array that doesn't answer: its LUNs are left out.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<OscHostResidue>> FindAsync(IReadOnlyList<StorageArray> arrays, Action<string> warn, CancellationToken cancellationToken) =>
        [.. (await SearchAsync(arrays, warn, cancellationToken)).Select(found => found.Residue)];

    /// <summary>Clears residue, if it still is. In use it stays, with an error.</summary>
    /// <param name="residue">As <see cref="FindAsync"/> returned it.</param>
    /// <param name="arrays">As there.</param>
    /// <param name="gracePeriod">
    /// How long it must have been there. Compared with the present sighting: the given residue may have ended since, and come again.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when it is no residue any more, has not been there for so long, or can't be cleared here.</returns>
    public async Task<bool> ClearAsync(
        OscHostResidue residue, IReadOnlyList<StorageArray> arrays, TimeSpan gracePeriod, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(residue);
        var found = (await SearchAsync(arrays, _ => { }, cancellationToken))
            .FirstOrDefault(found => found.Residue.Kind == residue.Kind && found.Residue.What == residue.What);
        if (found?.Clear is not { } clear || DateTimeOffset.UtcNow - found.Residue.Since < gracePeriod || !await clear(cancellationToken))
        {
            return false;
        }

        _sightings.Remove(KeyOf(residue));
        return true;
    }

    private async Task<List<FoundResidue>> SearchAsync(IReadOnlyList<StorageArray> arrays, Action<string> warn, CancellationToken cancellationToken)
    {
        host.DemandRights("Looking for what is left behind");
        var found = (await new HostResidueSearch(host).FindAsync(cancellationToken)).ToList();
        var answered = new HashSet<string>();
        foreach (var array in arrays)
        {
            try
            {
                var ofArray = await new ArrayResidueSearch(host).FindAsync(array, cancellationToken);
                found.AddRange(ofArray.Select(one => one with { StorageServerUuid = array.Server.Uuid }));
                answered.Add(array.Server.Uuid);
            }
            catch (StorageConnectException e)
            {
                warn($"The array '{array.Name}' can't be asked what it presents to this host: {e.Message}");
            }
        }

        return Date(found, answered);
    }

    /// <summary>The first sighting of each. Sightings of residue that has ended are deleted.</summary>
    /// <param name="found">The residue that is there now.</param>
    /// <param name="answered">The Uuids of the arrays that answered. Residue that only the others can show may still be there.</param>
    private List<FoundResidue> Date(List<FoundResidue> found, HashSet<string> answered)
    {
        var now = DateTimeOffset.UtcNow;
        var uptime = HostUptime.TryRead(host.Roots);
        var known = _sightings.All.ToDictionary(sighting => $"{sighting.Kind} {sighting.What}");
        var dated = new List<FoundResidue>();
        foreach (var one in found)
        {
            var key = KeyOf(one.Residue);
            known.Remove(key, out var sighting);
            if (sighting is null || (sighting.Boot != uptime?.Boot && uptime is not null))
            {
                sighting = new()
                {
                    Kind = one.Residue.Kind,
                    What = one.Residue.What,
                    StorageServerUuid = one.StorageServerUuid,
                    Since = sighting?.Since ?? now,
                    Boot = uptime?.Boot,
                    UptimeSeconds = uptime?.Seconds
                };
                _sightings.Save(key, sighting);
            }

            var since = one.Residue.Since != default ? one.Residue.Since : sighting.SinceAt(now, uptime);
            dated.Add(one with { Residue = one.Residue with { Since = since } });
        }

        // A sighting of an earlier version doesn't name its array. Deleting it too early only makes the grace period longer.
        foreach (var gone in known.Values.Where(gone => gone.Kind is not (OscHostResidueKind.SeenNotPresented or OscHostResidueKind.PresentedUnseen)
            || (gone.StorageServerUuid is { } server ? answered.Contains(server) : answered.Count > 0)))
        {
            _sightings.Remove($"{gone.Kind} {gone.What}");
        }

        return dated;
    }

    private static string KeyOf(OscHostResidue residue) => residue.ToString();
}
