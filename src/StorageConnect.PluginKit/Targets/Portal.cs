using System.Net;

namespace StorageConnect.PluginKit.Targets;

/// <summary>An address and port at which initiators log in.</summary>
/// <param name="Address">The IP address.</param>
/// <param name="Port">The TCP port.</param>
public sealed record Portal(IPAddress Address, int Port)
{
    /// <summary>Reads <c>10.0.0.5</c>, <c>10.0.0.5:3260</c>, <c>[fe80::1]:3260</c>; null when it is none of these.</summary>
    /// <param name="text">The text.</param>
    public static Portal? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!IPEndPoint.TryParse(text, out var end) || !text.Contains(end.Address.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return new(end.Address, end.Port == 0 ? AccessContext.DefaultPort : end.Port);
    }

    /// <summary>True when a daemon that listens here listens at <paramref name="other"/> too.</summary>
    /// <param name="other">The other portal.</param>
    public bool Covers(Portal other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Port == other.Port
            && (Address.Equals(other.Address) || (Address.AddressFamily == other.Address.AddressFamily
                && (Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any))));
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => new IPEndPoint(Address, Port).ToString();
}
