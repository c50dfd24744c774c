namespace StorageConnect.Host.Iscsi;

/// <summary>A name under which this host can log in to targets.</summary>
/// <param name="Name">The initiator's name.</param>
/// <param name="InterfaceName">The iface record of open-iscsi that has the name; null where it is iscsid's own.</param>
internal sealed record InitiatorIdentity(string Name, string? InterfaceName)
{
    /// <summary>
    /// The name in iscsid's settings where the newest session has another one, and both serve: iscsid logs in with the one that it read when it started.
    /// </summary>
    public string? OtherName { get; init; }

    /// <summary>True for a session under this name, and for one whose name the kernel doesn't show.</summary>
    public bool IsOf(IscsiSession session) => session.InitiatorName is not { } used
        || string.Equals(used, Name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(used, OtherName, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => InterfaceName is not null ? $"{Name} (iface {InterfaceName})" : OtherName is null ? Name : $"{Name} and {OtherName}";
}
