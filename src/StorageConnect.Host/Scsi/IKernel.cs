namespace StorageConnect.Host.Scsi;

/// <summary>What the kernel is told and asked, beyond what its files show to whoever reads them.</summary>
internal interface IKernel
{
    /// <summary>Writes a text to a file of sysfs, and returns when the kernel has done what it says.</summary>
    void Write(string path, string text);

    /// <summary>Asks a disk itself for its VPD page 0x83: what sysfs shows is what the kernel read at its last scan.</summary>
    /// <param name="disk">Its node, such as <c>/dev/sda</c>.</param>
    /// <returns>The page; empty when the device answered that it has none, or that there is no LUN behind it any more.</returns>
    /// <exception cref="IOException">It gave no answer.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not ask it.</exception>
    byte[] ReadPage83(string disk);
}
