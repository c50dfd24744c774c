using System.Collections.Concurrent;
using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>
/// The one place that decides whether an operation succeeded: it reads back the value that was wanted. A status tells only that the work is over.
/// </summary>
internal sealed class Outcome(CinderApi api, TimeProvider clock)
{
    /// <summary>
    /// What this process began to make, and nobody has had yet, with the time when it was last seen unmade: only that may be removed where its status is
    /// error. What was not looked at for long may have been made, used and set to error since.
    /// </summary>
    private static readonly ConcurrentDictionary<string, long> Begun = new(StringComparer.Ordinal);

    private static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(5);

    /// <summary>A status of error is looked at again for this long: a service that starts sets what it finds to error before it does the work.</summary>
    private static readonly TimeSpan ErrorDoubt = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Notes that this process began to make something.</summary>
    public static void Begin(string id) => Begun[id] = TimeProvider.System.GetTimestamp();

    /// <summary>The volume, when it is made; null while it is being made.</summary>
    /// <exception cref="LimitExceededException">It was not made. What was left of it is removed where this process began it.</exception>
    public async Task<Volume?> OfCreateAsync(OperationHandle handle, string name, CancellationToken cancellationToken)
    {
        var volume = await ReadVolumeAsync(handle, name, "created", IsFailed, cancellationToken);
        return await EndAsync(handle, name, volume, volume.Status, () => api.DeleteVolumeAsync(volume, cancellationToken), cancellationToken);
    }

    /// <summary>The volume with its new size; null while it grows.</summary>
    public async Task<Volume?> OfExtendAsync(OperationHandle handle, string name, CancellationToken cancellationToken)
    {
        var volume = await ReadVolumeAsync(handle, name, "resized", IsError, cancellationToken);
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
        var snapshot = await SettleAsync(
            () => api.GetSnapshotAsync(handle.Id, name, cancellationToken), one => one.Status, IsFailed, cancellationToken);
        return await EndAsync(handle, name, snapshot, snapshot.Status, () => api.DeleteSnapshotAsync(snapshot, cancellationToken), cancellationToken);
    }

    /// <summary>The group's snapshot; null while it is made.</summary>
    public async Task<GroupSnapshot?> OfGroupSnapshotAsync(OperationHandle handle, string name, CancellationToken cancellationToken)
    {
        var snapshot = await SettleAsync(
            async () => await api.TryGetGroupSnapshotAsync(handle.Id, cancellationToken)
                ?? throw CinderErrors.OperationFailed(name, "created", "it is gone", null),
            one => one.Status, IsFailed, cancellationToken);
        return await EndAsync(
            handle, name, snapshot, snapshot.Status, () => api.DeleteGroupSnapshotAsync(handle.Id, name, cancellationToken), cancellationToken);
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
    public Task AwaitGroupSnapshotGoneAsync(string id, string name, DateTimeOffset? since, CancellationToken cancellationToken) =>
        AwaitGoneAsync(id, name, async () => (await api.TryGetGroupSnapshotAsync(id, cancellationToken))?.Status, since, cancellationToken);

    /// <summary>The text of the newest message about something since a time; null when there is none.</summary>
    public async Task<string?> FindReasonAsync(string id, DateTimeOffset? since, CancellationToken cancellationToken) =>
        (await FindMessageAsync(id, since, "", cancellationToken))?.UserMessage;

    /// <summary>The newest message about something since a time, with this word in its text; null when there is none.</summary>
    public async Task<Message?> FindMessageAsync(string id, DateTimeOffset? since, string word, CancellationToken cancellationToken)
    {
        try
        {
            return (await api.ListMessagesAsync(id, cancellationToken))
                .Where(message => message.UserMessage.Contains(word, StringComparison.OrdinalIgnoreCase))
                .FirstOrDefault(message => since is null || ApiTime.Parse(message.CreatedAt) is not { } at || at >= since);
        }
        catch (StorageConnectException)
        {
            return null; // the failure itself is what matters
        }
    }

    public static bool IsError(string status) => status.StartsWith("error", StringComparison.Ordinal);

    /// <summary>A creation fails with exactly this status; those such as <c>error_restoring</c> belong to what was made and has data.</summary>
    private static bool IsFailed(string status) => status is "error";

    private static bool IsMade(string status) => status is not ("creating" or "downloading" or "copying");

    /// <summary>What was made; null while it is being made. What failed is removed, unless it may have been made once, and have data.</summary>
    private async Task<T?> EndAsync<T>(OperationHandle handle, string name, T seen, string status, Func<Task> remove, CancellationToken cancellationToken)
        where T : class
    {
        if (!IsFailed(status))
        {
            if (IsMade(status))
            {
                Begun.TryRemove(handle.Id, out _);
                return seen;
            }

            if (Begun.TryGetValue(handle.Id, out var before))
            {
                Begun.TryUpdate(handle.Id, TimeProvider.System.GetTimestamp(), before);
            }

            return null;
        }

        var reason = await FindReasonAsync(handle.Id, handle.Since, cancellationToken);
        if (!Begun.TryRemove(handle.Id, out var last) || TimeProvider.System.GetElapsedTime(last) > LongestGap)
        {
            throw CinderErrors.CreationInError(name, status, reason);
        }

        await TryRemoveAsync(remove);
        throw CinderErrors.OperationFailed(name, "created", $"its status is {status}", reason);
    }

    private async Task<Volume> ReadVolumeAsync(OperationHandle handle, string name, string what, Func<string, bool> isError,
        CancellationToken cancellationToken) =>
        await SettleAsync(
            async () => await api.TryGetVolumeAsync(handle.Id, cancellationToken)
                ?? throw CinderErrors.OperationFailed(name, what, "it was deleted", await FindReasonAsync(handle.Id, handle.Since, cancellationToken)),
            volume => volume.Status,
            isError,
            cancellationToken);

    /// <summary>Reads; an error is believed when it stays.</summary>
    private async Task<T> SettleAsync<T>(Func<Task<T>> read, Func<T, string> status, Func<string, bool> isError, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            var seen = await read();
            if (!isError(status(seen)) || clock.GetElapsedTime(began) > ErrorDoubt)
            {
                return seen;
            }

            await Task.Delay(ErrorPause, clock, cancellationToken);
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
