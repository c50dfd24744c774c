using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace StorageConnect.Host.Sysfs;

/// <summary>The folder of one device, opened. As soon as the device is gone, the kernel may show another one at the same path.</summary>
internal sealed class OpenedFolder : IDisposable
{
    private readonly SafeFileHandle? _folder;
    private readonly string _path;

    public OpenedFolder(string path)
    {
        _folder = LinuxFile.TryOpenFolder(path);
        _path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_folder?.DangerousGetHandle() ?? 0}");
    }

    /// <summary>True when it was removed, whatever is at its path now.</summary>
    public bool IsGone => _folder is null || !SysFile.Names(_path).Any();

    public void Dispose() => _folder?.Dispose();
}
