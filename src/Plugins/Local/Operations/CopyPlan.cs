using Microsoft.Win32.SafeHandles;
using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>Which files a job copies, and where to: read from the rows of its new element, so that any process can do it.</summary>
internal static class CopyPlan
{
    public static List<PlannedCopy> Of(LocalArray array, ElementRow element, IEnumerable<Source> sources) =>
        [.. sources.Select(source => new PlannedCopy(
            From(array, source),
            element.IsSnapshot ? array.Folder.SnapshotMember(element.Uuid, source.Origin) : array.Folder.Volume(element.Uuid),
            SizeOf(array, source)))];

    /// <summary>Bytes of data in all of them, holes not counted.</summary>
    public static long CountData(LocalArray array, IEnumerable<Source> sources)
    {
        long bytes = 0;
        foreach (var source in sources)
        {
            using var file = LinuxFile.Open(From(array, source), write: false);
            bytes += LinuxFile.CountData(file, end: SizeOf(array, source));
        }

        return bytes;
    }

    private static string From(LocalArray array, Source source) =>
        source.Uuid == source.Origin ? array.LocateVolume(source.Uuid) : array.Folder.SnapshotMember(source.Uuid, source.Origin);

    /// <summary>The size in the source's row; unlimited for one of several members of a snapshot, whose sizes are not kept.</summary>
    private static long SizeOf(LocalArray array, Source source) => array.Database.Read(db => ElementRows.ByUuid(db, source.Uuid)) is { } row
        && (!row.IsSnapshot || row.Sources.Count == 1) ? row.Size : long.MaxValue;
}

/// <summary>A file to copy.</summary>
/// <param name="Source">Its path.</param>
/// <param name="Target">The path of the copy.</param>
/// <param name="Size">The size of what is copied, at most: what other programs wrote behind the end of a volume belongs to no element.</param>
internal readonly record struct PlannedCopy(string Source, string Target, long Size)
{
    /// <summary>The length of the copy.</summary>
    public long LengthOf(SafeFileHandle source) => Math.Min(RandomAccess.GetLength(source), Size);
}
