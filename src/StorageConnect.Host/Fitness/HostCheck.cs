using System.Text.RegularExpressions;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.OpenIscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.Fitness;

/// <summary>Checks whether this host is ready to use arrays: rights, tools, daemons, modules, settings. Nothing is changed.</summary>
internal sealed partial class HostCheck(LinuxHost host, IToolRunner tools, Func<bool> isPrivileged)
{
    private const string HangingVersion = "2.1.10";
    private static readonly TimeSpan VersionDeadline = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<OscHostFinding>> RunAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [Error("Platform", "This is not Linux.", "Run on the Linux host that is to use the array. Commands for the array alone work here.")];
        }

        return
        [
            CheckRights(),
            await CheckToolAsync(cancellationToken),
            CheckDaemon(),
            CheckModule("Module iscsi_tcp", Path.Combine(host.Roots.Sys, "class", "iscsi_transport", "tcp"), "modprobe iscsi_tcp"),
            CheckInitiator(),
            CheckModule("Module dm_multipath", Path.Combine(host.Roots.Sys, "module", "dm_multipath"), "modprobe dm_multipath"),
            CheckUdev(),
            .. await CheckMultipathAsync(cancellationToken),
            .. await new HazardCheck(host).RunAsync(cancellationToken),
        ];
    }

    private OscHostFinding CheckRights() => isPrivileged()
        ? Ok("Rights", "This is root.")
        : Error("Rights", "This is not root: devices can be read, but not changed.", "Run as root, for example with 'sudo pwsh'.");

    private async Task<OscHostFinding> CheckToolAsync(CancellationToken cancellationToken)
    {
        const string check = "open-iscsi";
        try
        {
            var result = await tools.RunAsync(new(HostTool.Iscsiadm, "-V"), VersionDeadline, cancellationToken);
            var version = Version().Match(result.Output).Value;
            return version.Length == 0
                ? Warning(check, $"iscsiadm doesn't report its version (exit code {result.ExitCode}).", "Check that the package open-iscsi is complete.")
                : version == HangingVersion ? Warning(check,
                    $"iscsiadm of version {version} never ends after a login without an automatic scan. A workaround ends it; each login takes seconds longer.",
                    "Update open-iscsi to 2.1.11 or later.")
                : Ok(check, $"Version {version}.");
        }
        catch (NotFoundException e)
        {
            return Error(check, e.Message, "Install the package open-iscsi. For Fibre Channel alone it isn't needed.");
        }
        catch (ToolFailedException e)
        {
            return Error(check, e.Message, e.Recommendation!);
        }
    }

    private OscHostFinding CheckDaemon() => Iscsid.IsListening(host.Roots) switch
    {
        true => Ok("iscsid", "It listens, or systemd for it."),
        false => Error("iscsid", "It does not run.", "Start it: 'systemctl enable --now iscsid.socket' (or iscsid)."),
        null => Warning("iscsid", "The kernel doesn't show whether it runs.", "Check 'systemctl status iscsid'."),
    };

    private static OscHostFinding CheckModule(string check, string folder, string load) => Directory.Exists(folder)
        ? Ok(check, "It is loaded.")
        : Warning(check, "It is not loaded; most kernels load it when it is needed.",
            $"Load it: '{load}'. If there is no such module, install the one of this kernel, or another kernel.");

    private OscHostFinding CheckInitiator()
    {
        const string check = "Initiator name";
        const string file = "/etc/iscsi/initiatorname.iscsi";
        try
        {
            var initiator = HostInitiator.Read(host.Roots);
            var names = HostInitiator.ReadNames(host.Roots);
            return initiator.Iqn switch
            {
                null when initiator.Wwpns.Count > 0 => Ok(check, "None for iSCSI; there are Fibre Channel ports."),
                null => Error(check, "There is none.", $"Start iscsid once, which creates one, or put one into {file} ('iscsi-iname' creates it)."),
                var iqn when !IscsiName.IsTarget(iqn) =>
                    Error(check, $"'{iqn}' is not an iSCSI name.", $"Create one with 'iscsi-iname', and put it into {file} as InitiatorName=."),
                var iqn when names.Distinct().Count() > 1 => Warning(
                    check, $"{file} names {names.Count}. iscsid uses the first: {names[0]}.",
                        $"Keep one line InitiatorName= in {file}, the one in the arrays' access groups."),
                var iqn when names is [var first, ..] && first != iqn => Warning(
                    check, $"This host is logged in as {iqn}, and {file} has {first}.",
                        "Log out of all targets and restart iscsid, or restore the name in use: access groups must have the one in use."),
                var iqn when iqn.Any(char.IsAsciiLetterUpper) => Warning(
                    check, $"{iqn} has capital letters, which iSCSI names don't allow: arrays treat them as small ones, or as another initiator.",
                        $"Write it in small letters in {file} and in the arrays' access groups, then restart iscsid."),
                var iqn => Ok(check, $"{iqn}."),
            };
        }
        catch (AccessDeniedException e)
        {
            return Warning(check, e.Message, e.Recommendation!);
        }
    }

    private OscHostFinding CheckUdev() => Directory.Exists(Path.Combine(host.Roots.Run, "udev"))
        ? Ok("udev", "It runs.")
        : Error("udev", "It does not run: disks get no nodes and no links.", "Start systemd-udevd.");

    private async Task<IReadOnlyList<OscHostFinding>> CheckMultipathAsync(CancellationToken cancellationToken)
    {
        const string check = "multipathd";
        try
        {
            return [Ok(check, "It runs."),
                .. MultipathSettings.Check(await host.Multipath.ShowConfigAsync(cancellationToken), await host.Multipath.ShowMapsAsync(cancellationToken))];
        }
        catch (HostNotReadyException)
        {
            return [Warning(check, "It does not run: each path of a LUN is a disk of its own, without failover.",
                "Start it: 'systemctl enable --now multipathd'.")];
        }
        catch (AccessDeniedException e)
        {
            return [Warning(check, e.Message, "Run as root.")];
        }
    }

    private static OscHostFinding Ok(string check, string finding) => new() { Check = check, Finding = finding };

    private static OscHostFinding Warning(string check, string finding, string action) =>
        new() { Check = check, State = OscHostFindingState.Warning, Finding = finding, SuggestedAction = action };

    private static OscHostFinding Error(string check, string finding, string action) =>
        new() { Check = check, State = OscHostFindingState.Error, Finding = finding, SuggestedAction = action };

    [GeneratedRegex(@"\d+(\.\d+)+")]
    private static partial Regex Version();
}
