using System.Runtime.ExceptionServices;
using StorageConnect.PluginKit.Naming;
using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>Changes the daemon's targets to what the records want. The caller holds the elements' locks.</summary>
internal sealed class TargetUpdater(IExportRecords records)
{
    /// <summary>The array's targets among all, by their elements' Uuids.</summary>
    public static Dictionary<string, TargetState> Own(IReadOnlyList<TargetState> targets, ExportSettings settings)
    {
        var own = new Dictionary<string, TargetState>(StringComparer.Ordinal);
        foreach (var target in targets)
        {
            if (TargetNames.Element(settings.Name, target.Name) is { } element)
            {
                own[element] = target;
            }
        }

        return own;
    }

    /// <summary>The targets that elements should have, by the elements' Uuids; those that should have none are missing.</summary>
    public Dictionary<string, TargetSpec> GetWanted(ExportSettings settings, IReadOnlyCollection<string> elements)
    {
        var accounts = records.ReadAccounts().Select(account => account.Name).ToValueList();
        var wanted = new Dictionary<string, TargetSpec>(StringComparer.Ordinal);
        foreach (var element in records.ReadElements(elements))
        {
            if (element.Initiators.Where(Initiators.IsIscsi).ToValueList() is { Count: > 0 } initiators)
            {
                wanted.Add(element.Uuid, new()
                {
                    Element = element.Uuid,
                    ElementName = element.Name,
                    Name = TargetNames.Of(settings.Name, element.Uuid),
                    Initiators = initiators,
                    Accounts = accounts,
                    Unit = element.Unit,
                });
            }
        }

        return wanted;
    }

    /// <summary>The short way for an element that had no target: creates it without listing the others.</summary>
    /// <returns>False when there is a target of its name or number.</returns>
    public bool TryCreate(ITargetDaemon daemon, ExportSettings settings, string element, CancellationToken cancellationToken)
    {
        try
        {
            if (GetWanted(settings, [element]).GetValueOrDefault(element) is { } wanted)
            {
                daemon.Create(wanted, wanted.PreferredNumber, cancellationToken);
            }

            return true;
        }
        catch (TargetExistsException)
        {
            return false;
        }
    }

    /// <summary>
    /// Compares elements with the daemon's targets and repairs what differs. An error of one doesn't keep the others from being repaired; the first is thrown.
    /// </summary>
    /// <param name="daemon">The daemon.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="all">All targets of the daemon, as listed after the locks were taken.</param>
    /// <param name="elements">The elements.</param>
    /// <param name="resized">Those whose size changed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public void Update(ITargetDaemon daemon, ExportSettings settings, IReadOnlyList<TargetState> all, IEnumerable<string> elements, HashSet<string> resized,
        CancellationToken cancellationToken)
    {
        var targets = Own(all, settings);
        var taken = all.Select(target => target.Number).ToHashSet();
        var distinct = elements.Distinct(StringComparer.Ordinal).ToList();
        var wanted = GetWanted(settings, distinct);
        Exception? first = null;
        foreach (var element in distinct)
        {
            try
            {
                foreach (var difference in TargetDifference.Between(wanted.GetValueOrDefault(element), targets.GetValueOrDefault(element), taken,
                    resized.Contains(element)))
                {
                    difference.Repair(daemon, cancellationToken);
                }
            }
            catch (StorageConnectException e)
            {
                first ??= e;
            }
        }

        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }
}
