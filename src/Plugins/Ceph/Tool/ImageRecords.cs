namespace StorageConnect.Plugins.Ceph.Tool;

/// <summary>The parent of a clone, as listings have it.</summary>
/// <param name="Pool">The pool or <c>pool/namespace</c>.</param>
/// <param name="Image">The image's name.</param>
/// <param name="Snapshot">The snapshot's name; a random one where the snapshot was removed and lives on for its clones.</param>
internal sealed record ImageParent(string Pool, string Image, string Snapshot)
{
    /// <summary>The image's id; null in listings.</summary>
    public string? ImageId { get; init; }
}

/// <summary>An image.</summary>
/// <param name="Id">Its id: it stays when the image is renamed, and is never used again.</param>
/// <param name="Name">Its name.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Parent">Null unless the image shares blocks with a parent.</param>
internal sealed record Image(string Id, string Name, long Size, ImageParent? Parent)
{
    /// <summary>When it was made; null in listings.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Its features, such as <c>exclusive-lock</c>; empty in listings.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>What of it the cluster can't rely on, such as <c>object map invalid</c>; empty in listings.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];
}

/// <summary>The kinds of snapshots that the cluster distinguishes.</summary>
internal enum SnapshotKind
{
    /// <summary>Made for this image.</summary>
    User,

    /// <summary>A part of a snapshot of a group of images.</summary>
    Group,

    /// <summary>Removed, and kept by the cluster until its last clone is split or removed.</summary>
    Trash,

    /// <summary>Of a mirror, and the like.</summary>
    Other,
}

/// <summary>A snapshot of an image.</summary>
/// <param name="ImageId">The image's id.</param>
/// <param name="ImageName">The image's name.</param>
/// <param name="Id">Its number; it is never used again in the pool.</param>
/// <param name="Name">Its name.</param>
/// <param name="Size">The image's size then, in bytes.</param>
/// <param name="Kind">The kind.</param>
internal sealed record ImageSnapshot(string ImageId, string ImageName, ulong Id, string Name, long Size, SnapshotKind Kind)
{
    /// <summary>When it was made; null in listings of all images.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>It can't be removed before it is unprotected.</summary>
    public bool IsProtected { get; init; }

    /// <summary>The group that it is a part of; null for others.</summary>
    public string? Group { get; init; }
}

/// <summary>All images and their own snapshots at one moment.</summary>
internal sealed record ImageListing(IReadOnlyList<Image> Images, IReadOnlyList<ImageSnapshot> Snapshots);

/// <summary>A client that has an image open.</summary>
/// <param name="Address">Where it runs.</param>
/// <param name="Client">Its number.</param>
internal sealed record Watcher(string Address, ulong Client)
{
    public override string ToString() => $"client.{Client} at {Address}";
}
