using System.Globalization;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Iscsi;

/// <summary>A session of this host with a target, as sysfs shows it.</summary>
/// <param name="Id">The kernel's session number, as in <c>session1</c>. Not reused until the next boot.</param>
/// <param name="TargetName">The target's iSCSI qualified name.</param>
/// <param name="Portal">The portal of its node record (persistent).</param>
/// <param name="Tpgt">Target portal group tag.</param>
/// <param name="InterfaceName">open-iscsi's iface record, such as <c>default</c>.</param>
/// <param name="NetDevice">The network device it is bound to; null for any.</param>
/// <param name="State">The kernel's state: <c>LOGGED_IN</c>, <c>FAILED</c>, <c>FREE</c>.</param>
/// <param name="Host">Number of its SCSI host.</param>
/// <param name="TargetId">Number of its target on that host (the T of H:C:T:L; the channel is 0).</param>
/// <param name="InitiatorName">The initiator name of the session; null where the kernel doesn't show it.</param>
internal sealed record IscsiSession(
    int Id,
    string TargetName,
    IscsiPortal Portal,
    int Tpgt,
    string InterfaceName,
    string? NetDevice,
    string State,
    int Host,
    int TargetId,
    string? InitiatorName = null)
{
    public bool IsLoggedIn => State == "LOGGED_IN";

    /// <summary>All sessions, oldest first. One that ends while it is read is left out.</summary>
    public static IReadOnlyList<IscsiSession> ReadAll(HostRoots roots) =>
    [
        .. SysFile.Names(Path.Combine(roots.Sys, "class", "iscsi_session"), "session*")
            .Select(name => TryRead(roots, name))
            .OfType<IscsiSession>()
            .OrderBy(session => session.Id)
    ];

    /// <summary>True while the kernel has it. Cheap, because it is polled.</summary>
    public bool IsThere(HostRoots roots) => ReadTargetName(roots, Id) == TargetName;

    /// <summary>The target of the session with this number; null when there is none.</summary>
    public static string? ReadTargetName(HostRoots roots, int id) =>
        SysFile.TryReadText(Path.Combine(roots.Sys, "class", "iscsi_session", string.Create(CultureInfo.InvariantCulture, $"session{id}"), "targetname"));

    /// <summary>The time for which the kernel queues I/O after the portal was lost: seconds, or <c>off</c> for no limit; null without the session.</summary>
    public string? ReadRecoveryTimeout(HostRoots roots) =>
        SysFile.TryReadText(Path.Combine(roots.Sys, "class", "iscsi_session", string.Create(CultureInfo.InvariantCulture, $"session{Id}"), "recovery_tmo"));

    /// <summary>Its own folder in sysfs, under which its SCSI targets and disks are; null when it is gone.</summary>
    public string? FindFolder(HostRoots roots) =>
        SysFile.TryResolve(Path.Combine(roots.Sys, "class", "iscsi_session", $"session{Id}")) is { } folder // .../host3/session1/iscsi_session/session1
            ? Path.GetFullPath(Path.Combine(folder, "..", ".."))
            : null;

    private static IscsiSession? TryRead(HostRoots roots, string name)
    {
        var folder = Path.Combine(roots.Sys, "class", "iscsi_session", name);
        var target = SysFile.TryReadText(Path.Combine(folder, "targetname"));
        var state = SysFile.TryReadText(Path.Combine(folder, "state"));
        if (!TryParse(name["session".Length..], out var id) || string.IsNullOrEmpty(target) || state is null || FindHost(folder) is not { } host)
        {
            return null;
        }

        var connection = Path.Combine(roots.Sys, "class", "iscsi_connection", $"connection{id}:0");
        var address = Read(connection, "persistent_address") ?? Read(connection, "address");
        if (address is null || !TryParse(Read(connection, "persistent_port") ?? Read(connection, "port"), out var port))
        {
            return null;
        }

        return new(
            id,
            target,
            new(address, port),
            TryParse(Read(folder, "tpgt"), out var tpgt) ? tpgt : 1,
            Read(folder, "ifacename") ?? "default",
            Read(Path.Combine(roots.Sys, "class", "iscsi_host", $"host{host}"), "netdev"),
            state,
            host,
            TryParse(Read(folder, "target_id"), out var targetId) ? targetId : 0,
            Read(folder, "initiatorname"));
    }

    /// <summary>A session's folder is a link to <c>…/host3/session1/iscsi_session/session1</c>.</summary>
    private static int? FindHost(string folder)
    {
        var host = SysFile.TryResolve(folder)?.Split('/')
            .LastOrDefault(part => part.StartsWith("host", StringComparison.Ordinal) && TryParse(part[4..], out _));
        return host is not null && TryParse(host[4..], out var number) ? number : null;
    }

    // The kernel has several spellings for "not set".
    private static string? Read(string folder, string name) =>
        SysFile.TryReadText(Path.Combine(folder, name)) is { Length: > 0 } text && text is not ("<NULL>" or "(null)" or "default") ? text : null;

    private static bool TryParse(string? text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
