using Microsoft.Win32.SafeHandles;
using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>What an element takes in the pool, and what would become free with it, as the file system tells.</summary>
internal static class SpaceUsage
{
    // Some 50 ms. A file in more pieces than this is left uncounted.
    private const int MostExtents = 65_536;

    /// <summary>The record with its used and unique bytes, where they are known.</summary>
    public static StorageElement WithUsage(this StorageElement element, LocalArray array, ElementRow row) =>
        Measure(array, row) is { } usage ? element with { UsedBytes = usage.Used, UniqueBytes = usage.Unique } : element;

    private static (long Used, long Unique)? Measure(LocalArray array, ElementRow row)
    {
        // Who is at work on a volume may have to know that nobody else has it open.
        if (!row.Ready || array.Locks.IsHeld(row.Uuid))
        {
            return null;
        }

        var files = new List<SafeFileHandle>();
        try
        {
            foreach (var path in row.IsSnapshot ? row.Sources.Select(member => array.Folder.SnapshotMember(row.Uuid, member)) : [array.LocateVolume(row.Uuid)])
            {
                if (LinuxFile.TryStatus(path, followLink: false) is not { IsRegular: true } || LinuxFile.TryOpen(path, write: false) is not { } file)
                {
                    return null;
                }

                files.Add(file);
            }

            return FileExtents.Measure(files, MostExtents);
        }
        catch (IOException)
        {
            // Damaged: the status says so.
            return null;
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }
}
