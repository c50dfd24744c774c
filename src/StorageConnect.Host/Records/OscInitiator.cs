namespace StorageConnect;

/// <summary>Who this host is to arrays: what belongs into an access group.</summary>
public sealed record OscInitiator
{
    /// <summary>Its iSCSI qualified name, or null when it has none.</summary>
    public string? Iqn { get; init; }

    /// <summary>Other names under which this host logs in to iSCSI targets: those that open-iscsi's iface records have of their own.</summary>
    public ValueList<string> InterfaceIqns { get; init; } = [];

    /// <summary>The WWPNs of its Fibre Channel ports, 16 lower-case hex digits each.</summary>
    public ValueList<string> Wwpns { get; init; } = [];

    /// <summary>The host's name.</summary>
    public string HostName { get; init; } = "";
}
