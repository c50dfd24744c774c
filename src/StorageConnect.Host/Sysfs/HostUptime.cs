using System.Globalization;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Sysfs;

/// <summary>The host's uptime: a clock that can't be set.</summary>
/// <param name="Boot">The boot.</param>
/// <param name="Seconds">Seconds since the boot, including suspends.</param>
internal sealed record HostUptime(string Boot, double Seconds)
{
    /// <summary>Null where the kernel doesn't show it.</summary>
    public static HostUptime? TryRead(HostRoots roots) =>
        BootId.TryRead(roots.Proc) is { } boot
        && double.TryParse(SysFile.TryReadText(Path.Combine(roots.Proc, "uptime"))?.Split(' ')[0], NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out var seconds)
            ? new(boot, seconds)
            : null;
}
