namespace StorageConnect.Host.Multipath;

/// <summary>A path of a map as multipathd reports it.</summary>
/// <param name="Disk">The kernel's name of its disk.</param>
/// <param name="MapState">Device-mapper's state: <c>active</c>, <c>failed</c>, <c>undef</c>.</param>
/// <param name="CheckerState">The path checker's state: <c>ready</c>, <c>ghost</c>, <c>faulty</c>, <c>shaky</c>, <c>delayed</c>…</param>
/// <param name="DeviceState">The SCSI device's state: <c>running</c>, <c>offline</c>…</param>
internal sealed record MultipathPath(string Disk, string MapState, string CheckerState, string DeviceState)
{
    /// <summary>Whether it carries I/O.</summary>
    public OscPathState State => (MapState, CheckerState, DeviceState) switch
    {
        ("failed", _, _) or (_, "faulty" or "i/o timeout" or "shaky" or "disconnected", _) or (_, _, "offline" or "transport-offline") => OscPathState.Failed,
        (_, "ghost", _) => OscPathState.Standby,
        ("active", _, _) => OscPathState.Active,
        _ => OscPathState.Unknown,
    };
}
