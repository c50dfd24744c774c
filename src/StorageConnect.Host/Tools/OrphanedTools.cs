using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Tools;

/// <summary>Tool processes that outlived their parent. Their effects may appear after later checks.</summary>
internal static class OrphanedTools
{
    /// <summary>Waits for the tools of a dead process, until the timeout.</summary>
    public static async Task WaitAsync(HostRoots roots, int parent, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var waiting = new Backoff(timeout);
        while (StartedTools.AnyRuns(parent, roots.Proc) && await waiting.WaitAsync(cancellationToken))
        {
            // The kernel sends no event at the end of another process's child.
        }
    }
}
