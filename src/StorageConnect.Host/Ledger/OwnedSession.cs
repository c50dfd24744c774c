using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Ledger;

/// <summary>A session that attaching logged in, so that detaching may log it out. Sessions of others are left alone.</summary>
internal sealed record OwnedSession
{
    public string TargetName { get; init; } = "";

    public string Portal { get; init; } = "";

    public string? NetDevice { get; init; }

    /// <summary>The <see cref="Attachment.Key"/> of the element it was made for. Others may use it since.</summary>
    public string MadeFor { get; init; } = "";

    /// <summary>The name under which it was made, where the array presents to one of this host's names alone.</summary>
    public string? Initiator { get; init; }

    /// <summary>The kernel's number of it; null while its login is under way, or was when its run ended.</summary>
    public int? Id { get; init; }

    /// <summary>Which start of this host gave it that number.</summary>
    public string? Boot { get; init; }

    public static OwnedSession Of(IscsiNode node, string key) =>
        new() { TargetName = node.TargetName, Portal = node.Portal.ToString(), NetDevice = node.NetDevice, MadeFor = key, Initiator = node.Initiator?.Name };

    /// <summary>What is noted of it when it is there. One that somebody makes at the same place after its end is his.</summary>
    public OwnedSession As(IscsiSession session, HostRoots roots) => this with { Id = session.Id, Boot = BootId.TryRead(roots.Proc) };

    public bool IsServedBy(IscsiSession session, HostRoots roots) =>
        IsAt(session) && (Id is null || (Id == session.Id && Boot == BootId.TryRead(roots.Proc)));

    /// <summary>True for a session with the same target through the same portal, whoever made it.</summary>
    public bool IsAt(IscsiSession session) =>
        session.TargetName == TargetName
        && session.Portal.ToString() == Portal
        && (NetDevice is null || session.NetDevice is null || session.NetDevice == NetDevice)
        && (Initiator is null || session.InitiatorName is null || string.Equals(session.InitiatorName, Initiator, StringComparison.OrdinalIgnoreCase));
}
