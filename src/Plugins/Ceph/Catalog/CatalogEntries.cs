using System.Text.Json.Serialization;

namespace StorageConnect.Plugins.Ceph.Catalog;

/// <summary>What the cluster doesn't know about an image.</summary>
internal sealed record ImageEntry
{
    public DateTimeOffset? Created { get; init; }

    /// <summary>The id of the image that a clone was made of.</summary>
    public string? SourceImage { get; init; }

    /// <summary>The number of the snapshot that a clone was made of; null for clones of the image itself.</summary>
    public ulong? SourceSnapshot { get; init; }

    /// <summary>The name that the source had then.</summary>
    public string SourceName { get; init; } = "";

    /// <summary>The quality of service; null for the standard one.</summary>
    public string? Qos { get; init; }

    public bool Offline { get; init; }

    /// <summary>All of its blocks were written when it was made.</summary>
    public bool Thick { get; init; }
}

/// <summary>What the cluster doesn't know about a snapshot of one image.</summary>
internal sealed record SnapshotEntry
{
    public string Name { get; init; } = "";

    public DateTimeOffset? Created { get; init; }
}

/// <summary>A snapshot of several images at one instant: a snapshot of a group of images that exists for it alone.</summary>
internal sealed record MultiEntry
{
    public string Name { get; init; } = "";

    public DateTimeOffset? Created { get; init; }

    /// <summary>The ids of the images.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The sum of their sizes, in bytes.</summary>
    public long Size { get; init; }
}

/// <summary>To whom an image is presented, and by which machine.</summary>
internal sealed record PresentationEntry
{
    /// <summary>The ids of the groups.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The gateway that exports it.</summary>
    public string Gateway { get; init; } = "";

    /// <summary>The gateway's name, for messages.</summary>
    public string GatewayName { get; init; } = "";
}

/// <summary>An access group. Its entries are keys of their own, so that two machines can add one each at the same moment.</summary>
internal sealed record GroupEntry
{
    public string Name { get; init; } = "";
}

/// <summary>Elements for which a gateway's daemon has to follow a change.</summary>
internal sealed record MarkEntry
{
    public IReadOnlyList<string> Elements { get; init; } = [];

    public bool Resized { get; init; }

    /// <summary>The gateway's name, for messages.</summary>
    public string GatewayName { get; init; } = "";
}

/// <summary>The kinds of work that must not stay half done.</summary>
internal enum IntentKind
{
    /// <summary>An image is rolled back to a snapshot of its own; begun again.</summary>
    Restore,

    /// <summary>An image is made smaller; begun again.</summary>
    Shrink,

    /// <summary>Several images are rolled back; begun again.</summary>
    RestoreMulti,

    /// <summary>A snapshot of several images is made; undone.</summary>
    CreateMulti,

    /// <summary>A snapshot of several images is removed; begun again.</summary>
    RemoveMulti,

    /// <summary>A snapshot of one image is made; where it is there, it gets its name.</summary>
    CreateSnapshot,

    /// <summary>A snapshot of one image is removed; it is there, or it isn't.</summary>
    RemoveSnapshot,
}

/// <summary>Work under way. It also keeps other machines away from the images.</summary>
internal sealed record IntentEntry
{
    public IntentKind Kind { get; init; }

    /// <summary>The ids of the images.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>The snapshot's name, or the Uuid of the snapshot of several.</summary>
    public string Snapshot { get; init; } = "";

    /// <summary>The number of a snapshot of one image: another one may have its name by now. Null where an earlier version noted the work.</summary>
    public ulong? SnapshotId { get; init; }

    /// <summary>The element's name of a snapshot that is made.</summary>
    public string Name { get; init; } = "";

    /// <summary>The size wanted, in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Who works on it.</summary>
    public string Owner { get; init; } = "";

    public DateTimeOffset Began { get; init; }

    /// <summary>True until the work changes the images' content. Recovery gives such work up: the caller got an error.</summary>
    public bool IsPlanned { get; init; }

    /// <summary>What is half rolled back or cut off is served to nobody.</summary>
    [JsonIgnore]
    public bool ChangesContent => Kind is IntentKind.Restore or IntentKind.Shrink or IntentKind.RestoreMulti;
}
