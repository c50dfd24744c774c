using Microsoft.Win32.SafeHandles;
using StorageConnect.Plugins.Local.Pools;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>The qualities of service: how durable a write is when it returns.</summary>
internal static class QosLevels
{
    public const string Standard = "standard";
    public const string Durable = "durable";

    public static IReadOnlyList<QosValue> List(FilePool pool)
    {
        var standard =
            new QosValue { Value = Standard, Name = "Standard", Description = "Writes are durable after a flush, as on any disk with a cache." };
        var durable = new QosValue { Value = Durable, Name = "Durable", Description = "Every write is durable when it returns; slower." };
        return pool.CanBeDurable ? [standard, durable] : [standard];
    }

    /// <summary>The requested quality, or the default.</summary>
    public static string Choose(FilePool pool, string? wanted, string element, string otherwise = Standard)
    {
        if (string.IsNullOrEmpty(wanted))
        {
            return otherwise;
        }

        var known = List(pool).Select(quality => quality.Value).ToList();
        return known.Contains(wanted)
            ? wanted
            : throw new InvalidRequestException($"There is no quality of service '{wanted}' in this pool.")
            {
                ErrorId = "QosUnknown",
                Element = wanted,
                Recommendation = $"Choose one of: {string.Join(", ", known)}.",
            };
    }

    public static void Apply(FilePool pool, SafeFileHandle volume, string quality) => pool.SetDurable(volume, quality == Durable);
}
