using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>
/// The one place that decides whether an operation succeeded: it reads back the value that was wanted. A status tells only that the work is over.
/// </summary>
internal sealed class Outcome(CinderApi api)
{
    /// <summary>A status of error is looked at again for this long: a service that starts sets what it finds to error before it does the work.</summary>
    private static readonly TimeSpan ErrorDoubt = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(500);

    /// <summary>The volume, when it is made; null while it is being made.</summary>
    /// <exception cref="LimitExceededException">It was not made. What was left of it is removed.</exception>
    public async Task<Volume?> OfCreateAsync(OperationHandle handle, string name, CancellationToken cancellationToken)
    {
        var volume = await ReadVolumeAsync(handle.Id, name, "created", cancellationToken);
        if (!IsError(volume.Status))
        {
            return IsMade(volume.Status) ? volume : null;
        }

        var reason = await FindReasonAsync(handle.Id, handle.Since, cancellationToken);
        await TryRemoveAsync(() => api.DeleteVolumeAsync(volume, cancellationToken));
        throw CinderErrors.OperationFailed(name, "created", $"its status is {volume.Status}", reason);
    }

    /// <summary>The volume with its new size; null while it grows.</summary>
    public async Task<Volume?> OfExtendAsync(OperationHandle handle, string name, CancellationToken cancellationToken)
    {
        var volume = await ReadVolumeAsync(handle.Id, name, "resized", cancellationToken);
        if (volume.Status is "extending")
        {
            return null;
        }

        return volume.Size >= handle.Size && !IsError(volume.Status)
            ? volume
            : throw CinderErrors.OperationFailed(name, "resized", $"it is {volume.Status} and has {volume.Size} GiB, not {handle.Size}",
                await FindReasonAsync(handle.Id, handle.Since, cancellationToken));
    }

    /// <summary>The snapshot; null while it is made.</summary>
    public async Task<Snapshot?> OfSnapshotAsync(OperationHandle handle, string name, CancellationToken cancellationToken)
    {
        var snapshot = await SettleAsync(() => api.GetSnapshotAsync(handle.Id, name, cancellationToken), one => one.Status, cancellationToken);
        if (!IsError(snapshot.Status))
        {
            return snapshot.Status is "available" ? snapshot : null;
        }

        var reason = await FindReasonAsync(handle.Id, handle.Since, cancellationToken);
        await TryRemoveAsync(() => api.DeleteSnapshotAsync(snapshot, cancellationToken));
        throw CinderErrors.OperationFailed(name, "created", $"its status is {snapshot.Status}", reason);
    }

    /// <summary>The group's snapshot; null while it is made.</summary>
    public async Task<GroupSnapshot?> OfGroupSnapshotAsync(OperationHandle handle, string name, CancellationToken cancellationToken)
    {
        var snapshot = await SettleAsync(
            async () => await api.TryGetGroupSnapshotAsync(handle.Id, cancellationToken)
                ?? throw CinderErrors.OperationFailed(name, "created", "it is gone", null),
            one => one.Status, cancellationToken);
        if (!IsError(snapshot.Status))
        {
            return snapshot.Status is "available" ? snapshot : null;
        }

        var reason = await FindReasonAsync(handle.Id, handle.Since, cancellationToken);
        await TryRemoveAsync(() => api.DeleteGroupSnapshotAsync(handle.Id, name, cancellationToken));
        throw CinderErrors.OperationFailed(name, "created", $"its status is {snapshot.Status}", reason);
    }

    /// <summary>Waits until a volume that is being deleted is gone.</summary>
    public Task AwaitVolumeGoneAsync(Volume volume, DateTimeOffset? since, CancellationToken cancellationToken) =>
        AwaitGoneAsync(volume.Id, volume.DisplayName, async () => (await api.TryGetVolumeAsync(volume.Id, cancellationToken))?.Status, since,
            cancellationToken);

    /// <summary>Waits until a snapshot that is being deleted is gone.</summary>
    public Task AwaitSnapshotGoneAsync(Snapshot snapshot, DateTimeOffset? since, CancellationToken cancellationToken) =>
        AwaitGoneAsync(snapshot.Id, snapshot.DisplayName, async () => (await api.TryGetSnapshotAsync(snapshot.Id, cancellationToken))?.Status, since,
            cancellationToken);

    /// <summary>Waits until a snapshot of a group that is being deleted is gone.</summary>
    public Task AwaitGroupSnapshotGoneAsync(string id, string name, CancellationToken cancellationToken) =>
        AwaitGoneAsync(id, name, async () => (await api.TryGetGroupSnapshotAsync(id, cancellationToken))?.Status, null, cancellationToken);

    /// <summary>The text of the newest message about something since a time; null when there is none.</summary>
    public async Task<string?> FindReasonAsync(string id, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        try
        {
            return (await api.ListMessagesAsync(id, cancellationToken))
                .FirstOrDefault(message => since is null || ApiTime.Parse(message.CreatedAt) is not { } at || at >= since)?.UserMessage;
        }
        catch (StorageConnectException)
        {
            return null; // the failure itself is what matters
        }
    }

    public static bool IsError(string status) => status.StartsWith("error", StringComparison.Ordinal);

    private static bool IsMade(string status) => status is not ("creating" or "downloading" or "copying");

    private async Task<Volume> ReadVolumeAsync(string id, string name, string what, CancellationToken cancellationToken) =>
        await SettleAsync(
            async () => await api.TryGetVolumeAsync(id, cancellationToken)
                ?? throw CinderErrors.OperationFailed(name, what, "it was deleted", await FindReasonAsync(id, null, cancellationToken)),
            volume => volume.Status,
            cancellationToken);

    /// <summary>Reads; an error is believed when it stays.</summary>
    private static async Task<T> SettleAsync<T>(Func<Task<T>> read, Func<T, string> status, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await read();
            if (!IsError(status(seen)) || TimeProvider.System.GetElapsedTime(began) > ErrorDoubt)
            {
                return seen;
            }

            await Task.Delay(ErrorPause, cancellationToken);
        }
    }

    private async Task AwaitGoneAsync(string id, string name, Func<Task<string?>> readStatus, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var end = await Polling.UntilAsync(name, Polling.SynchronousTime, async () =>
        {
            var status = await readStatus();
            return status is null ? ("gone", "gone") : status is "deleting" ? (null, status) : (status, status);
        }, cancellationToken);
        if (end != "gone")
        {
            throw CinderErrors.OperationFailed(name, "deleted", $"it is {end}", await FindReasonAsync(id, since, cancellationToken));
        }
    }

    private static async Task TryRemoveAsync(Func<Task> remove)
    {
        try
        {
            await remove();
        }
        catch (StorageConnectException)
        {
            // It stays to be seen with its status.
        }
    }
}
