using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>open-iscsi's daemon.</summary>
internal static class Iscsid
{
    private const string Socket = "@ISCSIADM_ABSTRACT_NAMESPACE";

    /// <summary>True when iscsid, or systemd for it, listens on iscsiadm's socket; null when the kernel doesn't show it.</summary>
    public static bool? IsListening(HostRoots roots) =>
        SysFile.TryReadText(Path.Combine(roots.Proc, "net", "unix"))?.Split('\n').Any(line => line.TrimEnd().EndsWith(" " + Socket, StringComparison.Ordinal));
}
