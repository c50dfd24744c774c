using System.Globalization;
using StorageConnect.Plugins.Ceph.Catalog;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>
/// Qualities of service: named sets of limits that librbd keeps to. The standard one has no limit; administrators define others as notes of the
/// catalog's image.
/// </summary>
internal static class QosSets
{
    public const string Standard = "standard";

    // The names that administrators write, and the settings they stand for.
    private static readonly (string Key, string Setting)[] Limits =
    [
        ("iops", "rbd_qos_iops_limit"),
        ("read-iops", "rbd_qos_read_iops_limit"),
        ("write-iops", "rbd_qos_write_iops_limit"),
        ("bps", "rbd_qos_bps_limit"),
        ("read-bps", "rbd_qos_read_bps_limit"),
        ("write-bps", "rbd_qos_write_bps_limit"),
    ];

    /// <summary>The qualities that can be chosen. A set that can't be understood is left out.</summary>
    public static IReadOnlyList<QosValue> List(PoolCatalog catalog) =>
    [
        new() { Value = Standard, Name = "Standard", Description = "No limit." },
        .. catalog.QosSets().Where(set => set.Name != Standard && TryParse(set.Limits) is not null).OrderBy(set => set.Name, StringComparer.Ordinal)
            .Select(set => new QosValue { Value = set.Name, Name = set.Name, Description = set.Limits }),
    ];

    /// <summary>The quality asked for, or another.</summary>
    public static string Choose(PoolCatalog catalog, string? wanted, string element, string otherwise = Standard)
    {
        if (string.IsNullOrEmpty(wanted))
        {
            return otherwise;
        }

        var known = List(catalog).Select(quality => quality.Value).ToList();
        return known.Contains(wanted)
            ? wanted
            : throw PluginError.InvalidRequest(element, $"There is no quality of service '{wanted}' in this pool.",
                $"Choose one of: {string.Join(", ", known)}. An administrator defines more with "
                + $"'rbd image-meta set <pool>/{CatalogStore.ImageName} {PoolCatalog.QosKind}<name> iops=500,bps=100000000'.", id: "QosUnknown");
    }

    /// <summary>What each setting has to be; null: not set.</summary>
    public static IReadOnlyList<(string Setting, string? Value)> Settings(PoolCatalog catalog, string quality)
    {
        var set = catalog.QosSets().Where(set => set.Name == quality).Select(set => TryParse(set.Limits)).FirstOrDefault();
        return [.. Limits.Select(limit => (limit.Setting, set?.GetValueOrDefault(limit.Key)))];
    }

    private static Dictionary<string, string>? TryParse(string text)
    {
        var limits = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = part.Split('=') is [var left, var right] ? (left, right) : ("", "");
            if (!Limits.Any(limit => limit.Key == key) || !ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                || !limits.TryAdd(key, value))
            {
                return null;
            }
        }

        return limits.Count > 0 ? limits : null;
    }
}
