using System.Text.Json;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>A task of the cluster's manager that gives a clone blocks of its own. The manager forgets it when it ends, however that is.</summary>
/// <param name="Id">The task's id.</param>
internal sealed record FlattenTask(string Id)
{
    private const int Percent = 100;

    /// <summary>Has the manager begin it; null where no manager runs, or this user may not.</summary>
    public static FlattenTask? TryBegin(Rbd rbd, string image, CancellationToken cancellationToken)
    {
        if (!HasManager(rbd, cancellationToken))
        {
            return null;
        }

        using var task = rbd.TryAsk(cancellationToken, "rbd", "task", "add", "flatten", rbd.Pool.Of(image));
        return task is not null && RbdJson.Text(task.RootElement, "id") is { Length: > 0 } id ? new(id) : null;
    }

    /// <summary>The task of an image; null when there is none.</summary>
    public static FlattenTask? TryFind(Rbd rbd, string imageId, CancellationToken cancellationToken)
    {
        using var tasks = HasManager(rbd, cancellationToken) ? rbd.TryAsk(cancellationToken, "rbd", "task", "list") : null;
        return tasks?.RootElement.EnumerateArray()
            .Where(task => task.TryGetProperty("refs", out var refs) && RbdJson.Text(refs, "action") == "flatten" && RbdJson.Text(refs, "image_id") == imageId)
            .Select(task => new FlattenTask(RbdJson.Text(task, "id")))
            .FirstOrDefault();
    }

    /// <summary>False when the manager has it no more.</summary>
    /// <param name="rbd">The tool.</param>
    /// <param name="progress">Percent, at most 99; null when no manager answers now. A manager that takes over goes on with it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public bool TryGetProgress(Rbd rbd, out int? progress, CancellationToken cancellationToken)
    {
        progress = null;
        using var tasks = HasManager(rbd, cancellationToken) ? rbd.TryAsk(cancellationToken, "rbd", "task", "list") : null;
        if (tasks is null)
        {
            return true;
        }

        foreach (var task in tasks.RootElement.EnumerateArray().Where(task => RbdJson.Text(task, "id") == Id))
        {
            progress = task.TryGetProperty("progress", out var part) ? Math.Clamp((int)(part.GetDouble() * Percent), 0, Percent - 1) : 0;
            return true;
        }

        return false;
    }

    /// <summary>Has the manager stop it. One that has ended is fine.</summary>
    public void Cancel(Rbd rbd, CancellationToken cancellationToken)
    {
        using var answer = rbd.TryAsk(cancellationToken, "rbd", "task", "cancel", Id);
    }

    /// <summary>Asked first: without a manager a task is waited for in vain.</summary>
    private static bool HasManager(Rbd rbd, CancellationToken cancellationToken)
    {
        using var status = rbd.TryAsk(cancellationToken, "mgr", "stat");
        return status is not null && status.RootElement.TryGetProperty("available", out var available) && available.ValueKind == JsonValueKind.True;
    }
}
