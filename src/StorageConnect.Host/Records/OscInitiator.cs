namespace StorageConnect;

/// <summary>This host's names at arrays: the entries for an access group.</summary>
public sealed record OscInitiator
{
    /// <summary>Its iSCSI qualified name, or null when it has none.</summary>
    public string? Iqn { get; init; }

    /// <summary>
    /// Other initiator names of this host: those of open-iscsi's iface records, and the one in iscsid's settings while the newest session has another one.
    /// </summary>
    public ValueList<string> InterfaceIqns { get; init; } = [];

    /// <summary>The WWPNs of its Fibre Channel ports, 16 lower-case hex digits each.</summary>
    public ValueList<string> Wwpns { get; init; } = [];

    /// <summary>The host's name.</summary>
    public string HostName { get; init; } = "";
}
