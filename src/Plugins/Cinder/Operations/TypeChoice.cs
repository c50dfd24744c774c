using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>Which volume type a volume group and a quality of service mean.</summary>
internal sealed class TypeChoice(IReadOnlyList<VolumeType> types)
{
    /// <summary>The volume groups there are: back-ends where types tell them, else types.</summary>
    public IEnumerable<string> Places => types.Select(type => type.Place).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>The type; null where nothing was chosen, and the service takes its default.</summary>
    /// <param name="place">A back-end, or the name of a type where no back-end has it; null: any.</param>
    /// <param name="qos">A type's name or id; null: any.</param>
    /// <exception cref="NotFoundException">There is none such.</exception>
    /// <exception cref="InvalidRequestException">The two don't fit together.</exception>
    public VolumeType? Select(string? place, string? qos)
    {
        // A type's own name is a place only where no back-end has it: else the volume would be made on another back-end than was named.
        var isBackend = types.Any(type => type.Backend == place);
        bool IsAt(VolumeType type) => isBackend ? type.Backend == place : type.Name == place;

        if (qos is not null)
        {
            var chosen = types.FirstOrDefault(type => type.Name == qos || type.Id == qos)
                ?? throw CinderErrors.VolumeTypeNotFound(qos, types.Select(type => type.Name));
            return place is null || IsAt(chosen) ? chosen : throw CinderErrors.VolumeTypeElsewhere(chosen.Name, place, chosen.Place);
        }

        if (place is null)
        {
            return null;
        }

        // Of several on a back-end the one named like it, else one that is nothing special.
        return types.Where(IsAt).OrderBy(type => type.Name == place ? 0 : 1).ThenBy(type => type.QosSpecsId is null ? 0 : 1)
            .ThenBy(type => type.ExtraSpecs?.Count ?? 0).ThenBy(type => type.Name, StringComparer.Ordinal).FirstOrDefault()
            ?? throw CinderErrors.VolumeTypeNotFound(place, Places);
    }
}
