using StorageConnect.PluginKit.Naming;
using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>
/// Compares whole targets with the records and repairs what differs. The caller holds the locks of the targets; units, and targets that are
/// missing, are repaired only where it holds the element's lock, too.
/// </summary>
internal sealed class TargetUpdater(IExportRecords records, DaemonConnection connection)
{
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

    /// <summary>Creates a target of which it is known that it didn't exist, without listing the others.</summary>
    /// <returns>False when there is a target of its name or number.</returns>
    public bool TryCreate(ITargetDaemon daemon, TargetSpec wanted, CancellationToken cancellationToken)
    {
        try
        {
            daemon.Create(wanted, wanted.PreferredNumber, cancellationToken);
            connection.Add(wanted.Element, new() { Number = wanted.PreferredNumber, Name = wanted.Name });
            return true;
        }
        catch (TargetExistsException)
        {
            return false;
        }
    }

    /// <summary>Repairs what differs. An error of one element doesn't keep the others from being repaired.</summary>
    /// <param name="daemon">The daemon.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="elements">The elements.</param>
    /// <param name="owned">Those whose own locks the caller holds.</param>
    /// <param name="resized">Those whose size changed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The errors, by the elements' Uuids.</returns>
    /// <exception cref="ArrayUnreachableException">The daemon answers no more.</exception>
    public IReadOnlyDictionary<string, StorageConnectException> Update(
        ITargetDaemon daemon,
        ExportSettings settings,
        IReadOnlyCollection<string> elements,
        IReadOnlySet<string> owned,
        IReadOnlySet<string> resized,
        CancellationToken cancellationToken)
    {
        var failures = new Dictionary<string, StorageConnectException>(StringComparer.Ordinal);
        if (elements.Count == 0)
        {
            return failures;
        }

        var listing = connection.List(daemon, settings, cancellationToken);
        var taken = listing.All.Select(target => target.Number).ToHashSet();
        var wanted = GetWanted(settings, elements);
        foreach (var element in elements)
        {
            var spec = wanted.GetValueOrDefault(element);
            if (spec is not null && listing.Foreign.GetValueOrDefault(element) is { } foreign)
            {
                failures.Add(element, Taken(spec, foreign));
                continue;
            }

            try
            {
                foreach (var difference in TargetDifference.Between(spec, listing.Own.GetValueOrDefault(element), taken, resized.Contains(element)))
                {
                    if (!difference.NeedsElement || owned.Contains(element))
                    {
                        difference.Repair(daemon, cancellationToken);
                    }
                }
            }
            catch (StorageConnectException e)
            {
                failures.Add(element, e);
            }

            if (spec is null)
            {
                connection.Remove(element);
            }
        }

        if (failures.Count > 0)
        {
            // When it was the daemon that failed, that is the error.
            daemon.Identify(cancellationToken);
        }

        return failures;
    }

    private static AlreadyExistsException Taken(TargetSpec wanted, TargetState foreign) =>
        new($"'{wanted.ElementName}' can't be exported: the target {foreign.Name} exists already and serves other storage ({Describe(foreign)}).")
        {
            ErrorId = "TargetTaken",
            Element = wanted.ElementName,
            Recommendation = "It is probably a target of the array that this one was copied from. Export this array by another target daemon, "
                + "or register the copy as an array of its own.",
        };

    /// <summary>What a target serves, for messages.</summary>
    public static string Describe(TargetState target) => string.Join(", ", target.Units.Select(unit => unit.Backing?.Path ?? "nothing"));
}
