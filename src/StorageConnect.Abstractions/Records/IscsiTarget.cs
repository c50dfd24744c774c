namespace StorageConnect;

/// <summary>A target that an array offers at one portal, as a SendTargets discovery lists it (guide: <c>iscsi_storage_targets</c>).</summary>
public sealed record IscsiTarget : IExtensibleRecord
{
    /// <summary>The target's iSCSI qualified name.</summary>
    public string TargetName { get; init; } = "";

    /// <summary>Where it listens: <c>address:port</c>, an IPv6 address in brackets.</summary>
    public string Portal { get; init; } = "";

    /// <summary>Target portal group tag.</summary>
    public int Tpgt { get; init; } = 1;

    /// <summary>The server it belongs to. Filled in by the engine.</summary>
    public string StorageServerUuid { get; init; } = "";

    /// <summary>True when this host is logged in to it.</summary>
    public bool Connected { get; init; }

    UnknownFields? IExtensibleRecord.Unknown { get; set; }
}
