using StorageConnect.Host.DeviceMapper;

namespace StorageConnect.Host.Multipath;

/// <summary>How a command names a map to multipathd: by the map's name. Only some versions accept identities.</summary>
internal static class MapArgument
{
    /// <summary>The map's name in the syntax of multipathd's command line: quoted where it contains a separator or the start of a comment.</summary>
    public static string Of(DmDevice map)
    {
        var name = map.Name.AsSpan();
        if (name.ContainsAnyExceptInRange(' ', '~') || name.Contains('"') || MeansAnother(name))
        {
            throw MultipathErrors.MultipathdRefusedName(map.Name);
        }

        return name.ContainsAny(" !#{}") ? $"\"{map.Name}\"" : map.Name;
    }

    // multipathd takes "dm-3" (older versions any name that begins so) for the device with that kernel name, which may be another one.
    private static bool MeansAnother(ReadOnlySpan<char> name) => name.StartsWith("dm-") && name.Length > 3 && char.IsAsciiDigit(name[3]);
}
