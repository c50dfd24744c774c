using System.Text.Json;

namespace StorageConnect.Engine.Servers;

/// <summary>The file of registered servers: read again when another process changed it, replaced whole when this one does.</summary>
internal sealed class ServerFile(string path)
{
    private const int Version = 1;

    private readonly Lock _gate = new();

    // What the file was when it was read; null: look again.
    private (DateTime LastWriteTimeUtc, long Length)? _seen;
    private IReadOnlyList<RegisteredServer> _servers = [];

    public string Path => path;

    /// <summary>The servers as the file has them now.</summary>
    public IReadOnlyList<RegisteredServer> Read()
    {
        lock (_gate)
        {
            var file = new FileInfo(path);
            (DateTime LastWriteTimeUtc, long Length) now = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            if (now != _seen)
            {
                _servers = file.Exists ? Parse() : [];
                // A file written a moment ago can be written again without its time changing: look again next time.
                _seen = DateTime.UtcNow - now.LastWriteTimeUtc < TimeSpan.FromSeconds(2) ? null : now;
            }

            return _servers;
        }
    }

    /// <summary>Changes the list, alone among all processes. Nothing is written when <paramref name="change"/> throws.</summary>
    public void Change(Func<IReadOnlyList<RegisteredServer>, IReadOnlyList<RegisteredServer>> change)
    {
        try
        {
            PrivateFile.Locked(path, () =>
            {
                var changed = change(File.Exists(path) ? Parse() : []);
                PrivateFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(new Content(Version, changed), StoredJson.Options));
                return changed;
            });
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw ServerErrors.ServerListNotWritable(path, e);
        }
    }

    private IReadOnlyList<RegisteredServer> Parse()
    {
        try
        {
            var content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), StoredJson.Options);
            return content is { Version: Version, Servers: { } servers } && servers.All(IsWhole)
                ? servers
                : throw new JsonException(content is { Version: not Version }
                    ? $"its version is {content.Version}, this is for version {Version}."
                    : "an entry is not whole.");
        }
        catch (JsonException e)
        {
            throw ServerErrors.ServerListCorrupt(path, e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw ServerErrors.ServerListNotReadable(path, e);
        }
    }

    // Nullable or not, JSON can leave anything out.
    private static bool IsWhole(RegisteredServer? entry) =>
        entry is
        {
            PluginClass: not null, Revision: not null,
            Server: { Uuid.Length: > 0, Name.Length: > 0, PluginName: not null, PluginVersion: not null } server
        }
        && server.AccessContexts.All(context => context is { Host: not null })
        && server.AccessGroups.All(group => group is { Name: not null });

    private sealed record Content(int Version, IReadOnlyList<RegisteredServer> Servers);
}
