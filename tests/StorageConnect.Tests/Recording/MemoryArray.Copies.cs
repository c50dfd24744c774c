namespace StorageConnect.Tests.Recording;

/// <content>Snapshots and clones.</content>
public sealed partial class MemoryArray
{
    private readonly HashSet<string> _finished = [];
    private readonly HashSet<string> _changed = [];
    private readonly Dictionary<(string Snapshot, string Member), long> _sizes = [];
    private int _copies;

    public bool CanClone(StorageElement element) =>
        IsPossible(Get(element).Type == StorageElementType.Snapshot ? Abilities.SnapClone : Abilities.Clone, element)
            && HasRoom(StorageElementType.SnapClone, CloneLimit);

    public bool CanSnap(StorageElement? element) =>
        (element is null || Get(element).Type != StorageElementType.Snapshot) && IsPossible(Abilities.Snapshot, element)
            && HasRoom(StorageElementType.Snapshot, SnapLimit);

    /// <summary>This array restores any member of a snapshot alone.</summary>
    public bool CanRestore(StorageElement snapshot, StorageElement? element) =>
        Get(snapshot) is var present && (element is null || present.SourceUuids.Contains(element.Uuid));

    public StorageElement Clone(StorageElement source, StorageElement? destination, string? qos)
    {
        Require(AbilityKey.Clone);
        RequireKind(source, StorageElementType.Lun, StorageElementType.SnapClone);
        var clone = Clone(Get(source), Get(source).SizeBytes, destination, qos);
        Data?.Copy(source.Uuid, clone.Uuid);
        return MaybeLater(clone, AbilityKey.CloneIsSync);
    }

    public StorageElement CloneFromSnap(StorageElement element, StorageElement snapshot, StorageElement? destination, string? qos)
    {
        Require(AbilityKey.SnapClone);
        if (!Get(snapshot).SourceUuids.Contains(element.Uuid))
        {
            throw new InvalidRequestException($"'{element.Name}' is no member of '{snapshot.Name}'.") { ErrorId = "NoMember", Element = element.Name };
        }

        var clone = Clone(Get(snapshot), _sizes.GetValueOrDefault((snapshot.Uuid, element.Uuid), Get(snapshot).SizeBytes), destination, qos);
        Data?.Copy(MemoryArrayData.Member(snapshot.Uuid, element.Uuid), clone.Uuid);
        return MaybeLater(clone, AbilityKey.SnapCloneIsSync);
    }

    private StorageElement Clone(StorageElement from, long size, StorageElement? destination, string? qos)
    {
        CheckRoom(StorageElementType.SnapClone, CloneLimit, from);
        CheckQuality(from.Name, qos);
        return
            Make(new()
            {
                Type = StorageElementType.SnapClone,
                Name = destination?.Name ?? NextName("clone"),
                StorageServerUuid = from.StorageServerUuid,
                SizeBytes = size,
                VolumeGroupName = from.VolumeGroupName,
                ThinProvisioned = true,
                Qos = qos ?? from.Qos ?? Default,
                SourceUuids = [from.Uuid],
            });
    }

    public StorageElement Split(StorageElement clone)
    {
        Require(AbilityKey.SplitClone);
        RequireKind(clone, StorageElementType.Lun, StorageElementType.SnapClone);
        return MaybeLater(Change(clone, present => present with { Type = StorageElementType.Lun, SourceUuids = [] }), AbilityKey.SplitCloneIsSync);
    }

    public StorageElement Snap(IReadOnlyList<StorageElement> members, StorageElement? destination)
    {
        Require(AbilityKey.Snapshot);
        if (members.Count == 0)
        {
            throw new InvalidRequestException("Of what?") { ErrorId = "NoMembers" };
        }

        foreach (var member in members)
        {
            RequireKind(member, StorageElementType.Lun, StorageElementType.SnapClone);
        }

        var present = members.Select(Get).DistinctBy(member => member.Uuid).ToList();
        CheckRoom(StorageElementType.Snapshot, SnapLimit, present[0]);
        var snapshot = Make(new()
        {
            Type = StorageElementType.Snapshot,
            Name = destination?.Name ?? NextName("snapshot"),
            StorageServerUuid = present[0].StorageServerUuid,
            SizeBytes = present.Sum(member => member.SizeBytes),
            SourceUuids = present.Select(member => member.Uuid).ToValueList(),
        });
        foreach (var member in present)
        {
            lock (_gate)
            {
                _sizes[(snapshot.Uuid, member.Uuid)] = member.SizeBytes;
            }

            Data?.Copy(member.Uuid, MemoryArrayData.Member(snapshot.Uuid, member.Uuid));
        }

        return MaybeLater(snapshot, AbilityKey.SnapIsSync);
    }

