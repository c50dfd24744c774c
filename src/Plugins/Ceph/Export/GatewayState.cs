using System.Text.Json;
using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Targets;
using StorageConnect.Plugins.Ceph.Naming;

namespace StorageConnect.Plugins.Ceph.Export;

/// <summary>
/// What is this machine's own about the export of a pool: its daemon, portals and CHAP users, in a file of the user's alone. Everything else is in
/// the cluster.
/// </summary>
internal sealed class GatewayState(ClusterIdentity identity, string gateway)
{
    private const int LargestFile = 1 << 20;
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
    private readonly string _path = Path.Combine(Folder(identity), $"export-{gateway}.json");
    private readonly Lock _reading = new();
    private Content? _content;
    private (DateTime Written, long Length) _seen;

    /// <summary>The module's state folder.</summary>
    internal static string Root { get; set; } = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { } state && Path.IsPathFullyQualified(state)
            ? state
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
        "storage-connect");

    /// <summary>The file whose bytes stand for elements that a process of this machine works on.</summary>
    public static string LockFile(ClusterIdentity identity) => Path.Combine(Folder(identity), "locks");

    public ExportSettings? ReadSettings() => Read() is not { } content
        ? null
        : new(content.Control, content.Portals.Select(Portal.TryParse).OfType<Portal>().ToValueList()) { Name = content.Name, Daemon = content.Daemon };

    public IReadOnlyList<ChapAccount> ReadAccounts() =>
        [.. (Read()?.Accounts ?? []).Select(account => new ChapAccount(new(account.User, account.Outgoing), account.Secret, account.Daemon))];

    public void Save(ExportSettings settings, IReadOnlyList<ChapAccount> accounts) => Write(new(
        settings.Control,
        [.. settings.Portals.Select(portal => portal.ToString())],
        settings.Name,
        settings.Daemon,
        [.. accounts.Select(account => new Account(account.Name.User, account.Name.Outgoing, account.GetSecret(), account.Daemon))]));

    public void SaveDaemon(string? daemon)
    {
        if (Read() is { } content)
        {
            Write(content with { Daemon = daemon, Accounts = [.. content.Accounts.Select(account => account with { Daemon = daemon })] });
        }
    }

    private static string Folder(ClusterIdentity identity)
    {
        var folder = Path.Combine(Root, "ceph", identity.Uuid[..16]);
        PrivateFile.CreateMissingFolders(folder);
        return folder;
    }

    /// <summary>The file's content. Other processes may have written it since.</summary>
    private Content? Read()
    {
        lock (_reading)
        {
            var file = new FileInfo(_path);
            if (!file.Exists)
            {
                return _content = null;
            }

            if (_content is null || _seen != (file.LastWriteTimeUtc, file.Length))
            {
                _seen = (file.LastWriteTimeUtc, file.Length);
                _content = Parse();
            }

            return _content;
        }
    }

    private Content? Parse()
    {
        try
        {
            return JsonSerializer.Deserialize<Content>(PrivateFile.Read(_path, LargestFile), Options);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw PluginError.DataCorrupt(_path, $"The file {_path} can't be read: {e.Message}",
                "Remove it, and register the server again: it is made anew. Nothing of the cluster is in it.", e, "ExportSettingsDamaged");
        }
    }

    private void Write(Content content)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(content, Options);
        try
        {
            PrivateFile.Write(_path, bytes);
        }
        finally
        {
            Array.Clear(bytes);
        }

        lock (_reading)
        {
            _content = null;
        }
    }

    private sealed record Content(string Control, IReadOnlyList<string> Portals, string Name, string? Daemon, IReadOnlyList<Account> Accounts);

    private sealed record Account(string User, bool Outgoing, string Secret, string? Daemon);
}
