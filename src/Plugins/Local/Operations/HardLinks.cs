using StorageConnect.Plugins.Local.Configuration;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>Files of a pool that have names outside of it: <c>cp -al</c> and <c>rsync --link-dest</c> make such copies.</summary>
internal static class HardLinks
{
    /// <summary>A file that another folder has, too; null for none.</summary>
    /// <param name="folder">The pool.</param>
    /// <param name="all">False: only of the database.</param>
    public static string? Find(PoolFolder folder, bool all)
    {
        // Two names within the pool are left by a process that died.
        var folders = all ? folder.Folders.Where(Directory.Exists).ToList() : [folder.Path];
        if (folders.Contains(folder.Snapshots))
        {
            folders.AddRange(Directory.EnumerateDirectories(folder.Snapshots));
        }

        var files = folders.SelectMany(Directory.EnumerateFiles)
            .Select(path => (Path: path, Status: LinuxFile.TryStatus(path, followLink: false)))
            .Where(file => file.Status is { IsRegular: true, Links: > 1 } && (all || file.Path.StartsWith(folder.Database, StringComparison.Ordinal)));
        return files.GroupBy(file => file.Status!.Value.Inode).FirstOrDefault(names => names.Count() < names.First().Status!.Value.Links)?.First().Path;
    }
}
