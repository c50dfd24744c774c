using Microsoft.Win32.SafeHandles;
using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>The space of an element in the pool, and the space that would become free with it, from the file system.</summary>
internal static class SpaceUsage
{
    // Some 50 ms. A file with more extents is not counted.
    private const int MostExtents = 65_536;

    /// <summary>The record with its used and unique bytes, where they are known.</summary>
    public static StorageElement WithUsage(this StorageElement element, LocalArray array, ElementRow row) =>
        Measure(array, row) is { } usage ? element with { UsedBytes = usage.Used, UniqueBytes = usage.Unique } : element;

    private static (long Used, long Unique)? Measure(LocalArray array, ElementRow row)
    {
        // A process that changes a volume may need proof that no other has it open.
        if (!row.Ready || (!array.IsReadOnly && array.Locks.IsHeld(row.Uuid)))
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
            // Damaged: the status reports it.
            return null;
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }
}
