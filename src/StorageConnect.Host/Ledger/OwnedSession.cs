using StorageConnect.Host.Iscsi;
using StorageConnect.Host.OpenIscsi;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Ledger;

/// <summary>A session that we created, so that a detach may log out of it. Other sessions are left alone.</summary>
internal sealed record OwnedSession
{
    public string TargetName { get; init; } = "";

    public string Portal { get; init; } = "";

    public string? NetDevice { get; init; }

    /// <summary>The <see cref="Attachment.Key"/> of the element it was created for. Other elements may use it now.</summary>
    public string MadeFor { get; init; } = "";

    /// <summary>The initiator name it was created with, where the array presents to one of this host's names alone.</summary>
    public string? Initiator { get; init; }

    /// <summary>The kernel's session number; null while the login is running, or was when its run ended.</summary>
    public int? Id { get; init; }

    /// <summary>The boot in which the kernel assigned that number.</summary>
    public string? Boot { get; init; }

    public static OwnedSession Of(IscsiNode node, string key) => new()
    {
        TargetName = node.TargetName,
        Portal = node.Portal.ToString(),
        NetDevice = node.NetDevice,
        MadeFor = key,
        Initiator = node.Initiator is { OtherName: null } one ? one.Name : null,
    };

    /// <summary>Records the kernel's session id and the boot id, so that a later session to the same portal is not mistaken for ours.</summary>
    public OwnedSession As(IscsiSession session, HostRoots roots) => this with { Id = session.Id, Boot = BootId.TryRead(roots.Proc) };

    /// <summary>True for the session that was created. Without its number, the record that it was created with must be ours.</summary>
    public bool IsServedBy(IscsiSession session, HostRoots roots) =>
        IsAt(session) && (Id is null
            ? new IscsiDatabase(roots, HostDeadlines.Standard).HasOwnRecord(session)
            : Id == session.Id && Boot == BootId.TryRead(roots.Proc));

    /// <summary>True for a session with the same target through the same portal, whether ours or not.</summary>
    public bool IsAt(IscsiSession session) =>
        session.TargetName == TargetName
        && session.Portal.ToString() == Portal
        && (NetDevice is null || session.NetDevice is null || session.NetDevice == NetDevice)
        && (Initiator is null || session.InitiatorName is null || string.Equals(session.InitiatorName, Initiator, StringComparison.OrdinalIgnoreCase));
}
