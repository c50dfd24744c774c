namespace StorageConnect.Tests.Recording;

/// <content>Snapshots and clones.</content>
public sealed partial class MemoryArray
{
    private int _copies;

    public bool CanClone(StorageElement element) =>
        (Get(element).Type != StorageElementType.Snapshot || Abilities.SnapClone == Ability.Online) && HasRoom(StorageElementType.SnapClone, CloneLimit);

    public bool CanSnap(StorageElement? element) =>
        Abilities.Snapshot == Ability.Online && (element is null || Get(element).Type != StorageElementType.Snapshot) && HasRoom(StorageElementType.Snapshot, SnapLimit);

    /// <summary>This array restores any member of a snapshot alone.</summary>
    public bool CanRestore(StorageElement snapshot, StorageElement? element) => element is null || Get(snapshot).SourceUuids.Contains(element.Uuid);

    public StorageElement Clone(StorageElement source, StorageElement? destination, string? qos, AbilityKey syncKey)
    {
        var from = Get(source);
        CheckRoom(StorageElementType.SnapClone, CloneLimit, from);
        return MaybeLater(
            Make(new()
            {
                Type = StorageElementType.SnapClone,
                Name = destination?.Name ?? NextName("clone"),
                StorageServerUuid = from.StorageServerUuid,
                SizeBytes = from.SizeBytes,
                VolumeGroupName = from.VolumeGroupName,
                ThinProvisioned = true,
                Qos = qos ?? from.Qos ?? DefaultQuality,
                SourceUuids = [from.Uuid],
            }),
            syncKey);
    }

    public StorageElement Split(StorageElement clone) =>
        MaybeLater(Put(Get(clone) with { Type = StorageElementType.Lun, SourceUuids = [] }), AbilityKey.SplitCloneIsSync);

    public StorageElement Snap(IReadOnlyList<StorageElement> members, StorageElement? destination)
    {
        var present = members.Select(Get).ToList();
        CheckRoom(StorageElementType.Snapshot, SnapLimit, present[0]);
        return MaybeLater(
            Make(new()
            {
                Type = StorageElementType.Snapshot,
                Name = destination?.Name ?? NextName("snapshot"),
                StorageServerUuid = present[0].StorageServerUuid,
                SizeBytes = present.Sum(member => member.SizeBytes),
                SourceUuids = present.Select(member => member.Uuid).ToValueList(),
            }),
            AbilityKey.SnapIsSync);
    }

    public Done Restore(StorageElement snapshot, StorageElement? element)
    {
        if (!CanRestore(snapshot, element))
        {
            throw new SnapRestoreNotSafeException($"'{element!.Name}' is no member of '{snapshot.Name}'.") { Element = element.Name };
        }

        return default;
    }

    public IReadOnlyList<StorageElement> MadeOf(StorageElement? element, StorageElementType type) =>
        [.. Elements.Where(other => other.Type == type && (element is null || other.SourceUuids.Contains(element.Uuid)))];

    /// <summary>What getAsyncProgress answers: the next step, or the record as a synchronous call would have returned it.</summary>
    public StorageElement Progress(StorageElement record)
    {
        var next = int.Parse(record.AsyncHandle!, System.Globalization.CultureInfo.InvariantCulture) + 1;
        return next < AsyncSteps.Count ? Underway(Get(record), next) : Get(record) with { AsyncHandle = record.AsyncHandle };
    }

    /// <summary>Takes back what is being made.</summary>
    public bool Cancel(StorageElement record)
    {
        lock (_gate)
        {
            return _elements.Remove(record.Uuid);
        }
    }

    private bool HasRoom(StorageElementType type, long limit) => limit == Capabilities.Unlimited || Elements.Count(element => element.Type == type) < limit;

    private void CheckRoom(StorageElementType type, long limit, StorageElement source)
    {
        if (!HasRoom(type, limit))
        {
            throw new LimitExceededException($"There are {limit} of type {type} already.") { Element = source.Name, Recommendation = "Remove one that is no longer needed." };
        }
    }

    private StorageElement MaybeLater(StorageElement done, AbilityKey syncKey) =>
        Abilities[syncKey] == Ability.Yes || AsyncSteps.Count == 0 ? done : Underway(done, 0);

    private StorageElement Underway(StorageElement record, int step) =>
        record with { AsyncProgress = AsyncSteps[step], AsyncHandle = step.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    private string NextName(string kind) => $"{kind}-{Interlocked.Increment(ref _copies)}";
}
