using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Iscsi;

/// <summary>This host's iSCSI initiator: what attaching and detaching need of it.</summary>
/// <remarks>
/// Any number of calls at once are safe, logins at several portals of one target too. Each call has its own deadline and ends with a result or an
/// error. Secrets reach no command line, environment, log or error.
/// </remarks>
internal interface IIscsiInitiator
{
    /// <summary>The sessions of this host at this moment, from sysfs: no process runs.</summary>
    IReadOnlyList<IscsiSession> Sessions();

    /// <summary>The targets that a portal reports (SendTargets). Nothing of it stays in the initiator's database.</summary>
    /// <param name="access">The portal, with its CHAP user and secrets and its network device.</param>
    /// <param name="initiator">The initiator name: portals report what this name may see; null for iscsid's own.</param>
    /// <param name="warn">Receives a warning for each reported target that this host can't use.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArrayUnreachableException">The portal doesn't answer.</exception>
    /// <exception cref="DataCorruptException">None of the reported targets is usable.</exception>
    /// <exception cref="AuthenticationFailedException">CHAP failed: a retry can't help.</exception>
    Task<IReadOnlyList<IscsiNode>> DiscoverAsync(AccessContext access, InitiatorIdentity? initiator, Action<string> warn, CancellationToken cancellationToken);

    /// <summary>
    /// Logs in to one portal of a target, with <c>node.session.scan=manual</c> and <c>node.startup=manual</c>: no LUN appears by itself, and
    /// nothing comes back at the next boot. An existing session is returned unchanged.
    /// </summary>
    /// <param name="node">The target's portal.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The session, logged in.</returns>
    /// <exception cref="ArrayUnreachableException">The portal doesn't answer.</exception>
    /// <exception cref="HostNotReadyException">iscsid does not run.</exception>
    /// <exception cref="AuthenticationFailedException">CHAP failed: a retry can't help.</exception>
    /// <exception cref="NotFoundException">The target is not at this portal.</exception>
    Task<IscsiSession> LoginAsync(IscsiNode node, CancellationToken cancellationToken);

    /// <summary>
    /// Adopts a login whose run was killed: iscsid continues it alone. Waits for its end, for as long as iscsid may take. Doesn't wait where no login
    /// is running.
    /// </summary>
    /// <param name="targetName">The target.</param>
    /// <param name="portal">The portal.</param>
    /// <param name="isIt">True for a session that the login may have resulted in: others use this portal too, under another initiator name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The session; null when there is none and nothing of the login is left.</returns>
    Task<IscsiSession?> AdoptLoginAsync(string targetName, IscsiPortal portal, Func<IscsiSession, bool> isIt, CancellationToken cancellationToken);

    /// <summary>Logs out and deletes the node record, unless it is for automatic login at boot. A session that is gone already is a success.</summary>
    /// <param name="session">Which one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task LogoutAsync(IscsiSession session, CancellationToken cancellationToken);

    /// <summary>
    /// Logs out of all sessions of a target with one process, where these are all there are and nothing but our records could lead to others. Otherwise,
    /// and for those that remain, it does nothing: <see cref="LogoutAsync"/> follows for each, and reports what fails.
    /// </summary>
    /// <param name="targetName">The target.</param>
    /// <param name="sessions">The sessions, all logged in. The caller holds the target's lock.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task TryLogoutTogetherAsync(string targetName, IReadOnlyCollection<IscsiSession> sessions, CancellationToken cancellationToken);
}
