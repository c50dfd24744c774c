using System.Management.Automation;
using StorageConnect.Engine.Arrays;
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
        var filters = NamePattern.From(Wwid);
        if (InputObject is null)
        {
            WriteAll(filters, StorageServer is null ? null : Arrays());
            return;
        }

        ForEachElement(InputObject, ElementKind.Any, (_, element) => WriteObject(
            Devices.Where(device => StorageHost.IsDeviceOf(device, element) && filters.Any(filter => Matches(filter, device))), enumerateCollection: true));
    }

    private static bool Matches(NamePattern filter, OscDevice device) =>
        filter.Literal is { } wwid ? new Page83Text(wwid).Means(device.Wwid) : filter.Matches(device.Wwid);

    /// <summary>Writes the devices on this host; those of elements of <paramref name="arrays"/>, unless it is null.</summary>
    private void WriteAll(IReadOnlyList<NamePattern> filters, IReadOnlyList<StorageArray>? arrays)
    {
        if (arrays is { Count: 0 })
        {
            // Each of the servers was an error.
            return;
        }

        foreach (var filter in filters)
        {
            Try(filter.Text, () =>
            {
                var found = Devices.Where(device => Matches(filter, device) && arrays?.Any(array => array.Uuid == device.StorageServerUuid) is not false)
                    .ToList();
                if (found.Count == 0 && filter.Literal is { } wwid)
                {
                    throw arrays is null ? CommandErrors.DeviceNotFound(wwid) : CommandErrors.DeviceNotFound(wwid, arrays.Select(array => array.Name));
                }

                WriteObject(found, enumerateCollection: true);
            });
        }
    }
}
