namespace StorageConnect;

/// <summary>A quality of service that an array offers (guide: <c>qos_vals</c>).</summary>
public sealed record QosValue : IExtensibleRecord
{
    /// <summary>What is passed to the methods that take a QoS (guide: <c>value</c>).</summary>
    public string Value { get; init; } = "";

    /// <summary>Its name for users.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it means, for users.</summary>
    public string Description { get; init; } = "";

    /// <summary>The server that offers it. Filled in by the engine.</summary>
    public string StorageServerUuid { get; init; } = "";

    /// <summary>The name of that server. Filled in by the engine.</summary>
    public string StorageServerName { get; init; } = "";

    /// <summary>Its value.</summary>
    public override string ToString() => Value;

    UnknownFields? IExtensibleRecord.Unknown { get; set; }
}
