using StorageConnect.PluginKit.Targets;
using StorageConnect.PluginKit.Tgt;

namespace StorageConnect.PluginKit.Configuration;

/// <summary>
/// A server's ExtraInfo: values by key, as in <c>Pool=/srv/storage;Portals=10.0.0.5:3260</c>, among them those of every array that tgtd exports.
/// </summary>
public sealed class ExtraInfoValues
{
    private const string PortalsKey = "Portals";
    private const string ControlKey = "TgtControl";
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly StorageServer _server;
    private readonly string _help;

    private ExtraInfoValues(StorageServer server, string help) => (_server, _help) = (server, help);

    /// <summary>A key's value; null when the key isn't there.</summary>
    /// <param name="key">The key. Case does not matter.</param>
    public string? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>Reads a server's ExtraInfo. Nothing is read as no value at all.</summary>
    /// <param name="server">The server.</param>
    /// <param name="help">What ExtraInfo has to be, for the errors' recommendation.</param>
    /// <param name="keys">The plug-in's own keys. <c>Portals</c> and <c>TgtControl</c> are taken as well.</param>
    /// <exception cref="InvalidStorageArrayException">It isn't of that form, or has a key that is unknown or there twice.</exception>
    public static ExtraInfoValues Parse(StorageServer server, string help, params IReadOnlyList<string> keys)
    {
        ArgumentNullException.ThrowIfNull(server);
        var values = new ExtraInfoValues(server, help);
        values.Read(server.ExtraInfo?.Trim() ?? "", [.. keys, PortalsKey, ControlKey]);
        return values;
    }

    /// <summary>The portals of the targets (<c>Portals=</c>); empty: all where the daemon listens.</summary>
    /// <exception cref="InvalidStorageArrayException">One isn't a portal, or the server isn't of type iSCSI.</exception>
    public ValueList<Portal> ReadPortals()
    {
        if (this[PortalsKey] is not { } text)
        {
            return [];
        }

        RequireIscsi(PortalsKey);
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0
            ? throw Invalid("ExtraInfo names no portal after 'Portals='")
            : parts.Select(part => Portal.TryParse(part) ?? throw Invalid($"'{part}' in ExtraInfo is no portal; a portal is an IP address and a port"))
                .Distinct().ToValueList();
    }

    /// <summary>The daemon that exports the array (<c>TgtControl=</c>); that of the system unless it is given.</summary>
    /// <exception cref="InvalidStorageArrayException">It isn't a control port or socket, or the server isn't of type iSCSI.</exception>
    public TgtControlAddress ReadControl()
    {
        if (this[ControlKey] is not { } text)
        {
            return TgtControlAddress.Default;
        }

        RequireIscsi(ControlKey);
        return TgtControlAddress.TryParse(text)
            ?? throw Invalid($"'{text}' in ExtraInfo is no control port (0 to 32767) and no absolute path of a socket of at most 107 bytes");
    }

    /// <summary>The error for a server whose ExtraInfo, or what goes with it, is wrong.</summary>
    /// <param name="reason">What is wrong, without a full stop.</param>
    public InvalidStorageArrayException Invalid(string reason) => new($"{reason}.")
    {
        ErrorId = "ExtraInfoInvalid",
        Element = _server.Name,
        Recommendation = _help,
    };

    private void Read(string text, IReadOnlyList<string> keys)
    {
        if (text.Any(char.IsControl))
        {
            throw Invalid("ExtraInfo has a line break or another control character");
        }

        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? throw Invalid($"ExtraInfo '{part}' has no '='") : part[..equals].TrimEnd();
            if (!keys.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                throw Invalid($"ExtraInfo has the unknown key '{key}'");
            }

            if (!_values.TryAdd(key, part[(equals + 1)..].TrimStart()))
            {
                throw Invalid($"ExtraInfo has '{key}' twice");
            }
        }
    }

    private void RequireIscsi(string key)
    {
        if (_server.StorageType != StorageType.iSCSI)
        {
            throw Invalid($"ExtraInfo has {key}=, which is for storage of type iSCSI, and this server is of type {_server.StorageType}");
        }
    }
}
