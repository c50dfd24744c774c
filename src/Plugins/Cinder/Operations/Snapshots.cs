using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>Makes, restores and removes snapshots.</summary>
internal sealed class Snapshots(CinderArray array)
{
    private const string ConsistentKey = "consistent_group_snapshot_enabled";
    private readonly SnapshotFinder _finder = new(array);

    private CinderApi Api => array.Api;

    /// <summary>Begins a snapshot of one volume.</summary>
    public async Task<StorageElement> CreateAsync(StorageElement element, StorageElement? destination, CancellationToken cancellationToken)
    {
        var volume = await array.RequireVolumeAsync(element, cancellationToken);
        if (volume.Status is not ("available" or "in-use"))
        {
            // While it is restored, for example, it has neither the old data nor the new.
            throw CinderErrors.ElementBusy(volume.DisplayName, volume.Status, "a snapshot can be taken only while it is available or in use");
        }

        var name = destination?.Name ?? VolumeCreator.NewName("snap", volume.DisplayName);
        var map = await array.GetMapAsync(cancellationToken);
        var (snapshot, since) = await array.Register.ChangeAsync(
            async _ =>
            {
                await new VolumeCreator(array).DemandFreeAsync(name, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                using var committed = new CommittedRequest(cancellationToken);
                return await PostAsync(volume, name, committed.Token);
            },
            cancellationToken);
        var handle = new OperationHandle(OperationKind.Snapshot, snapshot.Id, snapshot.Size, since);
        Outcome.Begin(snapshot.Id);
        return map.ToElement(snapshot) with { AsyncProgress = -1, AsyncHandle = handle.ToString() };
    }

    /// <summary>Begins a snapshot of all members of a group, where the back-end takes it at one instant.</summary>
    public async Task<StorageElement> CreateAsync(IReadOnlyList<StorageElement> elements, StorageElement? destination, CancellationToken cancellationToken)
    {
        var volumes = new List<Volume>();
        foreach (var element in elements)
        {
            volumes.Add(await array.RequireVolumeAsync(element, cancellationToken));
        }

        var group = await FindConsistentGroupAsync(volumes, cancellationToken);
        var name = destination?.Name ?? VolumeCreator.NewName("snap", group.Name ?? group.Id);
        await new VolumeCreator(array).DemandFreeAsync(name, cancellationToken);
        var map = await array.GetMapAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        using var committed = new CommittedRequest(cancellationToken);
        var snapshot = await PostAsync(group, name, committed.Token);
        var handle = new OperationHandle(OperationKind.GroupSnapshot, snapshot.Id, 0, null);
        Outcome.Begin(snapshot.Id);
        return map.ToElement(
            snapshot with { Name = name },
            [.. volumes.Select(volume => new Snapshot { VolumeId = volume.Id, Size = volume.Size })]) with
        {
            AsyncProgress = -1,
            AsyncHandle = handle.ToString(),
        };
    }

    /// <summary>The reason why a restore is not possible now; null when it is.</summary>
    public async Task<StorageConnectException?> FindObstacleAsync(StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken)
    {
        var (_, obstacle) = await PlanRestoreAsync(snapshot, element, cancellationToken);
        return obstacle;
    }

    /// <summary>Rolls a volume back to its newest snapshot, and waits for it.</summary>
    public async Task RestoreAsync(StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken)
    {
        var (plan, obstacle) = await PlanRestoreAsync(snapshot, element, cancellationToken);
        if (obstacle is not null)
        {
            throw obstacle;
        }

        var (volume, frozen) = plan!.Value;
        var since = await Api.RevertAsync(volume, frozen.Id, cancellationToken);
        var after = await Polling.UntilAsync(volume.DisplayName, Polling.SynchronousTime, async () =>
        {
            var now = await Api.GetVolumeAsync(volume.Id, volume.DisplayName, cancellationToken);
            return (now.Status is "reverting" ? null : now, now.Status);
        }, cancellationToken);

        // There is no value to read back. A revert that failed leaves an error; in any status in which it is served it was done, and others were as fast as
        // to attach it or back it up. What the service says about something else of the same second is not about the revert.
        if (!ElementMap.IsServed(after.Status))
        {
            throw CinderErrors.OperationFailed(volume.DisplayName, "restored", $"it is {after.Status}",
                await array.Outcome.FindReasonAsync(volume.Id, since, cancellationToken));
        }

        if (await array.Outcome.FindMessageAsync(volume.Id, since, "revert", cancellationToken) is { } complaint)
        {
            throw CinderErrors.OperationFailed(volume.DisplayName, "restored", $"it is {after.Status}", complaint.UserMessage);
        }
    }

    /// <summary>Removes a snapshot, and waits until it is gone.</summary>
    public async Task RemoveAsync(StorageElement snapshot, CancellationToken cancellationToken)
    {
        var (isGroup, members) = await _finder.FindAsync(snapshot, cancellationToken);
        if (isGroup)
        {
            var id = Ids.ToId(snapshot.Uuid);
            var asked = await Api.DeleteGroupSnapshotAsync(id, snapshot.Name, cancellationToken);
            await array.Outcome.AwaitGroupSnapshotGoneAsync(id, snapshot.Name, asked, cancellationToken);
            return;
        }

        var single = members[0];
        if (single.GroupSnapshotId is not null)
        {
            throw CinderErrors.OfGroupSnapshot(single.DisplayName);
        }

        var since = single.Status is "deleting" ? ApiTime.Parse(single.UpdatedAt) : await Api.DeleteSnapshotAsync(single, cancellationToken);
        await array.Outcome.AwaitSnapshotGoneAsync(single, since, cancellationToken);
    }

    private async Task<(Snapshot Snapshot, DateTimeOffset? At)> PostAsync(Volume volume, string name, CancellationToken cancellationToken)
    {
        var request = Guid.NewGuid().ToString("n");
        try
        {
            return await Api.CreateSnapshotAsync(volume, name, new Dictionary<string, string> { [LostAnswer.MarkKey] = request }, cancellationToken);
        }
        catch (ArrayUnreachableException e)
        {
            var lost = await LostAnswer.FindAsync(
                async () => (await Api.FindSnapshotsAsync(name, cancellationToken))
                    .FirstOrDefault(one => one.Metadata.GetValueOrDefault(LostAnswer.MarkKey) == request),
                cancellationToken);
            return (lost ?? throw CinderErrors.CreationUnknown(name, e), null);
        }
    }

    /// <summary>A group's snapshot has no metadata: it is known by its name, which nothing had before, and by the group.</summary>
    private async Task<GroupSnapshot> PostAsync(VolumeGroup group, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await Api.CreateGroupSnapshotAsync(group.Id, name, cancellationToken);
        }
        catch (ArrayUnreachableException e)
        {
            var lost = await LostAnswer.FindAsync(
                async () => (await Api.FindSnapshotsAsync(name, cancellationToken))
                    .FirstOrDefault(one => one.GroupSnapshotId is not null && group.Volumes.Contains(one.VolumeId)),
                cancellationToken);
            return lost is null
                ? throw CinderErrors.CreationUnknown(name, e)
                : new GroupSnapshot { Id = lost.GroupSnapshotId!, Name = name, GroupId = group.Id, Status = "creating" };
        }
    }

