using System.Net;

namespace StorageConnect.Plugins.Local.Export;

/// <summary>An address and port at which initiators log in.</summary>
internal sealed record Portal(IPAddress Address, int Port)
{
    /// <summary>Reads <c>10.0.0.5</c>, <c>10.0.0.5:3260</c>, <c>[fe80::1]:3260</c>; null when it is none of these.</summary>
    public static Portal? TryParse(string text)
    {
        if (!IPEndPoint.TryParse(text, out var end) || !text.Contains(end.Address.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return new(end.Address, end.Port == 0 ? AccessContext.DefaultPort : end.Port);
    }

    /// <summary>True when who listens here listens at <paramref name="other"/> too.</summary>
    public bool Covers(Portal other) =>
        Port == other.Port && (Address.Equals(other.Address) || (Address.AddressFamily == other.Address.AddressFamily && (Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any))));

    public override string ToString() => new IPEndPoint(Address, Port).ToString();
}
