namespace StorageConnect;

/// <summary>A LUN on this host, as programs use it.</summary>
public sealed record OscDevice
{
    /// <summary>The path to open: <c>/dev/mapper/…</c> for a multipath device, else the disk, by its identity where udev has created such a link.</summary>
    public string Path { get; init; } = "";

    /// <summary>Its identity as multipath writes it: the element's page 0x83 id.</summary>
    public string Wwid { get; init; } = "";

    /// <summary>Its size on this host, in bytes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>The element's Uuid, where this host's records have it; else null.</summary>
    public string? StorageElementUuid { get; init; }

    /// <summary>The Uuid of the element's server, where this host's records have it; else null.</summary>
    public string? StorageServerUuid { get; init; }

    /// <summary>True for a multipath device, false for a single disk.</summary>
    public bool Multipath { get; init; }

    /// <summary>Its paths.</summary>
    public ValueList<OscDevicePath> Paths { get; init; } = [];

    /// <summary>True when the page 0x83 of its paths, read at this moment, is <see cref="Wwid"/>: of each that answers, and at least one does.</summary>
    /// <remarks>
    /// A path that is down or silent is no sign of another LUN, where another path answers. For a user who may not ask, the kernel's values of the last scan
    /// count.
    /// </remarks>
    public bool Verified { get; init; }

    /// <summary>True when a path leads to another LUN at this moment, or to none.</summary>
    internal bool HasWrongPath { get; init; }

    /// <summary>Its path.</summary>
    public override string ToString() => Path;
}
