using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>Resizes, retypes and removes volumes.</summary>
internal sealed class Volumes(CinderArray array)
{
    private CinderApi Api => array.Api;

    /// <summary>Begins to grow a volume; sizes are rounded up to GiB. The size that it has is done at once.</summary>
    public async Task<StorageElement> ResizeAsync(StorageElement element, long newSize, CancellationToken cancellationToken)
    {
        var volume = await array.RequireVolumeAsync(element, cancellationToken);
        var present = await array.ToElementAsync(volume, cancellationToken);
        var size = Ids.ToGiB(newSize);
        if (size == volume.Size)
        {
            return present;
        }

        if (size < volume.Size)
        {
            throw CinderErrors.CannotShrink(present, newSize);
        }

        DateTimeOffset? since;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var committed = new CommittedRequest(cancellationToken);
            since = await Api.ExtendAsync(volume, size, committed.Token);
        }
        catch (InvalidRequestException)
        {
            if ((await array.RequireVolumeAsync(element, cancellationToken)).Size == volume.Size)
            {
                throw;
            }

            return await ResizeAsync(element, newSize, cancellationToken); // another resize was faster
        }

        var handle = new OperationHandle(OperationKind.Extend, volume.Id, size, since);
        return present with { AsyncProgress = -1, AsyncHandle = handle.ToString() };
    }

    /// <summary>Removes a volume with its data, and waits until it is gone.</summary>
    public async Task RemoveAsync(StorageElement element, CancellationToken cancellationToken)
    {
        var volume = await array.RequireVolumeAsync(element, cancellationToken);
        await array.Presenter.RecoverAsync(volume, cancellationToken);
        volume = await array.RequireVolumeAsync(element, cancellationToken);
        if (volume.GroupId is { } group)
        {
            throw CinderErrors.InConsistencyGroup(volume.DisplayName, group);
        }

        if ((await Api.ListSnapshotsAsync(volume.Id, cancellationToken)).Select(snapshot => snapshot.DisplayName).ToList() is [_, ..] snapshots)
        {
            throw CinderErrors.HasSnapshots(volume.DisplayName, snapshots);
        }

        // Messages are kept for weeks: an older one is about something else.
        var since = volume.Status is "deleting" ? ApiTime.Parse(volume.UpdatedAt) : await Api.DeleteVolumeAsync(volume, cancellationToken);
        await array.Outcome.AwaitVolumeGoneAsync(volume, since, cancellationToken);
        await array.Probe.ForgetAsync(volume.Id, cancellationToken);
    }

    /// <summary>Gives a volume another type, and checks that it has it: the service accepts what the back-end then refuses.</summary>
    public async Task RetypeAsync(StorageElement element, string qos, CancellationToken cancellationToken)
    {
        var volume = await array.RequireVolumeAsync(element, cancellationToken);
        var types = await array.GetTypesAsync(cancellationToken);
        var type = new TypeChoice(types).Select(null, qos)!;
        if (volume.VolumeType == type.Name)
        {
            return;
        }

        // The service takes multiattach from the volume before its back-end refuses, and does not give it back. Where that is certain, it is not asked.
        if (volume.Multiattach && !type.IsMultiattach
            && types.FirstOrDefault(one => one.Name == volume.VolumeType) is { } present && IsElsewhere(present, type))
        {
            throw CinderErrors.VolumeTypeElsewhere(volume.DisplayName, type.Name, present.Place, type.Place);
        }

        var since = await Api.RetypeAsync(volume, type.Name, cancellationToken);
        var after = await Polling.UntilAsync(volume.DisplayName, Polling.SynchronousTime, async () =>
        {
            var now = await Api.GetVolumeAsync(volume.Id, volume.DisplayName, cancellationToken);
            return (now.Status is "retyping" ? null : now, now.Status);
        }, cancellationToken);
        if (after.VolumeType != type.Name)
        {
            var lost = volume.Multiattach && !after.Multiattach ? ", and is no longer multiattach: only one initiator can use it from now on" : "";
            throw CinderErrors.OperationFailed(volume.DisplayName, $"changed to '{type.Name}'", $"it still has the volume type '{after.VolumeType}'{lost}",
                await array.Outcome.FindReasonAsync(volume.Id, since, cancellationToken)
                    ?? (new TypeChoice([type]).Places.First() == type.Backend ? "no reason; the types may be on different back-ends" : null));
        }
    }

    /// <summary>True where both types name a back-end, and not the same. What has an operator may mean several.</summary>
    private static bool IsElsewhere(VolumeType one, VolumeType other) => one.Backend is { } here && other.Backend is { } there && here != there
        && !here.StartsWith('<') && !there.StartsWith('<');
}
