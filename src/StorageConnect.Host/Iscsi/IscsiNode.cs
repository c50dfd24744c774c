namespace StorageConnect.Host.Iscsi;

/// <summary>One portal of a target: where to log in, and how.</summary>
/// <param name="TargetName">The target's iSCSI qualified name.</param>
/// <param name="Portal">An address, never a host name: node records and sysfs know addresses only.</param>
/// <param name="Tpgt">Target portal group tag.</param>
/// <param name="Access">CHAP user and secrets, and the network device to log in through. Its Host and Port don't count here.</param>
internal sealed record IscsiNode(string TargetName, IscsiPortal Portal, int Tpgt, AccessContext Access)
{
    /// <summary>True for a session of this node: same target, portal, and network device where one was asked for.</summary>
    public bool IsServedBy(IscsiSession session) =>
        session.TargetName == TargetName
        && session.Portal == Portal
        && (Access.NetDevice is null || session.NetDevice is null || session.NetDevice == Access.NetDevice);
}
