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

    /// <summary>True when there are paths, and the page 0x83 of every path, read at this moment, is <see cref="Wwid"/>.</summary>
    /// <remarks>For a path that can't be read, because it is down or for lack of rights, the kernel's value of the last scan counts.</remarks>
    public bool Verified { get; init; }

    /// <summary>Its path.</summary>
    public override string ToString() => Path;
}
