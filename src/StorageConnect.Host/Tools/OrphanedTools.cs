using System.Globalization;
using System.Text;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Tools;

/// <summary>Tool processes that outlived their parent. Their effects may appear after later checks.</summary>
internal static class OrphanedTools
{
    /// <summary>Waits for the tools of a dead process, until the timeout.</summary>
    public static async Task WaitAsync(HostRoots roots, int parent, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var mark = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ToolRunner.StartedBy}={parent}\0"));
        var waiting = new Backoff(timeout);
        while (IsAnyRunning(roots, mark) && await waiting.WaitAsync(cancellationToken))
        {
            // The kernel sends no event at the end of another process's child.
        }
    }

    private static bool IsAnyRunning(HostRoots roots, byte[] mark) => SysFile.Names(roots.Proc)
        .Where(entry => char.IsAsciiDigit(entry[0]))
        .Any(process => SysFile.TryReadBytes(Path.Combine(roots.Proc, process, "environ")) is { } environment && environment.AsSpan().IndexOf(mark) >= 0);
}
