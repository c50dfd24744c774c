namespace StorageConnect;

/// <summary>A LUN on this host, as programs use it.</summary>
public sealed record OscDevice
{
    /// <summary>What to open: <c>/dev/mapper/…</c> for a multipath device, else the disk, by its identity where udev made such a link.</summary>
    public string Path { get; init; } = "";

    /// <summary>Its identity as multipath writes it: the element's page 0x83 id.</summary>
    public string Wwid { get; init; } = "";

    /// <summary>Its size on this host, in bytes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>The element it is, where this host's records tell; else null.</summary>
    public string? StorageElementUuid { get; init; }

    /// <summary>The server that element is on, where this host's records tell; else null.</summary>
    public string? StorageServerUuid { get; init; }

    /// <summary>True for a multipath device, false for a single disk.</summary>
    public bool Multipath { get; init; }

    /// <summary>The ways to it.</summary>
    public ValueList<OscDevicePath> Paths { get; init; } = [];

    /// <summary>True when every path, asked for its page 0x83 at this moment, says that it is what <see cref="Wwid"/> names, and there is a path.</summary>
    /// <remarks>What can't be asked, because it is down or this user may not, counts as the kernel read it at its last scan.</remarks>
    public bool Verified { get; init; }

    /// <summary>Its path: what a user means by it in a text.</summary>
    public override string ToString() => Path;
}
