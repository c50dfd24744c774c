using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>Elements whose files don't match their rows. One lost file is one lost element: it can be listed, removed and restored.</summary>
internal static class Damages
{
    public const string FileGone = "its file is gone";

    /// <summary>The problem of an element's files, or null.</summary>
    public static string? Find(LocalArray array, ElementRow row)
    {
        if (!row.IsSnapshot)
        {
            return LinuxFile.TryStatus(array.LocateVolume(row.Uuid), followLink: false) is not { } status ? FileGone : FindWrongSize(status, row.Size);
        }

        if (LinuxFile.TryStatus(array.Folder.Snapshot(row.Uuid), followLink: false) is { IsFolder: false })
        {
            return "its folder is no folder";
        }

        ulong size = 0;
        foreach (var member in row.Sources)
        {
            if (LinuxFile.TryStatus(array.Folder.SnapshotMember(row.Uuid, member), followLink: false) is not { } status)
            {
                return FileGone;
            }

            size += status.Size;
        }

        return size == (ulong)row.Size || row.Size == long.MaxValue ? null : WrongSize(size, row.Size);
    }

    /// <summary>True where the file is longer than it should be: nothing is lost, and earlier versions created such files.</summary>
    public static bool IsTooLong(LocalArray array, ElementRow row) =>
        !row.IsSnapshot && LinuxFile.TryStatus(array.LocateVolume(row.Uuid), followLink: false) is { IsRegular: true } status && status.Size > (ulong)row.Size;

    /// <summary>Refuses operations that would spread the damage.</summary>
    /// <exception cref="DataCorruptException">The element's files are gone or cut off.</exception>
    public static void RequireWhole(LocalArray array, ElementRow row)
    {
        if (Find(array, row) is { } problem)
        {
            throw Error(array, row, problem);
        }
    }

    public static DataCorruptException Error(LocalArray array, ElementRow row, string problem) => new($"'{row.Name}' is damaged: {problem}.")
    {
        ErrorId = "StorageElementDamaged",
        Element = row.Name,
        Recommendation = row.IsSnapshot
            ? $"Remove the snapshot, or put its files back into {array.Folder.Snapshot(row.Uuid)} from a backup."
            : $"Restore it from one of its snapshots, put {array.LocateVolume(row.Uuid)} back from a backup, or remove the element.",
    };

    private static string? FindWrongSize(FileStatus status, long size) =>
        !status.IsRegular ? "its file is no regular file" : status.Size == (ulong)size ? null : WrongSize(status.Size, size);

    private static string WrongSize(ulong actual, long expected) => FormattableString.Invariant($"its file has {actual} bytes instead of {expected}");
}
