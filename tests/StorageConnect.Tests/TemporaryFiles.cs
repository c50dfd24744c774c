using System.Runtime.CompilerServices;

namespace StorageConnect.Tests;

/// <summary>
/// Temporary files of the tests, and of the processes that they start, are in memory where the machine has room for them there. The tests make and remove
/// hundreds of thousands of small files, which is slow on a disk: half of the time of the simulated hosts went into it.
/// </summary>
internal static class TemporaryFiles
{
    private const string Variable = "TMPDIR";
    private const string Diagnostics = "DOTNET_EnableDiagnostics";
    private const string InMemory = "/dev/shm";
    private const long RoomNeeded = 6L << 30; // a whole run needs 2 GB

    /// <summary>The folder for temporary files as the process found it: for pools, whose file system is part of what is tested.</summary>
    public static string Usual { get; private set; } = "";

    [ModuleInitializer]
    internal static void KeepInMemory()
    {
        Usual = Path.GetTempPath();
        if (Environment.GetEnvironmentVariable(Diagnostics) is null)
        {
            // Each of the many processes that tests kill would leave the pipes for its debugger behind.
            Environment.SetEnvironmentVariable(Diagnostics, "0");
        }

        if (Environment.GetEnvironmentVariable(Variable) is null && IsFit())
        {
            Environment.SetEnvironmentVariable(Variable, InMemory);
        }
    }

    /// <summary>True for a file system in memory with enough room, of which programs may be started.</summary>
    private static bool IsFit()
    {
        const string mounts = "/proc/self/mounts";
        return File.Exists(mounts)
            && File.ReadLines(mounts).Select(line => line.Split(' ')).LastOrDefault(mount => mount[1] == InMemory) is [_, _, "tmpfs", var options, ..]
            && !options.Split(',').Intersect(["noexec", "ro"]).Any()
            && new DriveInfo(InMemory).AvailableFreeSpace >= RoomNeeded;
    }
}
