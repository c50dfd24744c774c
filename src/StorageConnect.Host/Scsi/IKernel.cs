namespace StorageConnect.Host.Scsi;

/// <summary>What the kernel is told and asked, beyond what its files show to whoever reads them.</summary>
internal interface IKernel
{
    /// <summary>Writes a text to a file of sysfs, and returns when the kernel has done what it says.</summary>
    void Write(string path, string text);

    /// <summary>Asks a disk itself for a page of its vital product data: what sysfs shows is what the kernel read at its last scan.</summary>
    /// <param name="disk">Its node, such as <c>/dev/sda</c>.</param>
    /// <param name="page">0x83 for its identity, 0x80 for its serial number.</param>
    /// <returns>The page; empty when the device answered that it has none, or that there is no LUN behind it any more.</returns>
    /// <exception cref="IOException">It gave no answer.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not ask it.</exception>
    byte[] ReadVpdPage(string disk, byte page);

    /// <summary>Opens a block device as its only holder, as a mount does.</summary>
    /// <param name="node">Its node.</param>
    /// <returns>The claim, until it is disposed; null when somebody else has claimed the device or a partition of it.</returns>
    /// <exception cref="IOException">The device can't be opened: no path to it.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not open it.</exception>
    IDisposable? TryClaim(string node);

    /// <summary>The number of the block device a path leads to, as <c>major:minor</c>; null when it leads to none.</summary>
    string? ReadBlockDevice(string path);

    /// <summary>The number of the block device under a loop device; null when none is under it.</summary>
    string? ReadLoopDevice(string loop);
}
