using System.Text;
using StorageConnect.PluginKit.Configuration;
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
    private const string DefaultUser = "admin";
    private const string UserPrefix = "client.";

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
        var values = ExtraInfoValues.Parse(server, Help, ConfigurationKey);
        var monitors = string.IsNullOrWhiteSpace(server.AdminHost) ? null : ParseMonitors(values, server.AdminHost.Trim());
        var configuration = values[ConfigurationKey];
        if (monitors is not null && configuration is not null)
        {
            throw values.Invalid("Both -AdminHost and Conf= say where the monitors are");
        }

        if (monitors is not null && server.GetAdminSecret() is null && string.IsNullOrEmpty(server.AdminUser))
        {
            throw values.Invalid("-AdminHost is given without -Credential, and no configuration file names a keyring");
        }

        configuration ??= monitors is null ? DefaultConfiguration : null;
        if (configuration is not null && !Path.IsPathFullyQualified(configuration))
        {
            throw values.Invalid($"'{configuration}' in ExtraInfo is not an absolute path");
        }

        return new()
        {
            Configuration = configuration,
            Monitors = monitors,
            User = ParseUser(values, server.AdminUser),
            Portals = values.ReadPortals(),
            Control = values.ReadControl(),
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

    /// <summary>What goes into a configuration file must not begin a line of its own there.</summary>
    private static string ParseMonitors(ExtraInfoValues values, string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or ',' or '[' or ']' or '-' or '_' or '/' or ' ')
            ? text
            : throw values.Invalid($"'{Printable(text)}' is no list of monitors");

    private static string ParseUser(ExtraInfoValues values, string? text)
    {
        var user = string.IsNullOrEmpty(text) ? DefaultUser : text;
        user = user.StartsWith(UserPrefix, StringComparison.Ordinal) ? user[UserPrefix.Length..] : user;
        return user.Length > 0 && user.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
            ? user
            : throw values.Invalid($"'{Printable(user)}' is no name of a cephx user");
    }

    private static string Printable(string text) => new StringBuilder().AppendJoin("", text.Select(c => char.IsControl(c) ? '\u2423' : c)).ToString();
}
