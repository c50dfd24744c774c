using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Scsi;

/// <summary>The kernel of this machine.</summary>
internal sealed class LinuxKernel(HostDeadlines deadlines) : IKernel
{
    /// <inheritdoc/>
    public void Write(string path, string text) => SysFile.Write(path, text);

    /// <inheritdoc/>
    public byte[] ReadVpdPage(string disk, byte page) => ScsiInquiry.Read(disk, page, deadlines.Inquiry);

    /// <inheritdoc/>
    public IDisposable? TryClaim(string node) => BlockDevice.TryClaim(node);

    /// <inheritdoc/>
    public string? ReadDevice(string path) => BlockDevice.ReadNumber(path);

    /// <inheritdoc/>
    public string? ReadLoopDevice(string loop) => BlockDevice.ReadLoopDevice(loop);
}
