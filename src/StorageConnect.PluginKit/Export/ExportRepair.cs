using StorageConnect.PluginKit.Naming;
using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>Compares the whole export with the records: for the report of differences, for a repair on request, and after the daemon's restart.</summary>
internal sealed class ExportRepair(IExportRecords records, TargetUpdater updater)
{
    // No element's lock has this position.
    private const long WholeExport = 0x4000_0000_0000_0001;

    /// <summary>What differs, in words; of one element or of all.</summary>
    public IReadOnlyList<string> GetDifferences(ITargetDaemon daemon, ExportSettings settings, string? element, CancellationToken cancellationToken)
    {
        var targets = TargetUpdater.Own(daemon.GetTargets(cancellationToken), settings);
        var wanted = updater.GetWanted(settings, element is null ? records.ReadPresented() : [element]);
        var elements = element is null ? wanted.Keys.Union(targets.Keys) : [element];
        return
        [
            .. elements.SelectMany(uuid => TargetDifference.Between(wanted.GetValueOrDefault(uuid), targets.GetValueOrDefault(uuid), new HashSet<int>()))
                .Select(difference => difference.Text),
            .. (element is null ? MissingPortals(daemon, settings, cancellationToken) : []).Select(portal => $"{daemon.Name} does not listen at {portal}"),
        ];
    }

    /// <summary>Repairs whatever differs.</summary>
    /// <param name="daemon">The daemon.</param>
    /// <param name="identity">Its identity.</param>
    /// <param name="evenIfCurrent">False: nothing is done when the records say that this daemon has the whole export.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when other operations were at work on some elements, which are left to them.</returns>
    public bool Repair(ITargetDaemon daemon, DaemonIdentity? identity, bool evenIfCurrent, CancellationToken cancellationToken)
    {
        using var exclusive = records.Locks.Take([WholeExport], "the array's export", cancellationToken);
        if (records.ReadSettings() is not { } settings || (!evenIfCurrent && identity is not null && settings.Daemon == identity.Text))
        {
            return true;
        }

        var accounts = records.ReadAccounts();
        var marks = records.ReadMarks();
        foreach (var portal in MissingPortals(daemon, settings, cancellationToken))
        {
            daemon.AddPortal(portal, cancellationToken);
        }

        ChapAccounts.Ensure(daemon, accounts, identity, daemon.GetTargets(cancellationToken),
            target => TargetNames.Element(settings.Name, target) is not null, cancellationToken);
        var elements = records.ReadPresented().Union(TargetUpdater.Own(daemon.GetTargets(cancellationToken), settings).Keys)
            .Union(marks.Select(mark => mark.Element)).Where(Identities.IsUuid).ToList();
        using var held = records.Locks.TakeFree(elements, out var free);
        var resized = marks.Where(mark => mark.Resized).Select(mark => mark.Element).ToHashSet(StringComparer.Ordinal);
        updater.Update(daemon, settings, daemon.GetTargets(cancellationToken), free, resized, cancellationToken);
        records.RemoveMarks([.. marks.Where(mark => free.Contains(mark.Element))]);
        if (free.Count < elements.Count)
        {
            return false;
        }

        if (settings.Daemon != identity?.Text || accounts.Any(account => account.Daemon != identity?.Text))
        {
            records.SaveDaemon(identity?.Text, cancellationToken);
        }

        return true;
    }

    private static IEnumerable<Portal> MissingPortals(ITargetDaemon daemon, ExportSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Portals.Count == 0)
        {
            return [];
        }

        var present = daemon.GetPortals(cancellationToken);
        return settings.Portals.Where(portal => !present.Any(other => other.Covers(portal)));
    }
}
