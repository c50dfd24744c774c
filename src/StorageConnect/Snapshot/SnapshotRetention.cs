using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>
/// Chooses the snapshots to remove: those created before a date, and of each element all but the newest few. A snapshot without a plausible time
/// (none, or one in the future) counts as the newest, so that a wrong clock costs no snapshot.
/// </summary>
internal sealed class SnapshotRetention(DateTimeOffset? olderThan, int? keepLast, DateTimeOffset now)
{
    private readonly Dictionary<(string Server, string Uuid), (StorageArray Array, StorageElement Snapshot)> _asked = [];
    private readonly Dictionary<(string Server, string Uuid), StorageElement> _given = [];
    private readonly Dictionary<(string Server, string Uuid), StorageElement> _all = [];

    /// <summary>Warnings about the choice.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The other members of an element's snapshots of several elements: their snapshots count, too.</summary>
    public IReadOnlyCollection<(StorageArray Array, string Member)> OtherMembers =>
        keepLast is null ? [] : [.. _asked.Where(one => one.Value.Snapshot.SourceUuids.Count > 1 && !_given.ContainsKey(one.Key))
            .SelectMany(one => one.Value.Snapshot.SourceUuids.Select(member => (one.Value.Array, member))).Distinct()];

    /// <summary>A snapshot that may be chosen.</summary>
    /// <param name="array">The array.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="isOfElement">It was listed as one of an element; false for a snapshot given by itself.</param>
    public void Add(StorageArray array, StorageElement snapshot, bool isOfElement)
    {
        var key = (array.Uuid, snapshot.Uuid);
        _asked[key] = (array, snapshot);
        _all[key] = snapshot;
        if (!isOfElement)
        {
            _given[key] = snapshot;
        }
    }

    /// <summary>Snapshots that count but are not chosen.</summary>
    public void AddBeside(StorageArray array, IEnumerable<StorageElement> snapshots)
    {
        foreach (var snapshot in snapshots)
        {
            _all.TryAdd((array.Uuid, snapshot.Uuid), snapshot);
        }
    }

    /// <summary>The snapshots to remove, the oldest first.</summary>
    public IReadOnlyList<StorageElement> Choose()
    {
        // The given ones are counted among themselves, too: snapshots that nobody gave take the place of none.
        var kept = keepLast is { } count ? Newest(_all, count).Concat(Newest(_given, count)).ToHashSet() : [];
        foreach (var (_, snapshot) in _asked.Values.Where(one => !IsBelievable(one.Snapshot)))
        {
            Warnings.Add(snapshot.CreatedAt is { } moment
                ? $"The snapshot '{snapshot.Name}' ({snapshot.StorageServerName}) is dated {moment:u}, which is in the future. It counts as the newest."
                : $"The array does not report when the snapshot '{snapshot.Name}' ({snapshot.StorageServerName}) was created. It counts as the newest.");
        }

        return
        [
            .. _asked
                .Where(one => !kept.Contains(one.Key) && (olderThan is not { } moment || AgeOf(one.Value.Snapshot) < moment))
                .Select(one => one.Value.Snapshot)
                .OrderBy(AgeOf).ThenBy(snapshot => snapshot.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The newest few of each element.</summary>
    private IEnumerable<(string Server, string Uuid)> Newest(Dictionary<(string Server, string Uuid), StorageElement> snapshots, int count) => snapshots
        .SelectMany(one => SourcesOf(one.Value).Select(source => (Source: (one.Key.Server, source), one.Key, Snapshot: one.Value)))
        .GroupBy(one => one.Source)
        .SelectMany(ofOne => ofOne.OrderByDescending(one => AgeOf(one.Snapshot))
            .ThenByDescending(one => one.Snapshot.Name, StringComparer.Ordinal).Take(count))
        .Select(one => one.Key);

    // A snapshot without sources stands alone.
    private static ValueList<string> SourcesOf(StorageElement snapshot) => snapshot.SourceUuids.Count > 0 ? snapshot.SourceUuids : ["of " + snapshot.Uuid];

    private bool IsBelievable(StorageElement snapshot) => snapshot.CreatedAt is { } moment && moment <= now + MomentAttribute.Tolerance;

    private DateTimeOffset AgeOf(StorageElement snapshot) => IsBelievable(snapshot) ? snapshot.CreatedAt!.Value : DateTimeOffset.MaxValue;
}
