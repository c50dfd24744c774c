using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StorageConnect.Plugins.Cinder.Api;

/// <summary>A volume, as the API tells it.</summary>
internal sealed record Volume
{
    public string Id { get; init; } = "";

    public string Status { get; init; } = "";

    /// <summary>In GiB.</summary>
    public long Size { get; init; }

    public string? Name { get; init; }

    /// <summary>The name of its type.</summary>
    public string? VolumeType { get; init; }

    public string? SnapshotId { get; init; }

    public string? SourceVolid { get; init; }

    public Dictionary<string, string> Metadata { get; init; } = [];

    /// <summary>Those that are completed.</summary>
    public IReadOnlyList<VolumeAttachment> Attachments { get; init; } = [];

    [JsonIgnore]
    public IReadOnlySet<string> AttachmentIds => Attachments.Select(one => one.AttachmentId).ToHashSet(StringComparer.Ordinal);

    public bool Multiattach { get; init; }

    /// <summary>The back-end has ciphertext; hosts are to encrypt and decrypt.</summary>
    public bool Encrypted { get; init; }

    public string? GroupId { get; init; }

    public string? ProviderId { get; init; }

    public string? MigrationStatus { get; init; }

    public string? CreatedAt { get; init; }

    /// <summary>When its status or something else of it changed last.</summary>
    public string? UpdatedAt { get; init; }

    /// <summary>Back-end and pool; told to administrators alone.</summary>
    [JsonPropertyName("os-vol-host-attr:host")]
    public string? Host { get; init; }

    /// <summary>The project's id; null where the service does not return it.</summary>
    [JsonPropertyName("os-vol-tenant-attr:tenant_id")]
    public string? ProjectId { get; init; }

    /// <summary>A copy that the service makes for itself while it migrates a volume.</summary>
    [JsonIgnore]
    public bool IsMigrationCopy => MigrationStatus?.StartsWith("target:", StringComparison.Ordinal) == true;

    [JsonIgnore]
    public string DisplayName => string.IsNullOrEmpty(Name) ? $"volume-{Id}" : Name;
}

/// <summary>A completed attachment, as a volume tells it.</summary>
internal sealed record VolumeAttachment
{
    public string AttachmentId { get; init; } = "";

    public string? HostName { get; init; }

    public string? ServerId { get; init; }

    public string? AttachedAt { get; init; }
}

/// <summary>A snapshot of one volume.</summary>
internal sealed record Snapshot
{
    public string Id { get; init; } = "";

    public string Status { get; init; } = "";

    public string? Name { get; init; }

    public string VolumeId { get; init; } = "";

    /// <summary>In GiB.</summary>
    public long Size { get; init; }

    public Dictionary<string, string> Metadata { get; init; } = [];

    public string? GroupSnapshotId { get; init; }

    public string? CreatedAt { get; init; }

    /// <summary>When its status or something else of it changed last.</summary>
    public string? UpdatedAt { get; init; }

    /// <summary>The project's id; null where the service does not return it.</summary>
    [JsonPropertyName("os-extended-snapshot-attributes:project_id")]
    public string? ProjectId { get; init; }

    [JsonIgnore]
    public string DisplayName => string.IsNullOrEmpty(Name) ? $"snapshot-{Id}" : Name;
}

/// <summary>A snapshot of a group's volumes.</summary>
internal sealed record GroupSnapshot
{
    public string Id { get; init; } = "";

    public string? Name { get; init; }

    public string? GroupId { get; init; }

    public string Status { get; init; } = "";

    public string? CreatedAt { get; init; }

    /// <summary>The project's id; null where the service does not return it.</summary>
    public string? ProjectId { get; init; }
}

/// <summary>Volumes that belong together.</summary>
internal sealed record VolumeGroup
{
    public string Id { get; init; } = "";

    public string? Name { get; init; }

    public string? GroupType { get; init; }

    public IReadOnlyList<string> Volumes { get; init; } = [];
}

/// <summary>What a group can do.</summary>
internal sealed record GroupType
{
    public string Id { get; init; } = "";

    public Dictionary<string, string> GroupSpecs { get; init; } = [];
}