    private async Task<((Volume Volume, Snapshot Snapshot)? Plan, StorageConnectException? Obstacle)> PlanRestoreAsync(
        StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken)
    {
        var (isGroup, members) = await _finder.FindAsync(snapshot, cancellationToken);
        if (element is null && isGroup)
        {
            return (null, CinderErrors.GroupRestoreUnsupported(snapshot));
        }

        var frozen = element is null ? members[0] : members.FirstOrDefault(member => member.VolumeId == Ids.ToId(element.Uuid));
        if (frozen is null)
        {
            return (null, CinderErrors.NotItsSnapshot(snapshot, element!));
        }

        var volume = await Api.GetVolumeAsync(frozen.VolumeId, element?.Name ?? snapshot.Name, cancellationToken);
        var newest = (await Api.ListSnapshotsAsync(volume.Id, cancellationToken)).LastOrDefault();
        return newest is not null && newest.Id != frozen.Id && string.CompareOrdinal(newest.CreatedAt, frozen.CreatedAt) > 0
                ? (null, CinderErrors.NotTheNewest(snapshot, newest.DisplayName))
            : volume.Size != frozen.Size ? (null, CinderErrors.SizeChanged(snapshot, volume.DisplayName))
            : frozen.Status is not "available"
                ? (null, CinderErrors.ElementBusy(frozen.DisplayName, frozen.Status, "only an available snapshot can be restored"))
            : volume.Status is not "available"
                ? (null, CinderErrors.ElementBusy(volume.DisplayName, volume.Status, "only a volume that nobody is attached to can be restored"))
            : ((volume, frozen), null);
    }

    private async Task<VolumeGroup> FindConsistentGroupAsync(List<Volume> volumes, CancellationToken cancellationToken)
    {
        if (volumes.Select(volume => volume.GroupId).Distinct().ToList() is not [{ } groupId])
        {
            throw CinderErrors.NoConsistentSnapshot(array.Server, "the volumes are not members of one group");
        }

        var group = await Api.GetGroupAsync(groupId, cancellationToken);
        if (!group.Volumes.ToHashSet().SetEquals(volumes.Select(volume => volume.Id)))
        {
            throw CinderErrors.NoConsistentSnapshot(array.Server, $"the group '{group.Name}' has other members, too, and all of them would be in the snapshot");
        }

        if (group.GroupType is not { } type
            || (await Api.GetGroupTypeAsync(type, cancellationToken)).GroupSpecs.GetValueOrDefault(ConsistentKey) is not "<is> True")
        {
            throw CinderErrors.NoConsistentSnapshot(array.Server, $"the type of the group '{group.Name}' doesn't ask for consistent snapshots");
        }

        // Without the driver's help the service takes the snapshots one by one, and says nothing.
        var pools = await Api.TryListPoolsAsync(cancellationToken)
            ?? throw CinderErrors.NoConsistentSnapshot(array.Server, "only an administrator may see whether the back-end takes them at one instant");
        return volumes.TrueForAll(volume => pools.FirstOrDefault(pool => pool.Name == volume.Host)?.Is(ConsistentKey) == true)
            ? group
            : throw CinderErrors.NoConsistentSnapshot(array.Server, "the back-end would take the snapshots one after the other");
    }
}
