using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Sysfs;

/// <summary>Which start of this host this is. The kernel's numbers of sessions begin anew with each.</summary>
internal static class HostStart
{
    /// <summary>Another text after each start; null where the kernel tells none.</summary>
    public static string? Read(HostRoots roots) => SysFile.TryReadText(Path.Combine(roots.Proc, "sys", "kernel", "random", "boot_id"));
}
