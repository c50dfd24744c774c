namespace StorageConnect.PluginKit.Targets;

/// <summary>
/// A daemon that serves logical units to iSCSI initiators. It knows targets, logical units and initiators; the caller decides which of them
/// should exist. An implementation keeps no state between calls: it queries the daemon.
/// </summary>
public interface ITargetDaemon
{
    /// <summary>The daemon's name, for messages.</summary>
    string Name { get; }

    /// <summary>The command with which an administrator lists its targets, for messages.</summary>
    string ListCommand { get; }

    /// <summary>The identity of the running daemon: another one after a restart. Null when it can't be determined.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArrayUnreachableException">No daemon answers.</exception>
    ProcessIdentity? Identify(CancellationToken cancellationToken);

    /// <summary>All targets, those of others included.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    IReadOnlyList<TargetState> GetTargets(CancellationToken cancellationToken);

    /// <summary>The sessions of a target, by its number alone; none when there is no such target.</summary>
    /// <param name="target">The target.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    IReadOnlyList<SessionState> GetSessions(TargetState target, CancellationToken cancellationToken);

    /// <summary>Creates a target with all its parts; initiators are allowed last.</summary>
    /// <param name="target">Its specification.</param>
    /// <param name="number">The number to give it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="TargetExistsException">There is a target of that name or number.</exception>
    void Create(TargetSpec target, int number, CancellationToken cancellationToken);

    /// <summary>Ends all sessions and removes the target.</summary>
    /// <param name="target">The target.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    void Remove(TargetState target, CancellationToken cancellationToken);

    /// <summary>Allows an initiator. Nothing changes when it is allowed already.</summary>
    /// <param name="target">The target.</param>
    /// <param name="initiator">The initiator's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArrayUnreachableException">Of the id <see cref="TargetDaemonErrors.TargetMissing"/>: there is no target of that number.</exception>
    void Allow(TargetState target, string initiator, CancellationToken cancellationToken);

    /// <summary>Removes an initiator or a network address from the access list. Sessions stay: see <see cref="EndSession"/>.</summary>
    /// <param name="target">The target.</param>
    /// <param name="initiatorOrAddress">The entry.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    void Deny(TargetState target, string initiatorOrAddress, CancellationToken cancellationToken);

    /// <summary>Ends a session. On return none of its commands is executed any more.</summary>
    /// <param name="target">The target.</param>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageElementBusyException">Of the id <see cref="TargetDaemonErrors.NotWithdrawn"/>: it goes on.</exception>
    void EndSession(TargetState target, SessionState session, CancellationToken cancellationToken);

    /// <summary>Requires this CHAP user of logins, or of the target itself.</summary>
    /// <param name="target">The target.</param>
    /// <param name="account">The user.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    void Bind(TargetState target, AccountName account, CancellationToken cancellationToken);

    /// <summary>Stops requiring this CHAP user.</summary>
    /// <param name="target">The target.</param>
    /// <param name="account">The user.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    void Unbind(TargetState target, AccountName account, CancellationToken cancellationToken);

    /// <summary>Creates the target's logical unit.</summary>
    /// <param name="target">The target.</param>
    /// <param name="unit">Its specification.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    void CreateUnit(TargetState target, UnitSpec unit, CancellationToken cancellationToken);

    /// <summary>Removes a logical unit, in use or not, once its running commands have ended.</summary>
    /// <param name="target">The target.</param>
    /// <param name="number">The LUN.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    void RemoveUnit(TargetState target, int number, CancellationToken cancellationToken);

    /// <summary>Sets the unit's identity and provisioning.</summary>
    /// <param name="target">The target.</param>
    /// <param name="unit">Its specification.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    void SetIdentity(TargetState target, UnitSpec unit, CancellationToken cancellationToken);

    /// <summary>Makes the target accept logins.</summary>
    /// <param name="target">The target.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    void SetReady(TargetState target, CancellationToken cancellationToken);

    /// <summary>Checks that a secret can be given to the daemon without others on this machine seeing it.</summary>
    /// <exception cref="NoSuchOperationException">It can't.</exception>
    void RequirePrivateControl();

    /// <summary>The names of the daemon's CHAP users.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    IReadOnlyList<string> GetAccounts(CancellationToken cancellationToken);

    /// <summary>Creates a CHAP user.</summary>
    /// <param name="account">The user with its secret.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="NoSuchOperationException">See <see cref="RequirePrivateControl"/>.</exception>
    void CreateAccount(ChapAccount account, CancellationToken cancellationToken);

    /// <summary>Removes a CHAP user.</summary>
    /// <param name="user">Its name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    void RemoveAccount(string user, CancellationToken cancellationToken);

    /// <summary>The portals where the daemon listens.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    IReadOnlyList<Portal> GetPortals(CancellationToken cancellationToken);

    /// <summary>Makes the daemon listen at another portal.</summary>
    /// <param name="portal">The portal.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArrayUnreachableException">Of the id <see cref="TargetDaemonErrors.PortalNotPossible"/>: it can't listen there.</exception>
    void AddPortal(Portal portal, CancellationToken cancellationToken);
}

/// <summary>A target of this name or number exists already.</summary>
/// <param name="message">What exists.</param>
/// <param name="inner">The daemon's answer.</param>
public sealed class TargetExistsException(string message, Exception inner) : Exception(message, inner);

/// <summary>Ids of errors that every target daemon reports alike.</summary>
public static class TargetDaemonErrors
{
    /// <summary>No daemon runs.</summary>
    public const string NotRunning = "TargetDaemonNotRunning";

    /// <summary>A target that was there before is gone.</summary>
    public const string TargetMissing = "TargetMissing";

    /// <summary>An initiator may still use what it was shut out of.</summary>
    public const string NotWithdrawn = "AccessNotWithdrawn";

    /// <summary>The daemon can't listen at a portal: the address is not this machine's, or another program has the port.</summary>
    public const string PortalNotPossible = "PortalNotPossible";
}
