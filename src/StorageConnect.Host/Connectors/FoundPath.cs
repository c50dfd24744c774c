using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>A disk whose identity was checked to be the element's.</summary>
/// <param name="Device">The SCSI device.</param>
/// <param name="Disk">The kernel's name of its disk.</param>
/// <param name="IsNew">True when it wasn't there before.</param>
internal sealed record FoundPath(ScsiDevice Device, string Disk, bool IsNew)
{
    /// <summary>False when the disk is gone. Another one may be at its place by now, with another name.</summary>
    public bool IsThere => Device.Disk == Disk;
}