    public Done Restore(StorageElement snapshot, StorageElement? element)
    {
        if (!CanRestore(snapshot, element))
        {
            throw new SnapRestoreNotSafeException($"'{element!.Name}' is no member of '{snapshot.Name}'.") { Element = element.Name };
        }

        foreach (var member in element is null ? Get(snapshot).SourceUuids : [element.Uuid])
        {
            Data?.Copy(MemoryArrayData.Member(snapshot.Uuid, member), member);
            Change(new() { Uuid = member }, present => present with { SizeBytes = _sizes.GetValueOrDefault((snapshot.Uuid, member), present.SizeBytes) });
        }

        return default;
    }

    public Done RemoveSnapshot(StorageElement snapshot)
    {
        RequireKind(snapshot, StorageElementType.Snapshot);
        return Remove(snapshot);
    }

    public IReadOnlyList<StorageElement> MadeOf(StorageElement? element, StorageElementType type)
    {
        var source = element is null ? null : Get(element).Uuid;
        return [.. Elements.Where(other => other.Type == type && (source is null || other.SourceUuids.Contains(source)))];
    }

    /// <summary>A limit, of the array or of an element that is there.</summary>
    public long LimitOf(StorageElement? element, long limit) => element is null || Get(element) is not null ? limit : 0;

    /// <summary>What getAsyncProgress answers: the next step, or the record as a synchronous call would have returned it.</summary>
    public StorageElement Progress(StorageElement record)
    {
        lock (_gate)
        {
            if (record.AsyncHandle is null)
            {
                throw new InvalidRequestException($"The record of '{record.Name}' has no handle.") { ErrorId = "NoHandle", Element = record.Name };
            }

            var isOurs = int.TryParse(record.AsyncHandle, System.Globalization.CultureInfo.InvariantCulture, out var step);
            var next = step + 1;
            if (isOurs && next < AsyncSteps.Count && !_finished.Contains(record.Uuid))
            {
                return Underway(Get(record), next);
            }

            _finished.Add(record.Uuid);
            return Get(record) with { AsyncHandle = record.AsyncHandle };
        }
    }

    /// <summary>Takes back what is being made. What is changed is so from the beginning: there is nothing to stop.</summary>
    public bool Cancel(StorageElement record)
    {
        lock (_gate)
        {
            return !_finished.Contains(record.Uuid) && !_changed.Contains(record.Uuid) && _elements.Remove(record.Uuid);
        }
    }

    private bool IsPossible(Ability ability, StorageElement? element) =>
        ability == Ability.Online || (ability == Ability.Offline
            && (element is null || Get(element) is { State: StorageElementState.Offline } or { Type: StorageElementType.Snapshot }));

    private bool HasRoom(StorageElementType type, long limit) => limit == Capabilities.Unlimited || Elements.Count(element => element.Type == type) < limit;

    private void CheckRoom(StorageElementType type, long limit, StorageElement source)
    {
        if (!HasRoom(type, limit))
        {
            throw new LimitExceededException($"There are {limit} of type {type} already.")
            {
                Element = source.Name,
                Recommendation = "Remove one that is no longer needed."
            };
        }
    }

    private StorageElement MaybeLater(StorageElement done, AbilityKey syncKey)
    {
        if (Abilities[syncKey] == Ability.Yes || AsyncSteps.Count == 0)
        {
            return done;
        }

        lock (_gate)
        {
            _finished.Remove(done.Uuid);
            if (syncKey is AbilityKey.ResizeIsSync or AbilityKey.SplitCloneIsSync)
            {
                _changed.Add(done.Uuid);
            }
        }

        return Underway(done, 0);
    }

    private StorageElement Underway(StorageElement record, int step) =>
        record with { AsyncProgress = AsyncSteps[step], AsyncHandle = step.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    private string NextName(string kind) => $"{kind}-{Interlocked.Increment(ref _copies)}";
}
