using System.Text;
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
    private ServerList _list = ServerList.Empty;

    public string Path => path;

    /// <summary>The servers as the file has them now.</summary>
    /// <exception cref="DataCorruptException">The file can't be used, or none of its entries.</exception>
    public ServerList Read()
    {
        lock (_lock)
        {
            var file = new FileInfo(Guarded(() => PrivateFile.Resolve(path)));
            (DateTime LastWriteTimeUtc, long Length) now = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            if (now != _seen || !file.Exists)
            {
                _list = Parse();
                // A file written a moment ago can be written again without a change of its time: read it again next time.
                _seen = DateTime.UtcNow - now.LastWriteTimeUtc < TimeSpan.FromSeconds(2) ? null : now;
            }

            return DemandUsable(_list);
        }
    }

    /// <summary>Changes the list under a lock between processes. Nothing is written when <paramref name="change"/> throws.</summary>
    public void Change(Func<ServerList, ServerList> change) => ChangeAny(list => change(DemandUsable(list)));

    /// <summary>The same, also where no entry can be used.</summary>
    public void ChangeAny(Func<ServerList, ServerList> change)
    {
        try
        {
            PrivateFile.Locked(path, () =>
            {
                var changed = change(Parse());
                PrivateFile.Write(path, ToJson(changed));
                return changed;
            });
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw ServerErrors.ServerListNotWritable(path, e);
        }
    }

    /// <summary>The list, also where no entry can be used.</summary>
    public ServerList Parse()
    {
        // A folder in its place is an error, not an empty list. So is a link to a file that isn't there: its file system may not be mounted.
        if (!Guarded(() => PrivateFile.IsThere(path)))
        {
            return ServerList.Empty;
        }

        try
        {
            var text = WithoutByteOrderMark(Guarded(() => PrivateFile.Read(path, LargestSize)));
            var list = PlainServerList.TryRead(text, Version) is { } servers && servers.All(IsWhole) ? new(servers, []) : ParseEach(text);
            return FindTwice(list) is { } problem ? throw ServerErrors.ServerListCorrupt(path, problem) : list;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw ServerErrors.ServerListCorrupt(path, e.Message, e);
        }
    }

    private ServerList DemandUsable(ServerList list) => list is { Servers.Count: 0, Damaged: [var damaged, ..] }
        ? throw ServerErrors.ServerListCorrupt(path, $"{damaged} can't be used: {damaged.Problem}")
        : list;

    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw ServerErrors.ServerListNotReadable(path, e);
        }
    }

    // An editor may have saved it in another encoding, with the mark that says so.
    private static byte[] WithoutByteOrderMark(byte[] text)
    {
        using var reader = new StreamReader(new MemoryStream(text), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        return text is [0xEF, 0xBB, 0xBF, ..] or [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] ? Encoding.UTF8.GetBytes(reader.ReadToEnd()) : text;
    }

    /// <summary>Entry by entry: one that can't be read leaves the others usable.</summary>
    private ServerList ParseEach(byte[] text)
    {
        using var document = JsonDocument.Parse(text);
        if (document.RootElement is not { ValueKind: JsonValueKind.Object } root
            || !root.TryGetProperty("Servers", out var entries) || entries.ValueKind != JsonValueKind.Array)
        {
            throw ServerErrors.ServerListCorrupt(path, "it holds no list of servers.");
        }

        var version = root.TryGetProperty("Version", out var given) && given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var number)
            ? number
            : (int?)null;
        if (version != Version)
        {
            throw ServerErrors.ServerListCorrupt(path, $"its version is {version?.ToString(null, null) ?? "missing"}, this is for version {Version}.");
        }

        var servers = new List<RegisteredServer>();
        var damaged = new List<DamagedServer>();
        foreach (var (i, json) in entries.EnumerateArray().Index())
        {
            if (ParseEntry(json, out var problem) is { } entry)
            {
                servers.Add(entry);
            }
            else
            {
                damaged.Add(new(json.Clone(), i + 1, problem));
            }
        }

        return new(servers, damaged);
    }

    private static RegisteredServer? ParseEntry(JsonElement json, out string problem)
    {
        problem = "";
        try
        {
            var entry = json.Deserialize<RegisteredServer>(StoredJson.Options);
            if (IsWhole(entry))
            {
                return entry;
            }

            problem = "it is not whole.";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // The message of a JSON error may quote the text.
            problem = $"the value at '{(e as JsonException)?.Path ?? "$"}' is not one that this version knows.";
        }

        return null;
    }

    private static string? FindTwice(ServerList list)
    {
        var servers = list.Servers.Select(entry => entry.Server).ToList();
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

    private static byte[] ToJson(ServerList list) => JsonSerializer.SerializeToUtf8Bytes(
        new Content(Version, [.. list.Servers, .. list.Damaged.OrderBy(entry => entry.Number).Select(entry => (object)entry.Json)]), StoredJson.Options);

    private sealed record Content(int Version, IReadOnlyList<object> Servers);
}
