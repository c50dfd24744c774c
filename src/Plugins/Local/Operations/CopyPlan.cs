using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>Which files a job copies, and where to: read from the rows of its new element, so that any process can do it.</summary>
internal static class CopyPlan
{
    public static List<(string Source, string Target)> Of(LocalArray array, ElementRow element, IEnumerable<Source> sources) =>
        [.. sources.Select(source => (From(array, source),
            element.IsSnapshot ? array.Folder.SnapshotMember(element.Uuid, source.Origin) : array.Folder.Volume(element.Uuid)))];

    /// <summary>Bytes of data in all of them, holes not counted.</summary>
    public static long CountData(LocalArray array, IEnumerable<Source> sources)
    {
        long bytes = 0;
        foreach (var source in sources)
        {
            using var file = LinuxFile.Open(From(array, source), write: false);
            bytes += LinuxFile.CountData(file);
        }

        return bytes;
    }

    private static string From(LocalArray array, Source source) =>
        source.Uuid == source.Origin ? array.LocateVolume(source.Uuid) : array.Folder.SnapshotMember(source.Uuid, source.Origin);
}
