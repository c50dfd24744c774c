namespace StorageConnect.Host.Iscsi;

/// <summary>A name under which this host can log in to targets.</summary>
/// <param name="Name">The initiator's name.</param>
/// <param name="InterfaceName">The iface record of open-iscsi that has the name; null where it is iscsid's own.</param>
internal sealed record InitiatorIdentity(string Name, string? InterfaceName)
{
    public override string ToString() => InterfaceName is null ? Name : $"{Name} (iface {InterfaceName})";
}
