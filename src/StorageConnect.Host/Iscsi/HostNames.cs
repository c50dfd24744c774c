using System.Net;
using System.Net.Sockets;

namespace StorageConnect.Host.Iscsi;

/// <summary>Resolves host names to addresses.</summary>
internal static class HostNames
{
    /// <summary>The addresses of a host, at least one; an address resolves to itself.</summary>
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
            string[] addresses = [.. (await Dns.GetHostAddressesAsync(host, cancellationToken)).Select(address => address.ToString()).Distinct()];
            return addresses.Length > 0 ? addresses : throw new SocketException((int)SocketError.NoData);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw server is null ? IscsiErrors.HostNameUnknown(host, e) : IscsiErrors.HostNameUnknown(host, server, e);
        }
    }
}
