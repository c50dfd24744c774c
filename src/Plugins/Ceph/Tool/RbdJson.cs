using System.Globalization;
using System.Text.Json;

namespace StorageConnect.Plugins.Ceph.Tool;

/// <summary>Reads what <c>rbd</c> and <c>ceph</c> print as JSON. Its form is uneven: flags are texts, times have no zone, an empty map is nothing.</summary>
internal static class RbdJson
{
    private const string TimeFormat = "ddd MMM d HH:mm:ss yyyy";

    public static Image Image(string text)
    {
        using var json = JsonDocument.Parse(text);
        var image = json.RootElement;
        return ReadImage(image, Text(image, "name")) with
        {
            Created = Time(image, "create_timestamp"),
            Features = Texts(image, "features"),
            Flags = Texts(image, "flags"),
        };
    }

    public static ImageListing Listing(string text)
    {
        using var json = JsonDocument.Parse(text);
        var images = new List<Image>();
        var snapshots = new List<ImageSnapshot>();
        foreach (var entry in json.RootElement.EnumerateArray())
        {
            var name = Text(entry, "image");
            if (entry.TryGetProperty("snapshot", out var snapshot))
            {
                snapshots.Add(new(Text(entry, "id"), name, entry.GetProperty("snapshot_id").GetUInt64(), snapshot.GetString()!,
                    entry.GetProperty("size").GetInt64(), SnapshotKind.User)
                { IsProtected = Flag(entry, "protected") });
            }
            else
            {
                images.Add(ReadImage(entry, name));
            }
        }

        return new(images, snapshots);
    }

    public static List<ImageSnapshot> Snapshots(string text, Image image)
    {
        using var json = JsonDocument.Parse(text);
        return
        [
            .. json.RootElement.EnumerateArray().Select(entry =>
            {
                var space = entry.TryGetProperty("namespace", out var value) ? value : default;
                return new ImageSnapshot(image.Id, image.Name, entry.GetProperty("id").GetUInt64(), Text(entry, "name"), entry.GetProperty("size").GetInt64(),
                    Kind(space))
                {
                    Created = Time(entry, "timestamp"),
                    IsProtected = Flag(entry, "protected"),
                    Group = space.ValueKind == JsonValueKind.Object && space.TryGetProperty("group", out var group) ? group.GetString() : null,
                };
            }),
        ];
    }

    /// <summary>Of <c>rbd status</c>.</summary>
    public static List<Watcher> Watchers(string text)
    {
        using var json = JsonDocument.Parse(text);
        return [.. Entries(json.RootElement.GetProperty("watchers"))
            .Select(entry => new Watcher(Text(entry, "address"), entry.GetProperty("client").GetUInt64()))];
    }

    /// <summary>The full names of clones, of <c>rbd children</c>.</summary>
    public static List<string> Children(string text)
    {
        using var json = JsonDocument.Parse(text);
        return
        [
            .. json.RootElement.EnumerateArray().Select(entry => string.Join('/',
                new[] { Text(entry, "pool"), Text(entry, "pool_namespace"), Text(entry, "image") }.Where(part => part.Length > 0))),
        ];
    }

    /// <summary>Keys with values; what prints nothing has none.</summary>
    public static Dictionary<string, string> Map(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new(StringComparer.Ordinal);
        }

        using var json = JsonDocument.Parse(text);
        return json.RootElement.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString() ?? "", StringComparer.Ordinal);
    }

    /// <summary>Of <c>ceph health detail</c>: whether the pool takes no more data. A full OSD makes all pools full.</summary>
    public static bool IsFull(string text, string pool)
    {
        using var health = JsonDocument.Parse(text);
        return health.RootElement.TryGetProperty("checks", out var checks)
            && checks.ValueKind == JsonValueKind.Object
            && (checks.TryGetProperty("OSD_FULL", out _)
                || (checks.TryGetProperty("POOL_FULL", out var full)
                    && full.TryGetProperty("detail", out var detail)
                    && detail.EnumerateArray().Any(entry => Text(entry, "message").Contains($"'{pool}' is full", StringComparison.Ordinal))));
    }

    /// <summary>Of <c>rados lock info</c>.</summary>
    public static (string Client, string Cookie)? LockHolder(string text)
    {
        using var json = JsonDocument.Parse(text);
        var holder = json.RootElement.GetProperty("lockers").EnumerateArray().FirstOrDefault();
        return holder.ValueKind == JsonValueKind.Object ? (Text(holder, "name"), Text(holder, "cookie")) : null;
    }

    public static List<string> Names(string text)
    {
        using var json = JsonDocument.Parse(text);
        return [.. json.RootElement.EnumerateArray().Select(entry => entry.GetString()!)];
    }

    /// <summary>A text, or nothing where the field is missing.</summary>
    public static string Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static List<string> Texts(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var values) ? [.. values.EnumerateArray().Select(value => value.GetString()!)] : [];

    private static Image ReadImage(JsonElement entry, string name)
    {
        ImageParent? parent = null;
        if (entry.TryGetProperty("parent", out var found))
        {
            var space = Text(found, "pool_namespace");
            parent = new(space.Length == 0 ? Text(found, "pool") : $"{Text(found, "pool")}/{space}", Text(found, "image"), Text(found, "snapshot"))
            {
                ImageId = Text(found, "id") is { Length: > 0 } id ? id : null,
            };
        }

        return new(Text(entry, "id"), name, entry.GetProperty("size").GetInt64(), parent);
    }

    private static SnapshotKind Kind(JsonElement space) => space.ValueKind != JsonValueKind.Object
        ? SnapshotKind.User
        : Text(space, "type") switch
        {
            "user" => SnapshotKind.User,
            "group" => SnapshotKind.Group,
            "trash" => SnapshotKind.Trash,
            _ => SnapshotKind.Other,
        };

    private static bool Flag(JsonElement entry, string name) => entry.TryGetProperty(name, out var value)
        && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && value.GetString() == "true"));

    /// <summary>A list, which releases write as an array or as an object of numbered entries.</summary>
    private static IEnumerable<JsonElement> Entries(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : list.EnumerateObject().Select(entry => entry.Value);

    /// <summary>A time as C writes it, in UTC because the tool runs with TZ=UTC.</summary>
    private static DateTimeOffset? Time(JsonElement entry, string name) =>
        DateTimeOffset.TryParseExact(Text(entry, name), TimeFormat, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite, out var time) ? time : null;
}
