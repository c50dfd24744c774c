using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StorageConnect.Commands;

/// <summary>A host to log in at, as typed: a name or an address, with or without a port after a colon.</summary>
internal static class LoginHost
{
    private const int LargestPort = 65535;

    /// <summary>The host and, where given, the port.</summary>
    /// <exception cref="InvalidRequestException">It is a URL, a path, or not a host.</exception>
    public static (string Host, int? Port) Parse(string text)
    {
        var given = text.Trim();
        if (given.Contains("://", StringComparison.Ordinal))
        {
            throw CommandErrors.HostNameInvalid(text, "it is a URL");
        }

        if (given.Length == 0 || given.Any(sign => char.IsWhiteSpace(sign) || char.IsControl(sign) || sign is '/' or '\\' or '@' or '?' or '#' or ','))
        {
            throw CommandErrors.HostNameInvalid(text, "it is neither a name nor an address");
        }

        if (IsAddress6(given))
        {
            return (given, null);
        }

        var colon = given.EndsWith(']') ? -1 : given.LastIndexOf(':');
        var (host, port) = colon < 0 ? (given, null) : (given[..colon], (int?)PortOf(text, given[(colon + 1)..]));
        if (host is ['[', .. var inner, ']'] && IsAddress6(inner))
        {
            return (inner, port);
        }

        return host.Length == 0 || host.AsSpan().ContainsAny(':', '[', ']')
            ? throw CommandErrors.HostNameInvalid(text, "it is neither a name nor an address")
            : (host, port);
    }

    // In brackets .NET accepts a port as well, and drops it.
    private static bool IsAddress6(string text) =>
        !text.StartsWith('[') && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    private static int PortOf(string text, string port) =>
        int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= LargestPort
            ? number
            : throw CommandErrors.HostNameInvalid(text, $"'{port}' is not a port, a number from 1 to {LargestPort}");
}
