using System.Net;
using System.Net.Sockets;

namespace StorageConnect.Host.Iscsi;

/// <summary>Resolves host names to addresses.</summary>
internal static class HostNames
{
    /// <summary>
    /// The addresses of a host, at least one; an address resolves to itself. The family that the system prefers comes first; within it the order is always
    /// the same, so that repeated calls use the same address, whatever order the name service gives.
    /// </summary>
    /// <param name="host">A name or an address, in brackets or not.</param>
    /// <param name="server">The server it belongs to, for the error; null when it belongs to none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArrayUnreachableException">It has none (<c>HostNameUnknown</c>).</exception>
    public static async Task<IReadOnlyList<string>> ResolveAsync(string host, string? server, CancellationToken cancellationToken)
    {
        host = host.Trim('[', ']');
        if (IPAddress.TryParse(host, out var ip))
        {
            return [ip.ToString()];
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
            return addresses.Length > 0 ? InOrder(addresses) : throw new SocketException((int)SocketError.NoData);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw server is null ? IscsiErrors.HostNameUnknown(host, e) : IscsiErrors.HostNameUnknown(host, server, e);
        }
    }

    /// <summary>Addresses in the order in which they are tried.</summary>
    public static IReadOnlyList<string> InOrder(IEnumerable<IPAddress> addresses) =>
    [
        .. addresses.GroupBy(address => address.AddressFamily)
            .SelectMany(family => family.Select(address => address.ToString()).Distinct().Order(StringComparer.Ordinal))
    ];
}
