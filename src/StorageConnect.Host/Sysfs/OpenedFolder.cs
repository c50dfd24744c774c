using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace StorageConnect.Host.Sysfs;

/// <summary>The folder of one device, opened. As soon as the device is gone, the kernel may show another one at the same path.</summary>
internal sealed class OpenedFolder(string path) : IDisposable
{
    private readonly SafeFileHandle? _folder = LinuxFile.TryOpenFolder(path);

    /// <summary>True when it was removed, whatever is at its path now.</summary>
    public bool IsGone => _folder is null
        || !SysFile.Names(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_folder.DangerousGetHandle()}")).Any();

    public void Dispose() => _folder?.Dispose();
}
