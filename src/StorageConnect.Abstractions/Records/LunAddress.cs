namespace StorageConnect;

/// <summary>Where hosts find an element: a target, and the element's LUN number there.</summary>
/// <remarks>A hint that saves a full scan. The host still verifies the page 0x83 identity of what it finds there.</remarks>
public sealed record LunAddress : IExtensibleRecord
{
    /// <summary>The target's iSCSI qualified name, or its WWPN.</summary>
    public string TargetName { get; init; } = "";

    /// <summary>Target portal group tag.</summary>
    public int Tpgt { get; init; } = 1;

    /// <summary>The LUN number, as a host counts: 0 to 16383.</summary>
    public int Lun { get; init; }

    UnknownFields? IExtensibleRecord.Unknown { get; set; }
}
