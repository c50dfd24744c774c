using System.Management.Automation;
using StorageConnect.Host;

namespace StorageConnect.Commands;

/// <summary>
/// Shows the LUNs on this host: multipath devices with their paths, and disks that are in none. Needs no root, except for complete states of paths.
/// </summary>
[Cmdlet(VerbsCommon.Get, "OscDevice")]
[OutputType(typeof(OscDevice))]
public sealed class GetOscDeviceCommand : OscQueryCmdlet
{
    private IReadOnlyList<OscDevice>? _devices;

    /// <summary>Identities as multipath writes them, the elements' page 0x83 ids; wildcards allowed. By default all devices.</summary>
    [Parameter(Position = 0)]
    [ChoosesNames]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WwidCompleter))]
    public string[]? Wwid { get; set; }

    /// <summary>Elements whose devices are listed.</summary>
    [Parameter(ValueFromPipeline = true)]
    [Chooses<StorageElementIdentity>]
    [Alias("StorageElement")]
    [ArgumentCompleter(typeof(StorageElementCompleter))]
    public StorageElementIdentity[]? InputObject { get; set; }

    private IReadOnlyList<OscDevice> Devices => _devices ??= Run(ModuleEngine.Host.GetDevicesAsync);

    private protected override void Process()
    {
        if (InputObject is null)
        {
            foreach (var filter in NamePattern.From(Wwid))
            {
                Try(filter.Text, () => Write(filter.Text, filter.Literal is not null, device => Matches(filter, device)));
            }

            return;
        }

        var filters = NamePattern.From(Wwid);
        ForEachElement(InputObject, ElementKind.Any, (_, element) => Write(
            element.Name, isNeeded: false, device => StorageHost.IsDeviceOf(device, element) && filters.Any(filter => Matches(filter, device))));
    }

    private static bool Matches(NamePattern filter, OscDevice device) =>
        filter.Literal is { } wwid ? new Page83Text(wwid).Means(device.Wwid) : filter.Matches(device.Wwid);

    private void Write(string what, bool isNeeded, Func<OscDevice, bool> matches)
    {
        var found = Devices.Where(matches).ToList();
        if (found.Count == 0 && isNeeded)
        {
            throw CommandErrors.DeviceNotFound(what);
        }

        WriteObject(found, enumerateCollection: true);
    }
}
