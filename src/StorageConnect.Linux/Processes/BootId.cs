namespace StorageConnect.Linux.Processes;

/// <summary>Identifies the present boot of this machine. After each boot the kernel's numbers of processes and sessions start again.</summary>
public static class BootId
{
    /// <summary>Another text after each boot; null where the kernel doesn't show it.</summary>
    /// <param name="proc">Where procfs is mounted.</param>
    public static string? TryRead(string proc = "/proc")
    {
        try
        {
            return File.ReadAllText(Path.Combine(proc, "sys", "kernel", "random", "boot_id")).TrimEnd('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
