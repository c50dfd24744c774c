using System.Globalization;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Sysfs;

/// <summary>How long this host has been running: a clock that nobody can set.</summary>
/// <param name="Boot">Which start of this host.</param>
/// <param name="Seconds">Since then, with the time it was suspended.</param>
internal sealed record HostUptime(string Boot, double Seconds)
{
    /// <summary>Null where the kernel doesn't tell.</summary>
    public static HostUptime? TryRead(HostRoots roots) =>
        HostStart.Read(roots) is { } boot
        && double.TryParse(SysFile.TryReadText(Path.Combine(roots.Proc, "uptime"))?.Split(' ')[0], NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out var seconds)
            ? new(boot, seconds)
            : null;
}
