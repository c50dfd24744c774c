using System.Text.Json;
using StorageConnect.Engine.Errors;
using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Servers;

/// <summary>The file of registered servers. It is read again when another process changed it, and replaced as a whole.</summary>
internal sealed class ServerFile(string path)
{
    private const int Version = 1;

    // Far more than any list of servers.
    private const int LargestSize = 16 << 20;

    private readonly Lock _lock = new();

    // Time and length of the file when it was read; null: read it again.
    private (DateTime LastWriteTimeUtc, long Length)? _seen;
    private IReadOnlyList<RegisteredServer> _servers = [];

    public string Path => path;

    /// <summary>The servers as the file has them now.</summary>
    public IReadOnlyList<RegisteredServer> Read()
    {
        lock (_lock)
        {
            var file = new FileInfo(path);
            (DateTime LastWriteTimeUtc, long Length) now = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            if (now != _seen || !file.Exists)
            {
                _servers = IsThere() ? Parse() : [];
                // A file written a moment ago can be written again without a change of its time: read it again next time.
                _seen = DateTime.UtcNow - now.LastWriteTimeUtc < TimeSpan.FromSeconds(2) ? null : now;
            }

            return _servers;
        }
    }

    /// <summary>Changes the list under a lock between processes. Nothing is written when <paramref name="change"/> throws.</summary>
    public void Change(Func<IReadOnlyList<RegisteredServer>, IReadOnlyList<RegisteredServer>> change)
    {
        try
        {
            PrivateFile.Locked(path, () =>
            {
                var changed = change(IsThere() ? Parse() : []);
                PrivateFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(new Content(Version, changed), StoredJson.Options));
                return changed;
            });
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw ServerErrors.ServerListNotWritable(path, e);
        }
    }

    // A folder in its place is an error, not an empty list.
    private bool IsThere() => File.Exists(path) || Directory.Exists(path);

    private IReadOnlyList<RegisteredServer> Parse()
    {
        try
        {
            var text = PrivateFile.Read(path, LargestSize);
            var content = PlainServerList.TryRead(text, Version) is { } servers
                ? new Content(Version, servers)
                : JsonSerializer.Deserialize<Content>(text, StoredJson.Options);
            return FindProblem(content) is { } problem ? throw ServerErrors.ServerListCorrupt(path, problem) : content!.Servers;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw ServerErrors.ServerListCorrupt(path, e.Message, e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw ServerErrors.ServerListNotReadable(path, e);
        }
    }

    private static string? FindProblem(Content? content)
    {
        if (content is null or { Servers: null })
        {
            return "it holds no list of servers.";
        }

        if (content.Version != Version)
        {
            return $"its version is {content.Version}, this is for version {Version}.";
        }

        if (!content.Servers.All(IsWhole))
        {
            return "an entry is not whole.";
        }

        var servers = content.Servers.Select(entry => entry.Server).ToList();
        return FindTwice(servers.Select(server => server.Name), StringComparer.OrdinalIgnoreCase) is { } name ? $"it has two servers named '{name}'."
            : FindTwice(servers.Select(server => server.Uuid), StringComparer.Ordinal) is { } uuid ? $"it has two servers with the Uuid '{uuid}'."
            : null;
    }

    private static string? FindTwice(IEnumerable<string> texts, StringComparer comparer) =>
        texts.GroupBy(text => text, comparer).FirstOrDefault(group => group.Skip(1).Any())?.Key;

    // JSON can omit any field, nullable or not.
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
