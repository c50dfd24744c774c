using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>
/// Shows the LUNs on this host: multipath devices with their paths, and disks that are in none. Everyone may; paths' states are best known to root.
/// </summary>
[Cmdlet(VerbsCommon.Get, "OscDevice", DefaultParameterSetName = WwidSet)]
[OutputType(typeof(OscDevice))]
public sealed class GetOscDeviceCommand : OscQueryCmdlet
{
    private const string WwidSet = "Wwid";
    private const string ElementSet = "Element";
    private IReadOnlyList<OscDevice>? _devices;

    /// <summary>Identities as multipath writes them, the elements' page 0x83 ids; wildcards allowed. All devices when left out.</summary>
    [Parameter(ParameterSetName = WwidSet, Position = 0)]
    [ChoosesNames]
    [SupportsWildcards]
    public string[]? Wwid { get; set; }

    /// <summary>Elements whose devices are wanted.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ElementSet, ValueFromPipeline = true)]
    [Chooses<StorageElementIdentity>]
    [Alias("StorageElement")]
    [ArgumentCompleter(typeof(StorageElementCompleter))]
    public StorageElementIdentity[] InputObject { get; set; } = [];

    /// <summary>The servers of elements that are given by name. All registered ones when left out.</summary>
    [Parameter(ParameterSetName = ElementSet)]
    [Chooses<StorageServerIdentity>]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public override StorageServerIdentity[]? StorageServer { get; set; }

    private IReadOnlyList<OscDevice> Devices => _devices ??= Run(ModuleEngine.Host.GetDevicesAsync);

    private protected override void Process()
    {
        if (ParameterSetName == WwidSet)
        {
            foreach (var filter in NameFilter.From(Wwid))
            {
                Try(filter.Text, () => Write(filter.Text, filter.Literal is not null, device => filter.Matches(device.Wwid)));
            }

            return;
        }

        ForEachElement(InputObject, ElementKind.Any, (_, element) => Write(element.Name, isNeeded: false, device => device.Wwid == element.Page83Id));
    }

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
