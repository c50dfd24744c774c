using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>Which volume type a volume group and a quality of service mean.</summary>
internal sealed class TypeChoice(IReadOnlyList<VolumeType> types)
{
    /// <summary>The volume groups there are: back-ends where types tell them, else types.</summary>
    public IEnumerable<string> Places => types.Select(type => type.Place).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>The type; null where nothing was chosen, and the service takes its default.</summary>
    /// <param name="place">A back-end, or a type's name; null: any.</param>
    /// <param name="qos">A type's name or id; null: any.</param>
    /// <exception cref="NotFoundException">There is none such.</exception>
    /// <exception cref="InvalidRequestException">The two don't fit together.</exception>
    public VolumeType? Select(string? place, string? qos)
    {
        if (qos is not null)
        {
            var chosen = types.FirstOrDefault(type => type.Name == qos || type.Id == qos)
                ?? throw CinderErrors.VolumeTypeNotFound(qos, types.Select(type => type.Name));
            return place is null || chosen.Place == place || chosen.Name == place
                ? chosen
                : throw CinderErrors.VolumeTypeElsewhere(chosen.Name, place, chosen.Place);
        }

        if (place is null)
        {
            return null;
        }

        // Of several on a back-end the one named like it, else one that is nothing special.
        return types.FirstOrDefault(type => type.Name == place)
            ?? types.Where(type => type.Backend == place).OrderBy(type => type.QosSpecsId is null ? 0 : 1).ThenBy(type => type.ExtraSpecs!.Count)
                .ThenBy(type => type.Name, StringComparer.Ordinal).FirstOrDefault()
            ?? throw CinderErrors.VolumeTypeNotFound(place, Places);
    }
}
