using System.Data.Common;
using System.Runtime.ExceptionServices;
using StorageConnect.PluginKit.Naming;
using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>Compares the whole export with the records: for the report of differences, for a repair on request, and after the daemon's restart.</summary>
internal sealed class ExportRepair(IExportRecords records, DaemonConnection connection, TargetUpdater updater)
{
    // Stands for no element in the lock file.
    private const long WholeExport = 0x4000_0000_0000_0001;

    /// <summary>What differs, in words; of one element or of all.</summary>
    public IReadOnlyList<string> GetDifferences(ITargetDaemon daemon, ExportSettings settings, string? element, CancellationToken cancellationToken)
    {
        // The mark of a change that can't be finished stays, while nobody holds a lock for it.
        var left = Marked(mark => !records.Locks.IsAtWork(mark.Element));
        var listing = connection.List(daemon, settings, cancellationToken);
        var wanted = updater.GetWanted(settings, element is null ? records.ReadPresented() : [element]);
        var elements = element is null ? wanted.Keys.Union(listing.Own.Keys) : [element];

        // Another element with a mark has its target or unit changed by a process at this moment.
        var marked = Marked(mark => !left.Contains(mark.Element));
        return
        [
            .. wanted.Values.Where(spec => listing.Foreign.ContainsKey(spec.Element)).Select(
                spec => $"the target of '{spec.ElementName}' serves other storage ({TargetUpdater.Describe(listing.Foreign[spec.Element])}) and is left alone"),
            .. elements.Where(uuid => !listing.Foreign.ContainsKey(uuid))
                .SelectMany(uuid => TargetDifference.Between(wanted.GetValueOrDefault(uuid), listing.Own.GetValueOrDefault(uuid), new HashSet<int>())
                    .Where(difference => !difference.NeedsElement || !marked.Contains(uuid)))
                .Select(difference => difference.Text),
            .. (element is null ? MissingPortals(daemon, settings, cancellationToken) : []).Select(portal => $"{daemon.Name} does not listen at {portal}"),
        ];
    }

    /// <summary>Repairs whatever differs.</summary>
    /// <param name="daemon">The daemon.</param>
    /// <param name="identity">Its identity.</param>
    /// <param name="evenIfCurrent">False: nothing is done when the records say that this daemon has the whole export.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when other operations hold some elements, which are left out.</returns>
    public bool Repair(ITargetDaemon daemon, ProcessIdentity? identity, bool evenIfCurrent, CancellationToken cancellationToken)
    {
        using var exclusive = records.Locks.Take(WholeExport, "the array's export", cancellationToken);
        if (records.ReadSettings() is not { } settings || (!evenIfCurrent && identity is not null && settings.Daemon == identity.Text))
        {
            return true;
        }

        var accounts = records.ReadAccounts();
        var missing = AddPortals(daemon, settings, cancellationToken);
        var before = connection.List(daemon, settings, cancellationToken);
        ChapAccounts.Ensure(daemon, accounts, identity, before.All, [.. before.Own.Values], cancellationToken);
        var elements = records.ReadPresented().Union(before.Own.Keys).Union(records.ReadMarks().Select(mark => mark.Element))
            .Except(before.Foreign.Keys).Where(Identities.IsUuid).ToList();
        using var targets = records.Locks.TakeTargets(elements, TimeSpan.Zero, out var locked, cancellationToken);
        using var held = records.Locks.TakeFree(locked, out var owned);
        var marks = records.ReadMarks().Where(mark => owned.Contains(mark.Element)).ToList();
        var failures = updater.Update(
            daemon,
            settings,
            locked,
            owned,
            marks.Where(mark => mark.Resized).Select(mark => mark.Element).ToHashSet(StringComparer.Ordinal),
            cancellationToken);
        records.RemoveMarks([.. marks.Where(mark => !failures.ContainsKey(mark.Element))]);
        if (evenIfCurrent && failures.Count > 0)
        {
            ExceptionDispatchInfo.Throw(failures.Values.First());
        }

        if (evenIfCurrent && missing is not null)
        {
            ExceptionDispatchInfo.Throw(missing);
        }

        // After a restart an element that can't be served (its file is gone, say) is a difference of its own, which each use of the array tries to repair:
        // the others are still exported.
        var isMarked = TryMark([.. failures.Keys.Except(marks.Select(mark => mark.Element))], cancellationToken);
        if (!isMarked || owned.Count < elements.Count)
        {
            return false;
        }

        if (settings.Daemon != identity?.Text || accounts.Any(account => account.Daemon != identity?.Text))
        {
            records.SaveDaemon(identity?.Text, cancellationToken);
        }

        return true;
    }

    /// <summary>Marks elements that can't be served. Where that can't be saved, on a full disk for example, each use repairs the whole export.</summary>
    private bool TryMark(IReadOnlyCollection<string> elements, CancellationToken cancellationToken)
    {
        try
        {
            _ = elements.Count > 0 ? records.SaveMarks(elements, cancellationToken) : [];
            return true;
        }
        catch (Exception e) when (e is StorageConnectException or DbException or IOException)
        {
            return false;
        }
    }

    /// <summary>Makes the daemon listen at all portals. One that can't be bound (a network card is down, say) doesn't keep it from the others.</summary>
    /// <returns>The error of the first that can't be; null for none.</returns>
    public static Exception? AddPortals(ITargetDaemon daemon, ExportSettings settings, CancellationToken cancellationToken)
    {
        Exception? first = null;
        foreach (var portal in MissingPortals(daemon, settings, cancellationToken))
        {
            try
            {
                daemon.AddPortal(portal, cancellationToken);
            }
            catch (ArrayUnreachableException e) when (e.ErrorId == TargetDaemonErrors.PortalNotPossible)
            {
                first ??= e;
            }
        }

        return first;
    }

    private HashSet<string> Marked(Func<ExportMark, bool> isIt) =>
        records.ReadMarks().Where(isIt).Select(mark => mark.Element).ToHashSet(StringComparer.Ordinal);

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
