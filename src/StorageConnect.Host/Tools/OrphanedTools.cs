using System.Globalization;
using System.Text;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Tools;

/// <summary>Tools whose starter died before them. They go on, and what they were told comes true when everybody has looked already.</summary>
internal static class OrphanedTools
{
    /// <summary>The environment variable by which every tool tells the process that started it.</summary>
    public const string StartedBy = "STORAGE_CONNECT_STARTED_BY";

    /// <summary>Waits for those of a process that is no more; at the end of the patience they are left to themselves.</summary>
    public static async Task WaitAsync(HostRoots roots, int starter, TimeSpan patience, CancellationToken cancellationToken)
    {
        var mark = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{StartedBy}={starter}\0"));
        var waiting = new Backoff(patience);
        while (IsAnyRunning(roots, mark) && await waiting.WaitAsync(cancellationToken))
        {
            // No event tells of the end of somebody else's child.
        }
    }

    private static bool IsAnyRunning(HostRoots roots, byte[] mark) => SysFile.Names(roots.Proc)
        .Where(entry => char.IsAsciiDigit(entry[0]))
        .Any(process => SysFile.TryReadBytes(Path.Combine(roots.Proc, process, "environ")) is { } environment && environment.AsSpan().IndexOf(mark) >= 0);
}
