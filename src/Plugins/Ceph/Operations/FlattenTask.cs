using System.Text.Json;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>A task of the cluster's manager that gives a clone blocks of its own. The manager forgets it when it ends, however that is.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="Progress">Percent, at most 99.</param>
internal sealed record FlattenTask(string Id, int Progress)
{
    private const int Percent = 100;

    /// <summary>Has the manager begin it. The manager gives an image that has a task already the same one.</summary>
    /// <exception cref="ArrayUnreachableException">The manager didn't answer; it may have begun.</exception>
    /// <returns>False where this user may not have it do anything.</returns>
    public static bool TryBegin(Rbd rbd, string image, CancellationToken cancellationToken)
    {
        try
        {
            using var task = rbd.Ask(cancellationToken, "rbd", "task", "add", "flatten", rbd.Pool.Of(image));
            return RbdJson.Text(task.RootElement, "id").Length > 0;
        }
        catch (Exception e) when (e is AccessDeniedException or InvalidRequestException)
        {
            return false;
        }
    }

    /// <summary>The task of an image that goes on; null when there is none, or no manager.</summary>
    /// <exception cref="ArrayUnreachableException">There is a manager, and it doesn't answer.</exception>
    public static FlattenTask? Find(Rbd rbd, string imageId, CancellationToken cancellationToken)
    {
        if (!HasManager(rbd, cancellationToken))
        {
            return null;
        }

        try
        {
            using var tasks = rbd.Ask(cancellationToken, "rbd", "task", "list");
            return tasks.RootElement.EnumerateArray().Where(task => IsOf(task, imageId)).Select(Read).FirstOrDefault();
        }
        catch (Exception e) when (e is AccessDeniedException or InvalidRequestException)
        {
            return null;
        }
    }

    /// <summary>Has the manager stop the task of an image.</summary>
    /// <returns>False when there is none.</returns>
    public static bool TryCancel(Rbd rbd, string imageId, CancellationToken cancellationToken)
    {
        var task = Find(rbd, imageId, cancellationToken);
        task?.Cancel(rbd, cancellationToken);
        return task is not null;
    }

    /// <summary>Has the manager stop it. One that has ended is fine.</summary>
    /// <exception cref="ArrayUnreachableException">The manager doesn't answer.</exception>
    private void Cancel(Rbd rbd, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = rbd.Ask(cancellationToken, "rbd", "task", "cancel", Id);
        }
        catch (NotFoundException)
        {
            // It has ended.
        }
        catch (JsonException)
        {
            // It says nothing when it is done.
        }
    }

    // A task that was cancelled stays in the list until the manager's thread comes to it.
    private static bool IsOf(JsonElement task, string imageId) =>
        task.TryGetProperty("refs", out var refs) && RbdJson.Text(refs, "action") == "flatten" && RbdJson.Text(refs, "image_id") == imageId
        && !(task.TryGetProperty("canceled", out var canceled) && canceled.ValueKind == JsonValueKind.True);

    private static FlattenTask Read(JsonElement task) => new(
        RbdJson.Text(task, "id"),
        task.TryGetProperty("progress", out var part) ? Math.Clamp((int)(part.GetDouble() * Percent), 0, Percent - 1) : 0);

    /// <summary>True while a manager runs. Asked first: without one a task is waited for in vain.</summary>
    public static bool HasManager(Rbd rbd, CancellationToken cancellationToken)
    {
        using var status = rbd.TryAsk(cancellationToken, "mgr", "stat");
        return status is not null && status.RootElement.TryGetProperty("available", out var available) && available.ValueKind == JsonValueKind.True;
    }
}
