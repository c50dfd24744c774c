using StorageConnect.PluginKit.Naming;
using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>The targets of a daemon at one moment, with those of the array told from others.</summary>
internal sealed class TargetListing
{
    private TargetListing(IReadOnlyList<TargetState> all) => All = all;

    /// <summary>All targets.</summary>
    public IReadOnlyList<TargetState> All { get; }

    /// <summary>The array's targets, by their elements' Uuids.</summary>
    public Dictionary<string, TargetState> Own { get; } = new(StringComparer.Ordinal);

    /// <summary>Targets that bear a name of the array's but serve other storage, by the elements' Uuids. They are left alone.</summary>
    public Dictionary<string, TargetState> Foreign { get; } = new(StringComparer.Ordinal);

    /// <summary>Sorts a daemon's targets.</summary>
    public static TargetListing Of(IReadOnlyList<TargetState> targets, ExportSettings settings, IExportRecords records, int? daemonProcess)
    {
        var listing = new TargetListing(targets);
        foreach (var target in targets)
        {
            // One without a Uuid in its name was created manually, and the array may remove it.
            if (TargetNames.Element(settings.Name, target.Name) is { } element)
            {
                var backing = target.Units.FirstOrDefault(unit => unit.Number == UnitSpec.Number)?.Backing;
                (
                    backing is null || (Identities.IsUuid(element) && records.IsOwn(element, backing, daemonProcess))
                        ? listing.Own
                        : listing.Foreign)[element] = target;
            }
        }

        listing.NoteReplaced(records, daemonProcess);
        return listing;
    }

    private void NoteReplaced(IExportRecords records, int? daemonProcess)
    {
        var served = Own.Where(pair => pair.Value.Units.Any(IsServed)).Select(pair => pair.Key).ToList();
        foreach (var element in served.Count > 0 ? records.FindReplaced(served, daemonProcess) : new HashSet<string>())
        {
            Own[element] = Own[element] with
            {
                Units = Own[element].Units.Select(unit => IsServed(unit) ? unit with { IsReplaced = true } : unit).ToValueList(),
            };
        }
    }

    private static bool IsServed(UnitState unit) => unit is { Number: UnitSpec.Number, Online: true, Backing: not null };
}
