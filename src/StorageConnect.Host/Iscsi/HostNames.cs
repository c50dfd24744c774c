using System.Net;
using System.Net.Sockets;

namespace StorageConnect.Host.Iscsi;

/// <summary>From the hosts that users name to the addresses that the kernel knows.</summary>
internal static class HostNames
{
    /// <summary>The addresses of a host, at least one; an address is its own.</summary>
    /// <exception cref="ArrayUnreachableException">It has none (<c>HostNameUnknown</c>).</exception>
    public static async Task<IReadOnlyList<string>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        host = host.Trim('[', ']');
        if (IPAddress.TryParse(host, out var ip))
        {
            return [ip.ToString()];
        }

        try
        {
            return [.. (await Dns.GetHostAddressesAsync(host, cancellationToken)).Select(address => address.ToString()).Distinct()];
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw IscsiErrors.HostNameUnknown(host, e);
        }
    }
}
