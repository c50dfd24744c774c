using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>
/// Chooses the snapshots to remove: those created before a date, and of each element all but the newest few. A snapshot without a plausible time
/// (none, or one in the future) counts as the newest, so that a wrong clock costs no snapshot.
/// </summary>
internal sealed class SnapshotRetention(DateTimeOffset? olderThan, int? keepLast, DateTimeOffset now)
{
    // The accepted difference between the clocks of arrays and hosts.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private readonly Dictionary<(string Server, string Uuid), (StorageArray Array, StorageElement Snapshot)> _asked = [];
    private readonly Dictionary<(string Server, string Uuid), StorageElement> _all = [];

    /// <summary>Warnings about the choice.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The other members of snapshots of several elements: their snapshots count, too.</summary>
    public IReadOnlyCollection<(StorageArray Array, string Member)> OtherMembers =>
        keepLast is null ? [] : [.. _asked.Values.Where(one => one.Snapshot.SourceUuids.Count > 1)
            .SelectMany(one => one.Snapshot.SourceUuids.Select(member => (one.Array, member))).Distinct()];

    /// <summary>A snapshot that may be chosen.</summary>
    public void Add(StorageArray array, StorageElement snapshot)
    {
        _asked[(array.Uuid, snapshot.Uuid)] = (array, snapshot);
        _all[(array.Uuid, snapshot.Uuid)] = snapshot;
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
        var kept = keepLast is { } count
            ? _all
                .SelectMany(one => SourcesOf(one.Value).Select(source => (Source: (one.Key.Server, source), one.Key, Snapshot: one.Value)))
                .GroupBy(one => one.Source)
                .SelectMany(ofOne => ofOne.OrderByDescending(one => AgeOf(one.Snapshot))
                    .ThenByDescending(one => one.Snapshot.Name, StringComparer.Ordinal).Take(count))
                .Select(one => one.Key)
                .ToHashSet()
            : [];
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

    // A snapshot without sources stands alone.
    private static ValueList<string> SourcesOf(StorageElement snapshot) => snapshot.SourceUuids.Count > 0 ? snapshot.SourceUuids : ["of " + snapshot.Uuid];

    private bool IsBelievable(StorageElement snapshot) => snapshot.CreatedAt is { } moment && moment <= now + Tolerance;

    private DateTimeOffset AgeOf(StorageElement snapshot) => IsBelievable(snapshot) ? snapshot.CreatedAt!.Value : DateTimeOffset.MaxValue;
}
