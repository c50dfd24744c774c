using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Tgt;

/// <content>Targets, the initiators that may log in, and their sessions.</content>
public sealed partial class TgtTargetDaemon
{
    /// <inheritdoc/>
    public void Create(TargetSpec target, int number, CancellationToken cancellationToken)
    {
        try
        {
            Send(new(TgtMode.Target, TgtOperation.New, ("targetname", target.Name)) { Target = number }, target.ElementName, cancellationToken);
        }
        catch (StorageConnectException e) when (e.InnerException is TgtRefusedException { Reason: TgtRefusal.TargetExists })
        {
            throw new TargetExistsException($"there is a target {number}, or one of the name {target.Name}, already.", e);
        }

        var made = new TargetState { Number = number, Name = target.Name };
        try
        {
            foreach (var account in target.Accounts)
            {
                Bind(made, account, cancellationToken);
            }

            if (target.Unit is { } unit)
            {
                CreateUnit(made, unit, cancellationToken);
            }

            // Last, so that initiators never see a partial target.
            foreach (var initiator in target.Initiators)
            {
                Allow(made, initiator, cancellationToken);
            }
        }
        catch
        {
            TryRemove(made);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Remove(TargetState target, CancellationToken cancellationToken)
    {
        foreach (var entry in target.Initiators.Concat(target.Addresses))
        {
            Deny(target, entry, cancellationToken);
        }

        foreach (var session in target.Sessions)
        {
            EndSession(target, session, cancellationToken);
        }

        // A forced removal crashes tgtd while a command is running, so the removal is repeated until the sessions are gone.
        UntilFree(
            () => Send(new(TgtMode.Target, TgtOperation.Delete) { Target = target.Number }, null, cancellationToken, TgtRefusal.NoTarget),
            cancellationToken);
    }

    /// <inheritdoc/>
    public void Allow(TargetState target, string initiator, CancellationToken cancellationToken) =>
        Send(new(TgtMode.Target, TgtOperation.Bind, (InitiatorKey, initiator)) { Target = target.Number }, null, cancellationToken, TgtRefusal.RuleExists);

    /// <inheritdoc/>
    public void Deny(TargetState target, string initiatorOrAddress, CancellationToken cancellationToken) => Send(
        new(
            TgtMode.Target,
            TgtOperation.Unbind,
            (target.Addresses.Contains(initiatorOrAddress) ? "initiator-address" : InitiatorKey, initiatorOrAddress))
        { Target = target.Number },
        null,
        cancellationToken,
        TgtRefusal.NoRule,
        TgtRefusal.NoTarget);

    /// <inheritdoc/>
    public void EndSession(TargetState target, SessionState session, CancellationToken cancellationToken)
    {
        // An alias with line breaks can forge sessions in the listing of targets, and take connections from the initiator's own session there.
        SessionState? Find() => GetSessions(target, cancellationToken).FirstOrDefault(other => other.Id == session.Id);
        if (Find() is not { } real)
        {
            return;
        }

        if (real.Initiator != session.Initiator)
        {
            throw TgtErrors.Unreadable(_address, new(FormattableString.Invariant($"tgtd lists the session {session.Id} under two names.")));
        }

        foreach (var connection in real.Connections)
        {
            Send(
                new(TgtMode.Connection, TgtOperation.Delete) { Target = target.Number, Session = session.Id, Connection = connection },
                null,
                cancellationToken,
                TgtRefusal.NoSession,
                TgtRefusal.NoConnection,
                TgtRefusal.NoTarget);
        }

        // tgtd closes it a moment later. Once it is gone, none of its commands is executed any more.
        if (!TryUntil(() => Find()?.Initiator != real.Initiator, DrainTimeout, cancellationToken))
        {
            throw TgtErrors.StillUsed(target, session);
        }
    }

    /// <inheritdoc/>
    public void Bind(TargetState target, AccountName account, CancellationToken cancellationToken) => Send(
        new(TgtMode.Account, TgtOperation.Bind, (UserKey, account.User)) { Target = target.Number, Outgoing = account.Outgoing },
        null,
        cancellationToken,
        TgtRefusal.UserExists);

    /// <inheritdoc/>
    public void Unbind(TargetState target, AccountName account, CancellationToken cancellationToken) => Send(
        new(TgtMode.Account, TgtOperation.Unbind, (UserKey, account.User)) { Target = target.Number, Outgoing = account.Outgoing },
        null,
        cancellationToken,
        TgtRefusal.NoUser);
}
