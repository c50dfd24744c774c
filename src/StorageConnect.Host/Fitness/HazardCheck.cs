using System.Globalization;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.OpenIscsi;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Fitness;

/// <summary>
/// Checks whether this host is in one of the hazardous states that docs/host.md lists, as far as they are visible now. Each finding has an action.
/// Nothing is changed.
/// </summary>
internal sealed class HazardCheck(LinuxHost host)
{
    private const string FirstProcessView = "pid:[4026531836]"; // the kernel's number of the initial namespace
    private const int LongReplacement = 60;
    private readonly IscsiDatabase _database = new(host.Roots, host.Deadlines);

    public async Task<IReadOnlyList<OscHostFinding>> RunAsync(CancellationToken cancellationToken)
    {
        var sessions = host.Initiator.Sessions();
        var devices = await new DeviceReader(host).ReadAllAsync(cancellationToken);
        return
        [
            CheckProcessView(), CheckIdentities(devices), CheckMaps(), CheckSessions(sessions), CheckAttachments(),
            AsRoot("Node records", CheckNodeRecords), AsRoot("CHAP secrets", CheckSecrets),
            AsRoot("iSCSI replacement_timeout", check => CheckReplacementTimeout(check, sessions)), CheckDeviceNames(devices), CheckClock(),
        ];
    }

    /// <summary>A check of open-iscsi's records and settings, which on most hosts only root may read.</summary>
    private static OscHostFinding AsRoot(string check, Func<string, OscHostFinding> run)
    {
        try
        {
            return run(check);
        }
        catch (AccessDeniedException e)
        {
            return Warning(check, $"This check needs root. {e.Message}", e.Recommendation!);
        }
    }

    private OscHostFinding CheckProcessView()
    {
        const string check = "Process view";
        var name = new FileInfo(Path.Combine(host.Roots.Proc, "self", "ns", "pid")).LinkTarget;
        return name is null or FirstProcessView
            ? Ok(check, "Processes that have a device open are visible.")
            : Warning(check, "This process runs in a container: a process outside that has a plain disk open without mounting it isn't visible.",
                "Run on the host itself, or in its process namespace (such as 'podman run --pid=host').");
    }

    private static OscHostFinding CheckIdentities(IReadOnlyList<OscDevice> devices)
    {
        const string check = "Device identities";
        return devices.Where(device => device.HasWrongPath && MapIdentity.IsPage83(device.Wwid))
            .Select(device => device.Path).ToList() is [_, ..] wrong
            ? Error(check, $"{string.Join(", ", wrong)}: a path doesn't lead to the LUN that the device was created for. Writes may go to another LUN.",
                "Stop using it at once. Get-OscDevice shows the paths; Connect-OscStorageElement or Clear-OscHostResidue removes the wrong ones.")
            : Ok(check, "All paths lead to the LUNs that their devices were created for, or don't answer.");
    }

    private OscHostFinding CheckMaps()
    {
        const string check = "Multipath maps";
        return MultipathMaps.ReadAll(host.Roots).Where(map => MapIdentity.IsPage83(map.Wwid) && !map.Slaves(host.Roots).Any())
            .Select(map => map.Name).ToList() is [_, ..] empty
            ? Warning(check, $"{string.Join(", ", empty)}: no paths. The next disk with that identity would revive it.",
                "Clear-OscHostResidue removes it when nobody uses it; Connect-OscStorageElement gives it paths again.")
            : Ok(check, "Each has a path.");
    }

    private static OscHostFinding CheckSessions(IReadOnlyList<IscsiSession> sessions)
    {
        const string check = "iSCSI sessions";
        return sessions.Where(session => !session.IsLoggedIn).Select(session => $"{session.TargetName} at {session.Portal}").ToList() is [_, ..] down
            ? Warning(check, $"Not logged in at the moment: {string.Join(", ", down)}. I/O to these paths waits until multipath fails it.",
                "Check the portal. Disconnect-OscStorageElement and Disconnect-OscTarget work without it.")
            : Ok(check, $"{sessions.Count}, all logged in.");
    }

    private OscHostFinding CheckAttachments()
    {
        const string check = "Attachments";
        var interrupted = host.Ledger.Attachments.Where(attachment => attachment.State != AttachmentState.Attached && IsAbandoned(attachment))
            .Select(attachment => attachment.StorageElementName).ToList();
        return interrupted.Count > 0 || host.Ledger.FullScans.Count > 0
            ? Warning(check, interrupted.Count > 0 ? $"Interrupted: {string.Join(", ", interrupted)}."
                : "A scan was interrupted: it may have left unrelated LUNs.",
                "Connect-OscStorageElement completes an interrupted run, Disconnect-OscStorageElement undoes it.")
            : Ok(check, "None was interrupted.");
    }

    /// <summary>True when no run works on it.</summary>
    private bool IsAbandoned(Attachment attachment)
    {
        try
        {
            using var held = host.Locks.TryTakeElement(attachment.Key);
            return held is not null;
        }
        catch (AccessDeniedException)
        {
            return true; // this user can't determine it
        }
    }

