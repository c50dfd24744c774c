namespace StorageConnect;

/// <summary>Where hosts find an element: a target, and the element's LUN number there.</summary>
/// <remarks>It is a hint that saves looking elsewhere. What a host finds there is proven by its page 0x83 identity all the same.</remarks>
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
