namespace StorageConnect.Host.Iscsi;

/// <summary>One portal of a target: where to log in, and how.</summary>
/// <param name="TargetName">The target's iSCSI qualified name.</param>
/// <param name="Portal">An address, never a host name: node records and sysfs know addresses only.</param>
/// <param name="Tpgt">Target portal group tag.</param>
/// <param name="Access">CHAP user and secrets, and the network device to log in through. Its Host and Port don't count here.</param>
internal sealed record IscsiNode(string TargetName, IscsiPortal Portal, int Tpgt, AccessContext Access)
{
    /// <summary>The initiator name to log in with, where the array presents to one of this host's names alone; null for iscsid's own.</summary>
    public InitiatorIdentity? Initiator { get; init; }

    /// <summary>The network device to log in through; null for any, and where an administrator's iface record names it.</summary>
    public string? NetDevice => Initiator?.InterfaceName is null ? Access.NetDevice : null;

    /// <summary>True for a session of this node: same target and portal, and same network device and initiator where given.</summary>
    public bool IsServedBy(IscsiSession session) =>
        session.TargetName == TargetName
        && session.Portal == Portal
        && (NetDevice is null || session.NetDevice is null || session.NetDevice == NetDevice)
        && (Initiator is null || session.InitiatorName is null || string.Equals(session.InitiatorName, Initiator.Name, StringComparison.OrdinalIgnoreCase));
}
