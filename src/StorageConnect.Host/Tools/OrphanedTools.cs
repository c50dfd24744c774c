using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Tools;

/// <summary>Tools whose starter died before them. They go on, and what they were told comes true when everybody has looked already.</summary>
internal static class OrphanedTools
{
    /// <summary>Waits for those of a process that is no more; at the end of the patience they are left to themselves.</summary>
    public static async Task WaitAsync(HostRoots roots, int starter, TimeSpan patience, CancellationToken cancellationToken)
    {
        var waiting = new Backoff(patience);
        while (StartedTools.AnyRuns(starter, roots.Proc) && await waiting.WaitAsync(cancellationToken))
        {
            // No event tells of the end of somebody else's child.
        }
    }
}
