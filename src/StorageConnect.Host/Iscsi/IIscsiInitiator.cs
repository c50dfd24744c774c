using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Iscsi;

/// <summary>This host's iSCSI initiator: what attaching and detaching need of it.</summary>
/// <remarks>
/// Any number of calls at once are safe, logins of several portals of one target too. Each call has its own deadline; what is over in time
/// is answered or an error, never a hang. Secrets reach no command line, environment, log or error.
/// </remarks>
internal interface IIscsiInitiator
{
    /// <summary>The sessions of this host at this moment, from sysfs: no process runs.</summary>
    IReadOnlyList<IscsiSession> Sessions();

    /// <summary>The targets that a portal offers (SendTargets). Nothing of it stays in the initiator's database.</summary>
    /// <param name="access">The portal, with its CHAP user and secrets and its network device.</param>
    /// <param name="initiator">Who asks: portals offer what this name may see; null for iscsid's own name.</param>
    /// <param name="warn">Told of what the portal offers and this host can't use: it is left out.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArrayUnreachableException">Nobody answers there.</exception>
    /// <exception cref="DataCorruptException">Of all that it offers, nothing can be used.</exception>
    /// <exception cref="AuthenticationFailedException">CHAP failed: trying again can't help.</exception>
    Task<IReadOnlyList<IscsiNode>> DiscoverAsync(AccessContext access, InitiatorIdentity? initiator, Action<string> warn, CancellationToken cancellationToken);

    /// <summary>
    /// Logs in to one portal of a target, with <c>node.session.scan=manual</c> and <c>node.startup=manual</c>: no LUN appears by itself, and
    /// nothing comes back at the next boot. A session that is there already is the answer, untouched.
    /// </summary>
    /// <param name="node">Where to.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The session, logged in.</returns>
    /// <exception cref="ArrayUnreachableException">Nobody answers there.</exception>
    /// <exception cref="HostNotReadyException">iscsid does not run.</exception>
    /// <exception cref="AuthenticationFailedException">CHAP failed: trying again can't help.</exception>
    /// <exception cref="NotFoundException">The target is not at this portal.</exception>
    Task<IscsiSession> LoginAsync(IscsiNode node, CancellationToken cancellationToken);

    /// <summary>
    /// Takes up a login that a run began and did not live to see the end of: iscsid goes on with it alone. Waits until it is through, for as long
    /// as iscsid may take; where none is under way, not at all.
    /// </summary>
    /// <param name="targetName">The target.</param>
    /// <param name="portal">The portal.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The session; null when none came of it, and nothing of the login is left.</returns>
    Task<IscsiSession?> AdoptLoginAsync(string targetName, IscsiPortal portal, CancellationToken cancellationToken);

    /// <summary>Logs out and forgets the node record, unless it is one for every boot. A session that is gone already is a success.</summary>
    /// <param name="session">Which one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task LogoutAsync(IscsiSession session, CancellationToken cancellationToken);
}
