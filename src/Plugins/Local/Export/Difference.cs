namespace StorageConnect.Plugins.Local.Export;

/// <summary>One thing in which the daemon differs from the records: what it is, and what puts it right.</summary>
/// <param name="Text">For people.</param>
/// <param name="Repair">Puts it right.</param>
internal sealed record Difference(string Text, Action<ITargetExport, CancellationToken> Repair)
{
    /// <summary>
    /// All of them for one element, in the order in which they are safely put right: who must not get in is kept out first, who may is let in last.
    /// </summary>
    /// <param name="wanted">The target that is to be, or null for none.</param>
    /// <param name="present">The target that is, or null for none.</param>
    /// <param name="taken">Numbers of targets that are taken.</param>
    /// <param name="resized">The size has changed, maybe by less than the daemon's rounded figures tell.</param>
    public static IReadOnlyList<Difference> Between(TargetSpec? wanted, TargetPicture? present, ISet<int> taken, bool resized = false)
    {
        if (wanted is null)
        {
            return present is null ? [] : [new($"the target {present.Name} is there, though its element is presented to nobody", (export, token) => export.Remove(present, token))];
        }

        if (present is null)
        {
            return [new($"'{wanted.ElementName}' has no target", (export, token) => CreateAt(export, wanted, taken, token))];
        }

        return [.. Access(wanted, present), .. Accounts(wanted, present), .. Units(wanted, present, resized), .. Admission(wanted, present)];
    }

    private static IEnumerable<Difference> Access(TargetSpec wanted, TargetPicture present)
    {
        foreach (var entry in present.Addresses.Concat(present.Initiators.Except(wanted.Initiators)))
        {
            yield return new($"'{wanted.ElementName}' is open to '{entry}'", (export, token) => export.Deny(present, entry, token));
        }

        foreach (var session in present.Sessions.Where(session => !wanted.Initiators.Contains(session.Initiator)))
        {
            yield return new($"'{wanted.ElementName}' is used by {session}, who is in none of its groups", (export, token) => export.Cut(present, session, token));
        }
    }

    private static IEnumerable<Difference> Accounts(TargetSpec wanted, TargetPicture present)
    {
        foreach (var account in present.Accounts.Except(wanted.Accounts))
        {
            yield return new($"'{wanted.ElementName}' has the CHAP user '{account.User}'", (export, token) => export.Unbind(present, account, token));
        }

        foreach (var account in wanted.Accounts.Except(present.Accounts))
        {
            yield return new($"'{wanted.ElementName}' lacks the CHAP user '{account.User}'", (export, token) => export.Bind(present, account, token));
        }
    }

    private static IEnumerable<Difference> Units(TargetSpec wanted, TargetPicture present, bool resized)
    {
        foreach (var other in present.Units.Where(unit => unit.Number != UnitSpec.Number))
        {
            yield return new($"'{wanted.ElementName}' has a second logical unit ({other.Number})", (export, token) => export.RemoveUnit(present, other.Number, token));
        }

        var found = present.Units.FirstOrDefault(unit => unit.Number == UnitSpec.Number);
        if (wanted.Unit is not { } unit)
        {
            if (found is not null)
            {
                yield return new($"'{wanted.ElementName}' is offline, but its logical unit is there", (export, token) => export.RemoveUnit(present, UnitSpec.Number, token));
            }
        }
        else if (found is null)
        {
            yield return new($"'{wanted.ElementName}' has no logical unit", (export, token) => export.CreateUnit(present, unit, token));
        }
        else if (WhatIsWrong(found, unit, resized) is { } wrong)
        {
            yield return new($"the logical unit of '{wanted.ElementName}' {wrong}", (export, token) =>
            {
                export.RemoveUnit(present, UnitSpec.Number, token);
                export.CreateUnit(present, unit, token);
            });
        }
        else if (found.Naa != unit.Naa || found.Serial != unit.Serial || found.Thin != unit.Thin)
        {
            yield return new($"the logical unit of '{wanted.ElementName}' has another identity", (export, token) => export.NameUnit(present, unit, token));
        }
    }

    /// <summary>What can be put right only by making the unit anew.</summary>
    private static string? WhatIsWrong(UnitPicture found, UnitSpec wanted, bool resized) => found switch
    {
        { Path: { } path } when path != wanted.Path => $"is another one ({path})",
        { Online: false } or { Path: null } => "is offline",
        { ReadOnly: true } => "can't be written",
        { IsPlain: false } => "is served in another way",
        _ when found.WriteThrough != wanted.WriteThrough => wanted.WriteThrough ? "is not durable" : "is slower than it need be",
        _ when resized || !found.HasSize(wanted.Size) => "has another size",
        _ => null,
    };

    private static IEnumerable<Difference> Admission(TargetSpec wanted, TargetPicture present)
    {
        foreach (var initiator in wanted.Initiators.Except(present.Initiators))
        {
            yield return new($"'{wanted.ElementName}' is closed to '{initiator}'", (export, token) => export.Allow(present, initiator, token));
        }

        if (!present.Ready)
        {
            yield return new($"the target of '{wanted.ElementName}' is offline", (export, token) => export.MakeReady(present, token));
        }
    }

    private static void CreateAt(ITargetExport export, TargetSpec wanted, ISet<int> taken, CancellationToken cancellationToken)
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
                export.Create(wanted, number, cancellationToken);
                return;
            }
            catch (TargetExistsException e)
            {
                // Others make targets, too, and may just have taken it.
                if (attempt++ == attempts)
                {
                    throw new StorageElementBusyException($"tgtd takes no target for '{wanted.ElementName}': {e.Message}", e)
                    {
                        ErrorId = "TargetDaemonBusy",
                        Element = wanted.ElementName,
                        Retryable = true,
                        Recommendation = "Try again. If it stays so, look at 'tgtadm --mode target --op show'.",
                    };
                }
            }
        }
    }
}
