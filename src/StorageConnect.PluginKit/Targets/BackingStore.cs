namespace StorageConnect.PluginKit.Targets;

/// <summary>The kinds of storage that a target daemon can serve.</summary>
public enum BackingKind
{
    /// <summary>A file or block device of this machine.</summary>
    File,

    /// <summary>An RBD image of a Ceph cluster, which the daemon opens itself.</summary>
    RbdImage,

    /// <summary>Something else, which StorageConnect never sets up.</summary>
    Other,
}

/// <summary>What backs a logical unit.</summary>
/// <param name="Kind">The kind of storage.</param>
/// <param name="Path">The file's absolute path; the image as <c>pool/image</c> or <c>pool/namespace/image</c>.</param>
public sealed record BackingStore(BackingKind Kind, string Path)
{
    /// <summary>
    /// How to reach the storage, for kinds that need it. For an image: <c>conf</c> (the cluster's configuration file) and <c>id</c> (the client).
    /// </summary>
    /// <remarks>Daemons don't report these, so they don't count when two backing stores are compared.</remarks>
    public ValueList<KeyValuePair<string, string>> Options { get; init; } = [];

    /// <summary>A file.</summary>
    /// <param name="path">Its absolute path.</param>
    public static BackingStore File(string path) => new(BackingKind.File, path);

    /// <summary>An image of a Ceph cluster.</summary>
    /// <param name="image"><c>pool/image</c> or <c>pool/namespace/image</c>.</param>
    /// <param name="configuration">The path of the cluster's configuration file.</param>
    /// <param name="client">The client's name without <c>client.</c>, such as <c>admin</c>.</param>
    public static BackingStore RbdImage(string image, string configuration, string client) =>
        new(BackingKind.RbdImage, image) { Options = [new("conf", configuration), new("id", client)] };

    /// <summary>True when both are the same storage.</summary>
    /// <param name="other">The other.</param>
    public bool IsSameAs(BackingStore other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Kind == other.Kind && Path == other.Path;
    }
}
