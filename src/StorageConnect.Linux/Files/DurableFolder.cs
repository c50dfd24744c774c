namespace StorageConnect.Linux.Files;

/// <summary>A synced file can still lose its name in a power cut, unless its folder is synced too.</summary>
public static class DurableFolder
{
    /// <summary>Creates a folder where there is none, by <paramref name="create"/>, so that it survives a power cut.</summary>
    public static void Ensure(string folder, Action<string> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        var absent = new Stack<string>();
        for (var parent = Path.GetDirectoryName(folder); parent is { Length: > 0 } && !Directory.Exists(parent); parent = Path.GetDirectoryName(parent))
        {
            absent.Push(parent);
        }

        // Each of them by itself: those on the way get the same mode, whatever the umask is.
        var isNew = !Directory.Exists(folder);
        foreach (var each in absent.Append(folder))
        {
            create(each);
        }

        foreach (var each in isNew ? absent.Append(folder) : [])
        {
            Sync(Path.GetDirectoryName(each)!);
        }
    }

    /// <summary>Makes the names in a folder durable.</summary>
    /// <exception cref="IOException">The folder can't be opened or synced.</exception>
    public static void Sync(string folder)
    {
        // Other systems keep names in order by themselves, or have no call for it.
        if (OperatingSystem.IsLinux())
        {
            LinuxFile.SyncFolder(folder);
        }
    }
}
