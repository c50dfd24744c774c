namespace StorageConnect;

/// <summary>One path to a LUN: a disk of its own, through one portal or port.</summary>
public sealed record OscDevicePath
{
    /// <summary>The disk, such as <c>/dev/sda</c>. Not for use while it is part of a multipath device.</summary>
    public string Device { get; init; } = "";

    /// <summary>Host, channel, target and LUN, in the kernel's numbering.</summary>
    public string Hctl { get; init; } = "";

    /// <summary>The iSCSI portal, as <c>address:port</c>; null for other transports.</summary>
    public string? Portal { get; init; }

    /// <summary>The name under which this host is logged in there: its iSCSI name, or the WWPN of its port; null where it isn't known.</summary>
    public string? Initiator { get; init; }

    /// <summary>Whether it carries I/O.</summary>
    public OscPathState State { get; init; }

    /// <summary>The disk.</summary>
    public override string ToString() => Device;
}
