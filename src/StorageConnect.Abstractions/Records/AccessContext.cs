using System.Globalization;

namespace StorageConnect;

/// <summary>One host at which to log in to an array's targets (guide: access context).</summary>
/// <remarks>Its secrets are no properties, so that nothing that serializes or prints it can show them.</remarks>
public sealed record AccessContext : IExtensibleRecord
{
    /// <summary>The default port of iSCSI targets.</summary>
    public const int DefaultPort = 3260;

    private SecretSlot _chapSecret;
    private SecretSlot _mutualChapSecret;

    /// <summary>Login host: host name or IP address (guide: <c>access_host</c>).</summary>
    public string Host { get; init; } = "";

    /// <summary>TCP port, 1 to 65535; 3260 by default.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The user with which the initiator proves itself to the target, or null for no CHAP.</summary>
    public string? ChapUser { get; init; }

    /// <summary>The user with which the target proves itself to the initiator, or null for one-way CHAP.</summary>
    public string? MutualChapUser { get; init; }

    /// <summary>The network device to log in through, or null for any.</summary>
    public string? NetDevice { get; init; }

    /// <summary>The secret of <see cref="ChapUser"/>, or null when this process has none.</summary>
    public Secret? GetChapSecret() => _chapSecret.Value;

    /// <summary>The secret of <see cref="MutualChapUser"/>, or null when this process has none.</summary>
    public Secret? GetMutualChapSecret() => _mutualChapSecret.Value;

    /// <summary>A copy that carries these secrets (or none).</summary>
    public AccessContext WithSecrets(Secret? chap, Secret? mutualChap) =>
        this with { _chapSecret = new(chap), _mutualChapSecret = new(mutualChap) };

    /// <summary>Host and port: <c>filer1:3260</c>, an IPv6 address in brackets.</summary>
    public override string ToString()
    {
        var host = Host.Contains(':', StringComparison.Ordinal) && !Host.StartsWith('[') ? $"[{Host}]" : Host;
        return string.Create(CultureInfo.InvariantCulture, $"{host}:{Port}");
    }

    UnknownFields? IExtensibleRecord.Unknown { get; set; }
}
