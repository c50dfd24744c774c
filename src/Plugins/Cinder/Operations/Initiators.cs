using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>Names of initiators.</summary>
internal static class Initiators
{
    private const int Longest = 223;

    /// <summary>The name of this host's initiator; null where it has none, or this user may not read it.</summary>
    public static string? OfThisHost(IHostServices host)
    {
        try
        {
            return host.InitiatorName;
        }
        catch (AccessDeniedException)
        {
            return null;
        }
    }

    /// <exception cref="InvalidRequestException">It is no iSCSI name.</exception>
    public static void Demand(string entry)
    {
        var isName = entry.Length is > 4 and <= Longest && !entry.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter))
            && (entry.StartsWith("iqn.", StringComparison.OrdinalIgnoreCase) || entry.StartsWith("eui.", StringComparison.OrdinalIgnoreCase)
                || entry.StartsWith("naa.", StringComparison.OrdinalIgnoreCase));
        if (!isName)
        {
            throw CinderErrors.InitiatorInvalid(entry);
        }
    }
}