/// <summary>A volume type.</summary>
internal sealed record VolumeType
{
    private const string True = "<is> True";

    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    public string? Description { get; init; }

    /// <summary>Told to administrators; to members in part, or not at all.</summary>
    public Dictionary<string, string>? ExtraSpecs { get; init; }

    public string? QosSpecsId { get; init; }

    /// <summary>The back-end it makes volumes on, where it is told.</summary>
    [JsonIgnore]
    public string? Backend => ExtraSpecs?.GetValueOrDefault("volume_backend_name");

    /// <summary>Where its volumes are, as users choose it: the back-end, or else the type itself.</summary>
    [JsonIgnore]
    public string Place => Backend ?? Name;

    [JsonIgnore]
    public bool IsMultiattach => string.Equals(ExtraSpecs?.GetValueOrDefault("multiattach"), True, StringComparison.OrdinalIgnoreCase);

    [JsonIgnore]
    public bool? IsThin => ExtraSpecs?.GetValueOrDefault("provisioning:type") switch
    {
        "thin" => true,
        "thick" => false,
        _ => null,
    };
}

/// <summary>A quality of service, as an administrator sees it.</summary>
internal sealed record QosSpecs
{
    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary><c>back-end</c>, <c>front-end</c> or <c>both</c>: who is to enforce it.</summary>
    public string Consumer { get; init; } = "";

    public Dictionary<string, string> Specs { get; init; } = [];
}

/// <summary>An attachment. It holds a CHAP secret: never to be logged or kept.</summary>
internal sealed record Attachment
{
    public string Id { get; init; } = "";

    /// <summary><c>reserved</c>, <c>attaching</c>, <c>attached</c>, <c>detached</c>.</summary>
    public string Status { get; init; } = "";

    public string? Instance { get; init; }

    public string VolumeId { get; init; } = "";

    public JsonElement ConnectionInfo { get; init; }

    /// <summary>True while nothing was exported for it.</summary>
    [JsonIgnore]
    public bool IsReservationOnly => ConnectionInfo.ValueKind != JsonValueKind.Object || !ConnectionInfo.EnumerateObject().Any();

    public override string ToString() => $"attachment {Id}, {Status}";
}

/// <summary>The quotas of a project and what of them is used; a limit of -1 is none.</summary>
internal sealed record Limits
{
    [JsonPropertyName("maxTotalVolumes")]
    public long MaxTotalVolumes { get; init; } = -1;

    [JsonPropertyName("maxTotalSnapshots")]
    public long MaxTotalSnapshots { get; init; } = -1;

    [JsonPropertyName("maxTotalVolumeGigabytes")]
    public long MaxTotalVolumeGigabytes { get; init; } = -1;

    [JsonPropertyName("totalVolumesUsed")]
    public long TotalVolumesUsed { get; init; }

    [JsonPropertyName("totalSnapshotsUsed")]
    public long TotalSnapshotsUsed { get; init; }

    [JsonPropertyName("totalGigabytesUsed")]
    public long TotalGigabytesUsed { get; init; }
}

/// <summary>A pool of a back-end, told to administrators.</summary>
internal sealed record Pool
{
    public string Name { get; init; } = "";

    public Dictionary<string, JsonElement> Capabilities { get; init; } = [];

    /// <summary>In bytes; null where the driver tells none (<c>unknown</c>, <c>infinite</c>).</summary>
    public long? Bytes(string key) =>
        Capabilities.TryGetValue(key, out var value) && value.ValueKind == JsonValueKind.Number && value.GetDouble() is >= 0 and < 1e9 and var gib
            ? (long)(gib * (1L << 30))
            : null;

    public string? Text(string key) => Capabilities.TryGetValue(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public bool Is(string key) => Capabilities.TryGetValue(key, out var value)
        && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && bool.TryParse(value.GetString(), out var said) && said));
}

/// <summary>A message to users: why something failed.</summary>
internal sealed record Message
{
    public string UserMessage { get; init; } = "";

    public string MessageLevel { get; init; } = "";

    public string? CreatedAt { get; init; }
}

/// <summary>Times of the API are UTC without saying so.</summary>
internal static class ApiTime
{
    public static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;
}
