using System.Text.Json;

namespace StorageConnect.Host.Multipath;

/// <summary>A map as multipathd reports it.</summary>
/// <param name="Name">Its name in <c>/dev/mapper</c>.</param>
/// <param name="Wwid">The identity of what it leads to.</param>
/// <param name="Paths">Its paths, of all path groups.</param>
internal sealed record MultipathMap(string Name, string Wwid, IReadOnlyList<MultipathPath> Paths)
{
    /// <summary>True when I/O without a path is queued forever, instead of for a number of checks.</summary>
    public bool QueuesForever { get; private init; }

    /// <summary>Reads the answer to <c>show maps json</c> or <c>show map … json</c>.</summary>
    /// <returns>Null when it is not multipathd's JSON: a refusal such as <c>fail</c>.</returns>
    public static IReadOnlyList<MultipathMap>? TryParse(string reply)
    {
        try
        {
            using var document = JsonDocument.Parse(reply);
            var root = document.RootElement;
            return root.ValueKind is not JsonValueKind.Object ? null
                : root.TryGetProperty("maps", out var maps) ? [.. maps.EnumerateArray().Select(Read)]
                : root.TryGetProperty("map", out var map) ? [Read(map)]
                : []; // without maps the object is empty
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static MultipathMap Read(JsonElement map) => new(Text(map, "name"), Text(map, "uuid"),
    [
        .. Items(map, "path_groups").SelectMany(group => Items(group, "paths")).Select(path =>
            new MultipathPath(Text(path, "dev"), Text(path, "dm_st"), Text(path, "chk_st"), Text(path, "dev_st")))
    ])
    {
        QueuesForever = Text(map, "queueing") is "on",
    };

    private static JsonElement.ArrayEnumerator Items(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array ? list.EnumerateArray() : default;

    private static string Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? value.ToString() : "";
}
