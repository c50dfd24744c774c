using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace StorageConnect.Host.Iscsi;

/// <summary>An address and port. IPv6 addresses are kept without brackets and in their shortest form, so that equal ones compare equal.</summary>
/// <remarks>Resolve host names first: the kernel shows addresses only.</remarks>
internal readonly record struct IscsiPortal
{
    public IscsiPortal(string address, int port)
    {
        Address = IPAddress.TryParse(address.Trim('[', ']'), out var ip) ? ip.ToString() : address;
        Port = port;
    }

    public string Address { get; }

    public int Port { get; }

    /// <summary>Reads <c>address:port</c>, <c>[ipv6]:port</c>, either without its port, and open-iscsi's <c>address:port,tpgt</c>.</summary>
    public static bool TryParse(string? text, out IscsiPortal portal)
    {
        portal = default;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        text = text.Split(',')[0].Trim();
        var closing = text.IndexOf(']', StringComparison.Ordinal);
        var colon = text.LastIndexOf(':');
        var hasPort = closing >= 0 ? colon == closing + 1 : colon > 0 && text.IndexOf(':', StringComparison.Ordinal) == colon;
        var port = AccessContext.DefaultPort;
        if (hasPort && !TryParsePort(text[(colon + 1)..], out port))
        {
            return false;
        }

        var address = (hasPort ? text[..colon] : text).Trim('[', ']');
        portal = new(address, port);
        return address.Length > 0;
    }

    /// <summary>As users and tools write it: <c>10.0.0.1:3260</c>, <c>[fd00::1]:3260</c>.</summary>
    public override string ToString() =>
        Address.Contains(':', StringComparison.Ordinal) ? $"[{Address}]:{Port}" : string.Create(CultureInfo.InvariantCulture, $"{Address}:{Port}");

    private static bool TryParsePort([NotNullWhen(true)] string? text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;
}
