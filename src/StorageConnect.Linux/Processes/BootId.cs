namespace StorageConnect.Linux.Processes;

/// <summary>Which boot of this machine this is. The kernel numbers processes and sessions from the start again after each.</summary>
public static class BootId
{
    /// <summary>Another text after each boot; null where the kernel shows none.</summary>
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
