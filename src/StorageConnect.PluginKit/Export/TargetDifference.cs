using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>One difference between the daemon and the records, and its repair.</summary>
/// <param name="Text">The difference, for messages.</param>
/// <param name="Repair">Repairs it.</param>
internal sealed record TargetDifference(string Text, Action<ITargetDaemon, CancellationToken> Repair)
{
    /// <summary>True when the repair touches what backs the element, so that it needs the element's own lock.</summary>
    public bool NeedsElement { get; init; }

    /// <summary>
    /// All differences of one element, in an order that is safe to repair: initiators are denied first and allowed last.
    /// </summary>
    /// <param name="wanted">The target that should exist, or null for none.</param>
    /// <param name="present">The target that exists, or null for none.</param>
    /// <param name="taken">Numbers that targets have.</param>
    /// <param name="resized">The size changed, possibly by less than the daemon's rounded figures show.</param>
    public static IReadOnlyList<TargetDifference> Between(TargetSpec? wanted, TargetState? present, ISet<int> taken, bool resized = false)
    {
        if (wanted is null)
        {
            return present is null ? [] : [new($"the target {present.Name} exists, though its element is not presented",
                (daemon, token) => daemon.Remove(present, token))];
        }

        if (present is null)
        {
            return [new($"'{wanted.ElementName}' has no target", (daemon, token) => CreateAt(daemon, wanted, taken, token)) { NeedsElement = true }];
        }

        return [.. Access(wanted, present), .. Accounts(wanted, present), .. Units(wanted, present, resized).Select(
            difference => difference with { NeedsElement = true }), .. Admission(wanted, present)];
    }

    private static IEnumerable<TargetDifference> Access(TargetSpec wanted, TargetState present)
    {
        foreach (var entry in present.Addresses.Concat(present.Initiators.Except(wanted.Initiators)))
        {
            yield return new($"'{wanted.ElementName}' is open to '{entry}'", (daemon, token) => daemon.Deny(present, entry, token));
        }

        foreach (var session in present.Sessions.Where(session => !wanted.Initiators.Contains(session.Initiator)))
        {
            yield return new($"'{wanted.ElementName}' is used by {session}, who is in none of its groups",
                (daemon, token) => daemon.EndSession(present, session, token));
        }
    }

    private static IEnumerable<TargetDifference> Accounts(TargetSpec wanted, TargetState present)
    {
        // A target without incoming users requires no authentication: the new ones come before the old ones go. It has one outgoing user at most: there
        // the old one goes first.
        var missing = wanted.Accounts.Except(present.Accounts).ToList();
        return [.. Bindings(missing.Where(account => !account.Outgoing)), .. Unbindings(), .. Bindings(missing.Where(account => account.Outgoing))];

        IEnumerable<TargetDifference> Bindings(IEnumerable<AccountName> accounts) => accounts.Select(account => new TargetDifference(
            $"'{wanted.ElementName}' lacks the CHAP user '{account.User}'", (daemon, token) => daemon.Bind(present, account, token)));

        IEnumerable<TargetDifference> Unbindings() => present.Accounts.Except(wanted.Accounts).Select(account => new TargetDifference(
            $"'{wanted.ElementName}' has the CHAP user '{account.User}'", (daemon, token) => daemon.Unbind(present, account, token)));
    }

    private static IEnumerable<TargetDifference> Units(TargetSpec wanted, TargetState present, bool resized)
    {
        foreach (var other in present.Units.Where(unit => unit.Number != UnitSpec.Number))
        {
            yield return new($"'{wanted.ElementName}' has a second logical unit ({other.Number})",
                (daemon, token) => daemon.RemoveUnit(present, other.Number, token));
        }

        var found = present.Units.FirstOrDefault(unit => unit.Number == UnitSpec.Number);
        if (wanted.Unit is not { } unit)
        {
            if (found is not null)
            {
                yield return new($"'{wanted.ElementName}' is offline, but its logical unit is there",
                    (daemon, token) => daemon.RemoveUnit(present, UnitSpec.Number, token));
            }
        }
        else if (found is null)
        {
            yield return new($"'{wanted.ElementName}' has no logical unit", (daemon, token) => daemon.CreateUnit(present, unit, token));
        }
        else if (WhatIsWrong(found, unit, resized) is { } wrong)
        {
            yield return new($"the logical unit of '{wanted.ElementName}' {wrong}", (daemon, token) =>
            {
                daemon.RemoveUnit(present, UnitSpec.Number, token);
                daemon.CreateUnit(present, unit, token);
            });
        }
        else if (found.Naa != unit.Naa || found.Serial != unit.Serial || found.Thin != unit.Thin)
        {
            yield return new($"the logical unit of '{wanted.ElementName}' has another identity", (daemon, token) => daemon.SetIdentity(present, unit, token));
        }
    }

    /// <summary>What can be repaired only by replacing the unit.</summary>
    private static string? WhatIsWrong(UnitState found, UnitSpec wanted, bool resized) => found switch
    {
        { Backing.Path: { } path } when path != wanted.Backing.Path => $"is another one ({path})",
        { Online: false } or { Backing: null } => "is offline",
        { ReadOnly: true } => "can't be written",
        { IsReplaced: true } => "is still the storage that was there before",
        _ when !found.Backing.IsSameAs(wanted.Backing) => "is served in another way",
        _ when found.WriteThrough != wanted.WriteThrough => wanted.WriteThrough ? "is not durable" : "is slower than it need be",
        _ when resized || !found.HasSize(wanted.Size) => "has another size",
        _ => null,
    };

    private static IEnumerable<TargetDifference> Admission(TargetSpec wanted, TargetState present)
    {
        foreach (var initiator in wanted.Initiators.Except(present.Initiators))
        {
            yield return new($"'{wanted.ElementName}' is closed to '{initiator}'", (daemon, token) => daemon.Allow(present, initiator, token));
        }

        if (!present.Ready)
        {
            yield return new($"the target of '{wanted.ElementName}' is offline", (daemon, token) => daemon.SetReady(present, token));
        }
    }

    private static void CreateAt(ITargetDaemon daemon, TargetSpec wanted, ISet<int> taken, CancellationToken cancellationToken)
    {
        const int attempts = 20;
        for (var (number, attempt) = (wanted.PreferredNumber, 1); ; number = number == int.MaxValue ? 1 : number + 1)
        {
            if (!taken.Add(number))
            {
                continue;
            }

            try
            {
                daemon.Create(wanted, number, cancellationToken);
                return;
            }
            catch (TargetExistsException e)
            {
                // Other programs create targets, too, and may have taken the number.
                if (attempt++ == attempts)
                {
                    throw new StorageElementBusyException($"{daemon.Name} takes no target for '{wanted.ElementName}': {e.Message}", e)
                    {
                        ErrorId = "TargetDaemonBusy",
                        Element = wanted.ElementName,
                        Retryable = true,
                        Recommendation = $"Try again. If it fails again, look at '{daemon.ListCommand}'.",
                    };
                }
            }
        }
    }
}
