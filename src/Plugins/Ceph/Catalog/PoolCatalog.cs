using System.Globalization;
using System.Text.Json;
using StorageConnect.Plugins.Ceph.Naming;

namespace StorageConnect.Plugins.Ceph.Catalog;

/// <summary>
/// What StorageConnect knows about a pool and the cluster doesn't, as it was read at one moment. It lies in the pool itself, as notes
/// (image-meta) of one small image, so that every machine has the same. Keys begin with <c>osc.</c> and a kind; most have an image's id,
/// which stays when the image is renamed.
/// </summary>
internal sealed class PoolCatalog(IReadOnlyDictionary<string, string> notes)
{
    public const string ImageKind = "osc.image.";
    public const string SnapshotKind = "osc.snap.";
    public const string MultiKind = "osc.multi.";
    public const string PresentationKind = "osc.present.";
    public const string GroupKind = "osc.group.";
    public const string EntryKind = "osc.entry.";
    public const string MarkKind = "osc.mark.";
    public const string IntentKind = "osc.intent.";
    public const string SplitKind = "osc.split.";
    public const string NameKind = "osc.name.";
    public const string QosKind = "osc.qos.";
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>All keys with their values.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; } = notes;

    public static string Write<T>(T entry) => JsonSerializer.Serialize(entry, Options);

    public ImageEntry? Image(string id) => Read<ImageEntry>(ImageKind + id);

    public SplitEntry? Split(string image) => Read<SplitEntry>(SplitKind + image);

    public IEnumerable<(string Image, SplitEntry Entry)> Splits() => All<SplitEntry>(SplitKind);

    public SnapshotEntry? Snapshot(string image, ulong snapshot) => Read<SnapshotEntry>(SnapshotKey(image, snapshot));

    public PresentationEntry? Presentation(string image) => Read<PresentationEntry>(PresentationKind + image);

    public MultiEntry? Multi(string uuid) => Read<MultiEntry>(MultiKind + uuid);

    /// <summary>The element's name of an image whose own name couldn't be that.</summary>
    public string? Name(string imageName) => Read<string>(NameKind + imageName);

    /// <summary>The element's name of an image.</summary>
    public string NameOf(string imageName) => ImageNames.IsMade(imageName) ? Name(imageName) ?? imageName : imageName;

    /// <summary>The notes on snapshots, also on those that are gone.</summary>
    public IEnumerable<(string Image, ulong Snapshot, SnapshotEntry Entry)> Snapshots()
    {
        foreach (var (key, entry) in All<SnapshotEntry>(SnapshotKind))
        {
            var dot = key.LastIndexOf('.');
            if (dot > 0 && ulong.TryParse(key.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var snapshot))
            {
                yield return (key[..dot], snapshot, entry);
            }
        }
    }

    public IEnumerable<(string Uuid, MultiEntry Entry)> Multis() => All<MultiEntry>(MultiKind);

    public IEnumerable<(string Image, PresentationEntry Entry)> Presentations() => All<PresentationEntry>(PresentationKind);

    public IEnumerable<(string Id, IntentEntry Entry)> Intents() => All<IntentEntry>(IntentKind);

    public IntentEntry? Intent(string id) => Read<IntentEntry>(IntentKind + id);

    public IEnumerable<(string Id, GroupEntry Entry)> Groups() => All<GroupEntry>(GroupKind);

    /// <summary>The named sets of limits that administrators defined.</summary>
    public IEnumerable<(string Name, string Limits)> QosSets() =>
        Keys(QosKind).Select(key => (key[QosKind.Length..], Notes[key]));

    /// <summary>The mark of a key.</summary>
    public MarkEntry? Mark(string key) => Read<MarkEntry>(key);

    /// <summary>A gateway's marks.</summary>
    public IEnumerable<(string Id, MarkEntry Entry)> Marks(string gateway) => All<MarkEntry>($"{MarkKind}{gateway}.");

    /// <summary>The initiators of a group, in order.</summary>
    public ValueList<string> Entries(string group)
    {
        var kind = $"{EntryKind}{group}.";
        return Keys(kind).Select(key => key[kind.Length..]).Order(StringComparer.Ordinal).ToValueList();
    }

    /// <summary>The id of a group by its name; null when there is none.</summary>
    public string? GroupId(string name) => Groups().Where(group => group.Entry.Name == name).Select(group => group.Id).FirstOrDefault();

    /// <summary>The groups in the order of their names.</summary>
    public List<AccessGroup> AccessGroups() =>
    [
        .. Groups().Select(group => new AccessGroup { Name = group.Entry.Name, Entries = Entries(group.Id) })
            .OrderBy(group => group.Name, StringComparer.Ordinal),
    ];

    public static string SnapshotKey(string image, ulong snapshot) => FormattableString.Invariant($"{SnapshotKind}{image}.{snapshot}");

    private IEnumerable<string> Keys(string kind) => Notes.Keys.Where(key => key.StartsWith(kind, StringComparison.Ordinal));

    private IEnumerable<(string Id, T Entry)> All<T>(string kind)
        where T : class =>
        Keys(kind).Select(key => (key[kind.Length..], Read<T>(key))).Where(row => row.Item2 is not null).Select(row => (row.Item1, row.Item2!));

    /// <summary>A value that can't be read counts as missing: the image itself is whole.</summary>
    private T? Read<T>(string key)
        where T : class
    {
        if (!Notes.TryGetValue(key, out var text))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<T>(text, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
