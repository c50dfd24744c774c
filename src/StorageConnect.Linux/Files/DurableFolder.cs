namespace StorageConnect.Linux.Files;

/// <summary>A synced file can still lose its name in a power cut, unless its folder is synced too.</summary>
public static class DurableFolder
{
    /// <summary>Creates a folder where there is none, by <paramref name="create"/>, so that it survives a power cut.</summary>
    public static void Ensure(string folder, Action<string> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        var changed = new List<string>();
        for (var missing = folder; !Directory.Exists(missing) && Path.GetDirectoryName(missing) is { Length: > 0 } parent; missing = parent)
        {
            changed.Add(parent);
        }

        create(folder);
        changed.ForEach(Sync);
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
