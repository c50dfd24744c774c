using System.Text;
using StorageConnect.PluginKit.Targets;
using StorageConnect.PluginKit.Tgt;

namespace StorageConnect.Plugins.Ceph.Configuration;

/// <summary>What a server's record says about how to reach its cluster, and how to export it.</summary>
internal sealed record ClusterAddress
{
    public const string Help =
        "Conf=<path of ceph.conf>, such as Conf=/etc/ceph/ceph.conf, which is also the default; or give -AdminHost <monitors> "
        + "instead, and -Credential with the cephx user and key. For iSCSI also, after semicolons: Portals=<address:port,...> at which tgtd must "
        + "listen, such as Portals=10.0.0.5:3260,10.0.1.5:3260; TgtControl=<control port or socket> of another tgtd than the default one.";

    private const string DefaultConfiguration = "/etc/ceph/ceph.conf";
    private const string ConfigurationKey = "Conf";
    private const string PortalsKey = "Portals";
    private const string ControlKey = "TgtControl";
    private const string DefaultUser = "admin";
    private const string UserPrefix = "client.";
    private static readonly string[] Keys = [ConfigurationKey, PortalsKey, ControlKey];

    /// <summary>The cluster's configuration file; null when the monitors are given.</summary>
    public string? Configuration { get; private init; }

    /// <summary>The monitors; null when a configuration file names them.</summary>
    public string? Monitors { get; private init; }

    /// <summary>The cephx user without <c>client.</c>.</summary>
    public string User { get; private init; } = DefaultUser;

    /// <summary>Where targets are to be reached; empty: wherever the daemon listens.</summary>
    public ValueList<Portal> Portals { get; private init; } = [];

    /// <summary>The daemon that exports the images.</summary>
    public TgtControlAddress Control { get; private init; } = TgtControlAddress.Default;

    /// <exception cref="InvalidStorageArrayException">The record can't be understood.</exception>
    public static ClusterAddress Parse(StorageServer server)
    {
        var values = ReadValues(server);
        var monitors = string.IsNullOrWhiteSpace(server.AdminHost) ? null : ParseMonitors(server, server.AdminHost.Trim());
        var configuration = values.GetValueOrDefault(ConfigurationKey);
        if (monitors is not null && configuration is not null)
        {
            throw Invalid(server, "Both -AdminHost and Conf= say where the monitors are");
        }

        if (monitors is not null && server.GetAdminSecret() is null && string.IsNullOrEmpty(server.AdminUser))
        {
            throw Invalid(server, "-AdminHost is given without -Credential, and no configuration file names a keyring");
        }

        configuration ??= monitors is null ? DefaultConfiguration : null;
        if (configuration is not null && !Path.IsPathFullyQualified(configuration))
        {
            throw Invalid(server, $"'{configuration}' in ExtraInfo is not an absolute path");
        }

        return new()
        {
            Configuration = configuration,
            Monitors = monitors,
            User = ParseUser(server),
            Portals = ParsePortals(server, values.GetValueOrDefault(PortalsKey)),
            Control = ParseControl(server, values.GetValueOrDefault(ControlKey)),
        };
    }

    /// <summary>The pool that a server means.</summary>
    public static PoolName PoolOf(StorageServer server) => PoolName.TryParse(server.StorageName) ?? throw new InvalidStorageArrayException(
        string.IsNullOrEmpty(server.StorageName)
            ? $"No storage name says which pool of the cluster '{server.Name}' is."
            : $"The storage name '{server.StorageName}' is no pool of a cluster.")
    {
        ErrorId = "StorageNameMissing",
        Element = server.Name,
        Recommendation = "Give -StorageName <pool> or <pool>/<namespace>. 'ceph osd pool ls' lists the pools.",
    };

    private static Dictionary<string, string> ReadValues(StorageServer server)
    {
        var text = server.ExtraInfo ?? "";
        if (text.Any(char.IsControl))
        {
            throw Invalid(server, "ExtraInfo has a line break or another control character");
        }

        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? throw Invalid(server, $"ExtraInfo '{part}' has no '='") : part[..equals].TrimEnd();
            if (!Keys.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                throw Invalid(server, $"ExtraInfo has the unknown key '{key}'");
            }

            if (!values.TryAdd(key, part[(equals + 1)..].TrimStart()))
            {
                throw Invalid(server, $"ExtraInfo has '{key}' twice");
            }
        }

        return values;
    }

    /// <summary>What goes into a configuration file must not begin a line of its own there.</summary>
    private static string ParseMonitors(StorageServer server, string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or ',' or '[' or ']' or '-' or '_' or '/' or ' ')
            ? text
            : throw Invalid(server, $"'{Printable(text)}' is no list of monitors");

    private static string ParseUser(StorageServer server)
    {
        var user = string.IsNullOrEmpty(server.AdminUser) ? DefaultUser : server.AdminUser;
        user = user.StartsWith(UserPrefix, StringComparison.Ordinal) ? user[UserPrefix.Length..] : user;
        return user.Length > 0 && user.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
            ? user
            : throw Invalid(server, $"'{Printable(user)}' is no name of a cephx user");
    }

    private static ValueList<Portal> ParsePortals(StorageServer server, string? text)
    {
        if (text is null)
        {
            return [];
        }

        RequireIscsi(server, PortalsKey);
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0
            ? throw Invalid(server, "ExtraInfo names no portal after 'Portals='")
            : parts.Select(part => Portal.TryParse(part) ?? throw Invalid(server, $"'{part}' in ExtraInfo is no portal; a portal is an IP address and a port"))
                .Distinct().ToValueList();
    }

    private static TgtControlAddress ParseControl(StorageServer server, string? text)
    {
        if (text is null)
        {
            return TgtControlAddress.Default;
        }

        RequireIscsi(server, ControlKey);
        return TgtControlAddress.TryParse(text)
            ?? throw Invalid(server, $"'{text}' in ExtraInfo is no control port (0 to 32767) and no absolute path of a socket of at most 107 bytes");
    }

    private static void RequireIscsi(StorageServer server, string key)
    {
        if (server.StorageType != StorageType.iSCSI)
        {
            throw Invalid(server, $"ExtraInfo has {key}=, which is for storage of type iSCSI, and this server is of type {server.StorageType}");
        }
    }

    private static string Printable(string text) => new StringBuilder().AppendJoin("", text.Select(c => char.IsControl(c) ? '\u2423' : c)).ToString();

    private static InvalidStorageArrayException Invalid(StorageServer server, string reason) => new($"{reason}. {Help}")
    {
        ErrorId = "ExtraInfoInvalid",
        Element = server.Name,
        Recommendation = Help,
    };
}
