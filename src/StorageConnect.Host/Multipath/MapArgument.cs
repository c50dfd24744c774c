using StorageConnect.Host.DeviceMapper;

namespace StorageConnect.Host.Multipath;

/// <summary>How multipathd is told of a map: by its name. Of identities only some versions know what is meant.</summary>
internal static class MapArgument
{
    /// <summary>The map's name as multipathd's command line reads it: quoted where it holds what ends a word or begins a comment there.</summary>
    public static string Of(DmDevice map)
    {
        var name = map.Name.AsSpan();
        if (name.ContainsAnyExceptInRange(' ', '~') || name.Contains('"') || MeansAnother(name))
        {
            throw MultipathErrors.MultipathdRefusedName(map.Name);
        }

        return name.ContainsAny(" !#{}") ? $"\"{map.Name}\"" : map.Name;
    }

    // It takes "dm-3", and older ones all that begins so, for the device the kernel calls dm-3, which may be any other.
    private static bool MeansAnother(ReadOnlySpan<char> name) => name.StartsWith("dm-") && name.Length > 3 && char.IsAsciiDigit(name[3]);
}
