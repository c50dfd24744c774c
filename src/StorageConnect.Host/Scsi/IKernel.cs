namespace StorageConnect.Host.Scsi;

/// <summary>Calls to the kernel, beyond reading its files.</summary>
internal interface IKernel
{
    /// <summary>Writes a text to a file of sysfs, and returns when the kernel has carried it out.</summary>
    void Write(string path, string text);

    /// <summary>Reads a page of a disk's vital product data from the disk. sysfs shows what the kernel read at its last scan.</summary>
    /// <param name="disk">Its node, such as <c>/dev/sda</c>.</param>
    /// <param name="page">0x83 for its identity, 0x80 for its serial number, 0 for the list of its pages.</param>
    /// <returns>The page; empty when the device has none, or no LUN is behind it any more.</returns>
    /// <exception cref="IOException">The device doesn't answer.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    byte[] ReadVpdPage(string disk, byte page);

    /// <summary>Opens a block device as its only holder, as a mount does.</summary>
    /// <param name="node">Its node.</param>
    /// <returns>The claim, until it is disposed; null when the device or a partition of it is claimed already.</returns>
    /// <exception cref="IOException">The device can't be opened: no path to it.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not open it.</exception>
    IDisposable? TryClaim(string node);

    /// <summary>
    /// The number of the device a path leads to: <c>major:minor</c> of a block device, with a <c>c</c> before it of a character device; null when it leads
    /// to neither.
    /// </summary>
    string? ReadDevice(string path);

    /// <summary>The number of the block device under a loop device; null when none is under it.</summary>
    string? ReadLoopDevice(string loop);
}
