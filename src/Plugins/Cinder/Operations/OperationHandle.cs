using System.Text.Json;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>What identifies work in the background, also to another process. It is the record's AsyncHandle.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Id">The id of what it is done to.</param>
/// <param name="Size">The size that makes it a success, in GiB.</param>
/// <param name="Since">When it began, by the service's clock: messages before it are about something else.</param>
internal sealed record OperationHandle(OperationKind Kind, string Id, long Size, DateTimeOffset? Since)
{
    private const int Version = 1;

    public int V { get; init; } = Version;

    /// <exception cref="DataCorruptException">It is no handle of this plug-in.</exception>
    public static OperationHandle Read(StorageElement record)
    {
        try
        {
            if (record.AsyncHandle is { } text && JsonSerializer.Deserialize<OperationHandle>(text) is { V: Version, Id.Length: > 0 } handle)
            {
                return handle;
            }
        }
        catch (JsonException)
        {
            // The error below.
        }

        throw PluginError.DataCorrupt(record.Name, $"The note of the operation on '{record.Name}' is none of this plug-in's.",
            "Get-OscStatus tells what became of it.", id: "HandleUnreadable");
    }

    public override string ToString() => JsonSerializer.Serialize(this);
}

/// <summary>What goes on in the background.</summary>
internal enum OperationKind
{
    /// <summary>A volume is made: empty, or as a copy.</summary>
    Create,

    /// <summary>A volume grows.</summary>
    Extend,

    /// <summary>A snapshot is made.</summary>
    Snapshot,

    /// <summary>A snapshot of a group is made.</summary>
    GroupSnapshot,
}
