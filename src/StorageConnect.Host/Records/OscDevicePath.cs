namespace StorageConnect;

/// <summary>One way to a LUN: a disk of its own, through one portal or port.</summary>
public sealed record OscDevicePath
{
    /// <summary>The disk, such as <c>/dev/sda</c>. Not for use while it is part of a multipath device.</summary>
    public string Device { get; init; } = "";

    /// <summary>Host, channel, target and LUN, as the kernel counts.</summary>
    public string Hctl { get; init; } = "";

    /// <summary>The iSCSI portal it leads through, as <c>address:port</c>; null for other transports.</summary>
    public string? Portal { get; init; }

    /// <summary>The name under which this host is logged in there: its iSCSI name, or the WWPN of its port; null where it isn't known.</summary>
    public string? Initiator { get; init; }

    /// <summary>Whether it carries I/O.</summary>
    public OscPathState State { get; init; }

    /// <summary>The disk: what a user means by it in a text.</summary>
    public override string ToString() => Device;
}
