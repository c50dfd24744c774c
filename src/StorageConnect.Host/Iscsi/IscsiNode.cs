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

    /// <summary>What may be tried where this one fails: other addresses of the same host name, other CHAP users at the same portal.</summary>
    public ValueList<IscsiNode> Alternatives { get; init; } = [];

    /// <summary>The network device to log in through; null for any, and where an administrator's iface record names it.</summary>
    public string? NetDevice => Initiator?.InterfaceName is null ? Access.NetDevice : null;

    /// <summary>
    /// What to try after a failure: another address where this one can't be reached, else another user at the same portal. Null when nothing is left.
    /// </summary>
    public IscsiNode? Next(StorageConnectException failure) =>
        Alternatives.Where(other => (other.Portal == Portal) != (failure is ArrayUnreachableException)).ToList() is [var next, .. var rest]
            ? next with { Alternatives = [.. rest] }
            : null;

    /// <summary>One login for each portal of a target and network device; other access contexts of the same portal are tried in turn.</summary>
    public static IReadOnlyList<IscsiNode> InTurn(IEnumerable<IscsiNode> nodes) =>
    [
        .. nodes.GroupBy(node => (node.TargetName, node.Portal, node.Access.NetDevice)).Select(same => same.First() with
        {
            Alternatives =
            [
                .. same.Select(node => node with { Alternatives = [] }).DistinctBy(node => (node.Access.ChapUser, node.Access.MutualChapUser)).Skip(1),
                .. same.SelectMany(node => node.Alternatives).Distinct(),
            ],
        })
    ];

    /// <summary>True for a session of this node: same target and portal, and same network device and initiator where given.</summary>
    public bool IsServedBy(IscsiSession session) =>
        session.TargetName == TargetName
        && session.Portal == Portal
        && (NetDevice is null || session.NetDevice is null || session.NetDevice == NetDevice)
        && Initiator?.IsOf(session) != false;
}
