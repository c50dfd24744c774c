namespace StorageConnect.Plugins.Local.Export;

/// <summary>
/// What serves elements to initiators: the seam at which another target daemon comes in. It knows targets, logical units and initiators;
/// which of them there are to be is <see cref="Exports"/>' business. Nothing here is remembered between calls: what is so, the daemon tells.
/// </summary>
internal interface ITargetExport
{
    /// <summary>Which daemon answers at this moment; a daemon that was started anew is another one. Null when that can't be told.</summary>
    /// <exception cref="ArrayUnreachableException">None answers.</exception>
    DaemonIdentity? Identify(CancellationToken cancellationToken);

    /// <summary>All targets there are, others' too.</summary>
    IReadOnlyList<TargetPicture> Look(CancellationToken cancellationToken);

    /// <summary>Makes a target with all that belongs to it; initiators are let in last.</summary>
    /// <exception cref="TargetExistsException">There is a target of that name or number.</exception>
    void Create(TargetSpec target, int number, CancellationToken cancellationToken);

    /// <summary>Cuts all sessions and removes the target.</summary>
    void Remove(TargetPicture target, CancellationToken cancellationToken);

    void Allow(TargetPicture target, string initiator, CancellationToken cancellationToken);

    /// <summary>Takes an initiator, or an address that somebody let in by hand, off the list. Its sessions stay: see <see cref="Cut"/>.</summary>
    void Deny(TargetPicture target, string initiatorOrAddress, CancellationToken cancellationToken);

    void Cut(TargetPicture target, SessionPicture session, CancellationToken cancellationToken);

    /// <summary>Has logins to the target prove themselves as this user, or the target itself prove to be this one.</summary>
    void Bind(TargetPicture target, AccountName account, CancellationToken cancellationToken);

    void Unbind(TargetPicture target, AccountName account, CancellationToken cancellationToken);

    void CreateUnit(TargetPicture target, UnitSpec unit, CancellationToken cancellationToken);

    /// <summary>Takes a logical unit away from under its users, once what they have under way is done.</summary>
    void RemoveUnit(TargetPicture target, int number, CancellationToken cancellationToken);

    /// <summary>Gives the unit its identity and provisioning.</summary>
    void NameUnit(TargetPicture target, UnitSpec unit, CancellationToken cancellationToken);

    void MakeReady(TargetPicture target, CancellationToken cancellationToken);

    IReadOnlyList<string> Accounts(CancellationToken cancellationToken);

    /// <exception cref="NoSuchOperationException">The way to the daemon that there is would show the secret.</exception>
    void CreateAccount(ExportAccount account, CancellationToken cancellationToken);

    void RemoveAccount(string user, CancellationToken cancellationToken);

    IReadOnlyList<Portal> Portals(CancellationToken cancellationToken);

    void AddPortal(Portal portal, CancellationToken cancellationToken);
}

/// <summary>A target of this name or number is there already.</summary>
internal sealed class TargetExistsException(string message, Exception inner) : Exception(message, inner);
