using System.Text.RegularExpressions;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.OpenIscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.Fitness;

/// <summary>Is this host fit to use arrays: rights, tools, daemons, modules, settings. Nothing is changed.</summary>
internal sealed partial class HostCheck(LinuxHost host, IToolRunner tools, Func<bool> isPrivileged)
{
    private const string HangingVersion = "2.1.10";
    private static readonly TimeSpan VersionDeadline = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<OscHostFinding>> RunAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [Error("Platform", "This is no Linux.", "Run on the Linux host that is to use the array. What concerns the array alone works here.")];
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
        : Error("Rights", "This is not root: devices can be looked at, and not changed.", "Run as root, for example with 'sudo pwsh'.");

    private async Task<OscHostFinding> CheckToolAsync(CancellationToken cancellationToken)
    {
        const string check = "open-iscsi";
        try
        {
            var result = await tools.RunAsync(new(HostTool.Iscsiadm, "-V"), VersionDeadline, cancellationToken);
            var version = Version().Match(result.Output).Value;
            return version.Length == 0
                ? Warning(check, $"iscsiadm doesn't tell its version (exit code {result.ExitCode}).", "Check that the package open-iscsi is installed whole.")
                : version == HangingVersion ? Warning(check,
                    $"Version {version} never ends a login without an automatic scan. It is worked around; each login takes seconds longer.",
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
        true => Ok("iscsid", "It listens, or systemd in its place."),
        false => Error("iscsid", "It does not run.", "Start it: 'systemctl enable --now iscsid.socket' (or iscsid)."),
        null => Warning("iscsid", "The kernel doesn't tell whether it runs.", "See 'systemctl status iscsid'."),
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
                null => Error(check, "There is none.", $"Start iscsid once, which makes one, or put one into {file} ('iscsi-iname' makes it)."),
                var iqn when !IscsiName.IsTarget(iqn) =>
                    Error(check, $"'{iqn}' is no iSCSI name.", $"Make one with 'iscsi-iname', and put it into {file} as InitiatorName=."),
                var iqn when names.Distinct().Count() > 1 => Warning(
                    check, $"{file} names {names.Count}. iscsid takes the first: {names[0]}.",
                        $"Leave one line InitiatorName= in {file}, the one that the arrays' access groups hold."),
                var iqn when names is [var first, ..] && first != iqn => Warning(
                    check, $"This host is logged in as {iqn}, and {file} says {first}.",
                        "Log out of all targets and restart iscsid, or put the name in use back: access groups must hold the one in use."),
                var iqn when iqn.Any(char.IsAsciiLetterUpper) => Warning(
                    check, $"{iqn} has capital letters. The rules of iSCSI know none: arrays take them for small ones, or for another initiator.",
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
        : Error("udev", "It does not run: disks get no names and no links.", "Start systemd-udevd.");

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
            return [Warning(check, "It does not run: each path of a LUN is a disk of its own, and none stands in for another.",
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
