using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>Changes how an array is exported: its daemon, portals and CHAP users.</summary>
internal sealed class ExportSetup(IExportRecords records, Func<string, CancellationToken, ITargetDaemon> open)
{
    /// <summary>Saves the settings where they changed.</summary>
    /// <returns>The CHAP users that are needed no longer.</returns>
    public IReadOnlyList<string> Save(ExportSettings wanted, IReadOnlyList<ChapAccount> accounts, CancellationToken cancellationToken)
    {
        var (before, known) = (records.ReadSettings(), records.ReadAccounts());
        var sameAccounts = known.Select(Full).Order(StringComparer.Ordinal).SequenceEqual(accounts.Select(Full).Order(StringComparer.Ordinal));
        if (before is not null && sameAccounts && before.Control == wanted.Control && before.Portals.Equals(wanted.Portals))
        {
            return [];
        }

        if (before is not null && before.Control != wanted.Control)
        {
            // Where the change ends half-way, the next use of the old settings finds that their daemon lacks targets.
            records.SaveDaemon(null, cancellationToken);
            Withdraw(before, cancellationToken);
        }

        records.SaveSettings(
            wanted with { Name = before?.Name ?? wanted.Name, Daemon = null },
            [.. accounts.Select(account => new ChapAccount(account.Name, account.GetSecret(),
                known.FirstOrDefault(old => Full(old) == Full(account))?.Daemon))],
            cancellationToken);
        return [.. known.Select(account => account.Name.User).Except(accounts.Select(account => account.Name.User))];
    }

    /// <summary>Removes CHAP users that no target requires.</summary>
    public static void RemoveAccounts(ITargetDaemon daemon, IReadOnlyList<string> users, CancellationToken cancellationToken)
    {
        if (users.Count > 0)
        {
            var bound = daemon.GetTargets(cancellationToken).SelectMany(target => target.Accounts).Select(account => account.User)
                .ToHashSet(StringComparer.Ordinal);
            users.Where(user => !bound.Contains(user)).ToList().ForEach(user => daemon.RemoveAccount(user, cancellationToken));
        }
    }

    private static string Full(ChapAccount account) => $"{account.Name.User}\n{account.Name.Outgoing}\n{account.GetSecret()}";

    /// <summary>Removes the array's targets from the daemon that it had before.</summary>
    private void Withdraw(ExportSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            var daemon = open(settings.Control, cancellationToken);
            var process = daemon.Identify(cancellationToken)?.Process;
            foreach (var target in TargetListing.Of(daemon.GetTargets(cancellationToken), settings, records, process).Own.Values)
            {
                daemon.Remove(target, cancellationToken);
            }
        }
        catch (ArrayUnreachableException e) when (e.ErrorId == TargetDaemonErrors.NotRunning)
        {
            // A daemon that doesn't run serves nothing.
        }
    }
}
