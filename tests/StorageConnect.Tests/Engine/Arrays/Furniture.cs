using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>One of everything, put on a recording array.</summary>
public sealed class Furniture
{
    public Furniture(MemoryArray array)
    {
        Lun = array.Put(Element("lun", StorageElementType.Lun));
        Other = array.Put(Element("other", StorageElementType.Lun));
        Clone = array.Put(Element("clone", StorageElementType.SnapClone) with { SourceUuids = [Lun.Uuid] });
        Snapshot = array.Put(Element("snapshot", StorageElementType.Snapshot) with { SourceUuids = [Lun.Uuid], Page83Id = "" });
        MultiSnapshot = array.Put(Element("multi", StorageElementType.Snapshot) with { SourceUuids = [Lun.Uuid, Other.Uuid], Page83Id = "" });
        Group = array.CreateGroups([new() { Name = "hosts", Entries = ["iqn.2001-04.com.example:a"] }])[0];
    }

    public StorageElement Lun { get; }

    public StorageElement Other { get; }

    public StorageElement Clone { get; }

    /// <summary>Of <see cref="Lun"/> alone.</summary>
    public StorageElement Snapshot { get; }

    /// <summary>Of <see cref="Lun"/> and <see cref="Other"/>.</summary>
    public StorageElement MultiSnapshot { get; }

    public AccessGroup Group { get; }

    private static StorageElement Element(string name, StorageElementType type)
    {
        var uuid = Guid.NewGuid().ToString("n");
        return new() { Uuid = uuid, Name = name, Type = type, SizeBytes = 1024, Page83Id = "36" + uuid[1..], Status = "Good", Qos = "gold" };
    }
}