    private OscHostFinding CheckNodeRecords(string check)
    {
        var nodes = _database.ReadNodes().Where(node => !IscsiDatabase.IsOurs(node.Path)).ToList();
        if (nodes.Where(node => IsUnusable(node.Portal)).Select(node => node.Path).FirstOrDefault() is { } unusable)
        {
            return Warning(check, $"{unusable} has an address that no host can log in at.",
                "Delete the record ('iscsiadm -m node -o delete …'), and correct the portal on the array.");
        }

        var atBoot = nodes.Where(node => IscsiRecord.Parse(SysFile.TryReadText(node.Path) ?? "") is var record
            && record["node.startup"] == "automatic" && record["node.session.scan"] is not "manual").Select(node => node.TargetName).Distinct().ToList();
        return atBoot.Count > 0
            ? Warning(check, $"At each boot this host logs in to {string.Join(", ", atBoot)}, and all its LUNs appear.",
                "If that is not intended, set node.startup to manual, or node.session.scan to manual ('iscsiadm -m node -o update …').")
            : Ok(check, "None adds LUNs automatically.");
    }

    private static bool IsUnusable(IscsiPortal portal) => portal.Address is "0.0.0.0" or "::" || portal.Address.StartsWith("169.254.", StringComparison.Ordinal)
        || (portal.Address.StartsWith("fe80:", StringComparison.OrdinalIgnoreCase) && !portal.Address.Contains('%', StringComparison.Ordinal));

    private OscHostFinding CheckSecrets(string check)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        return _database.ReadNodes().Select(node => node.Path).Concat(_database.FindDiscoveries()).Append(Path.Combine(host.Roots.Etc, "iscsi", "iscsid.conf"))
            .Where(path => HoldsSecret(path) && (new FileInfo(path).UnixFileMode & others) != 0).ToList() is [_, ..] open
            ? Warning(check, $"Others can read the secrets in {string.Join(", ", open)}.", "Restrict them with 'chmod 600'. Then change the secrets.")
            : Ok(check, "No record with a secret can be read by others.");
    }

    private static bool HoldsSecret(string path) => SysFile.TryReadText(path)?.Split('\n')
        .Any(line => !line.TrimStart().StartsWith('#') && line.Split('=')[0].Trim() is { } name
            && name.Contains(".auth.password", StringComparison.Ordinal)) == true;

    /// <summary>The kernel's value counts: multipathd shortens that of sessions with paths of a map (fast_io_fail_tmo).</summary>
    private OscHostFinding CheckReplacementTimeout(string check, IReadOnlyList<IscsiSession> sessions)
    {
        const string action = "Set 'node.session.timeo.replacement_timeout = 20' in /etc/iscsi/iscsid.conf; new sessions use it.";
        if (!host.Multipath.IsListening)
        {
            return Ok(check, "Without multipathd there is no failover that waits for it.");
        }

        var present = sessions.Select(session => (Session: session, Timeout: session.ReadRecoveryTimeout(host.Roots))).Where(one => one.Timeout is not null)
            .ToList();
        if (present.Count == 0)
        {
            var set = _database.ReadDefaults()["node.session.timeo.replacement_timeout"] ?? "120";
            return IsShort(set)
                ? Ok(check, $"{set} s in iscsid.conf. There is no session.")
                : Warning(check, $"{set} s in iscsid.conf: I/O of a lost path waits so long before multipath uses another path, unless multipathd shortens it. "
                    + "There is no session that would show it.", action);
        }

        return present.Where(one => !IsShort(one.Timeout!)).Select(one => $"{one.Session.TargetName} at {one.Session.Portal} ({one.Timeout})").ToList()
            is [_, ..] wrong
                ? Warning(check, $"{string.Join(", ", wrong)}, in seconds: I/O of a lost path waits so long before multipath uses another path.", action)
                : Ok(check, $"{string.Join(", ", present.Select(one => one.Timeout).Distinct().Order(StringComparer.Ordinal))} s in all sessions.");
    }

    // The kernel shows "off" for a session that waits without end.
    private static bool IsShort(string seconds) =>
        int.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= LongReplacement;

    private OscHostFinding CheckDeviceNames(IReadOnlyList<OscDevice> devices)
    {
        const string check = "Device names";
        var remote = devices.SelectMany(device => device.Paths.Select(path => path.Device).Append(device.Path)).ToHashSet();
        var table = (SysFile.TryReadText(Path.Combine(host.Roots.Etc, "fstab")) ?? "").Split('\n')
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "");
        return table.Where(name => IsKernelName(name) && (remote.Contains(name)
            || remote.Contains(name.TrimEnd("0123456789".ToCharArray())))).ToList() is [_, ..] names
            ? Warning(check, $"/etc/fstab names {string.Join(", ", names)}: after the next boot another LUN may have that name.",
                "Name it by UUID=, or by its link in /dev/mapper or /dev/disk/by-id.")
            : Ok(check, "/etc/fstab names no remote LUN by the kernel's name.");
    }

    private static bool IsKernelName(string name) =>
        name.StartsWith("/dev/sd", StringComparison.Ordinal) || name.StartsWith("/dev/dm-", StringComparison.Ordinal);

    private OscHostFinding CheckClock() => HostUptime.TryRead(host.Roots) is null
        ? Warning("Kernel clock", "The kernel doesn't show its uptime: the age of residue is measured by the wall clock.",
            "Mount /proc completely in this container.")
        : Ok("Kernel clock", "It shows its uptime.");

    private static OscHostFinding Ok(string check, string finding) => new() { Check = check, Finding = finding };

    private static OscHostFinding Warning(string check, string finding, string action) =>
        new() { Check = check, State = OscHostFindingState.Warning, Finding = finding, SuggestedAction = action };

    private static OscHostFinding Error(string check, string finding, string action) =>
        new() { Check = check, State = OscHostFindingState.Error, Finding = finding, SuggestedAction = action };
}
