using System.Globalization;
using System.Text;

namespace StorageConnect.Linux.Tools;

/// <summary>Tools that a process started, found by the mark in their environment. They can outlive it and finish their work.</summary>
public static class StartedTools
{
    /// <summary>True while a tool that the process started runs.</summary>
    /// <param name="starter">The process id.</param>
    /// <param name="proc">Where the processes are listed.</param>
    public static bool AnyRuns(int starter, string proc = "/proc")
    {
        var mark = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ToolRunner.StartedBy}={starter}\0"));
        return Directory.EnumerateDirectories(proc)
            .Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0]))
            .Any(process => TryRead(Path.Combine(process, "environ")).AsSpan().IndexOf(mark) >= 0);
    }

    /// <summary>Nothing for a process that has just ended, or that is another user's.</summary>
    private static byte[] TryRead(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
