using System.Globalization;
using StorageConnect.Engine.Arrays;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Scsi;

/// <summary>An array's port as one of this host's Fibre Channel ports sees it: a remote port with the role of a target.</summary>
/// <param name="Host">Number of the SCSI host that is this host's port.</param>
/// <param name="Channel">Channel on it.</param>
/// <param name="TargetId">Number of the target on the channel.</param>
/// <param name="Wwpn">The array's port, 16 lower-case hex digits.</param>
/// <param name="State">The kernel's state: <c>Online</c>, <c>Blocked</c>, <c>Not Present</c>.</param>
internal sealed record FibreChannelTarget(int Host, int Channel, int TargetId, string Wwpn, string State)
{
    private const string Prefix = "rport-"; // rport-HOST:CHANNEL-NUMBER

    public bool IsOnline => State == "Online";

    /// <summary>All that this host's ports have logged in to, including those that are lost at the moment.</summary>
    public static IReadOnlyList<FibreChannelTarget> ReadAll(HostRoots roots)
    {
        var ports = Path.Combine(roots.Sys, "class", "fc_remote_ports");
        return
        [
            .. SysFile.Names(ports, Prefix + "*")
                .Select(name => TryRead(Path.Combine(ports, name), name))
                .OfType<FibreChannelTarget>()
                .OrderBy(target => target.Host)
                .ThenBy(target => target.TargetId)
        ];
    }

    /// <summary>True for a device behind it.</summary>
    public bool Carries(ScsiDevice device) => (device.Host, device.Channel, device.Target) == (Host, Channel, TargetId);

    private static FibreChannelTarget? TryRead(string folder, string name)
    {
        var parts = name[Prefix.Length..].Split(':', '-');
        return parts.Length == 3
            && TryParse(parts[0], out var host) && TryParse(parts[1], out var channel)
            && TryParse(SysFile.TryReadText(Path.Combine(folder, "scsi_target_id")), out var target) // -1 for one that is no target
            && SysFile.TryReadText(Path.Combine(folder, "port_name")) is { } port
                ? new(host, channel, target, InitiatorName.TryGetWwn(port) ?? port, SysFile.TryReadText(Path.Combine(folder, "port_state")) ?? "")
                : null;
    }

    private static bool TryParse(string? text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
