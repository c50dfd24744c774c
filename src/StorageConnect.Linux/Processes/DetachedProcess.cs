using System.ComponentModel;
using System.Diagnostics;

namespace StorageConnect.Linux.Processes;

/// <summary>
/// A process that outlives this one: in a session of its own, so that neither Ctrl+C nor the end of the terminal reaches it, and in a folder that keeps no
/// file system busy. Its standard streams lead nowhere.
/// </summary>
public static class DetachedProcess
{
    /// <summary>Starts a program.</summary>
    /// <param name="command">The program and its arguments. Every user of the machine can read them: no secrets.</param>
    /// <param name="environment">Variables besides this process's own. No secrets.</param>
    /// <returns>False when it can't be started.</returns>
    public static bool TryStart(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(environment);
        var start = new ProcessStartInfo("setsid", ["--fork", .. command])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            using var started = Process.Start(start)!;
            started.StandardInput.Close();
            started.WaitForExit();
            return started.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
