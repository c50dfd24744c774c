using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>Converts rows to the plug-in's records.</summary>
internal static class Records
{
    public static StorageElement ToElement(this ElementRow row, StorageServer server, LocalArray array) => new()
    {
        Uuid = row.Uuid,
        StorageServerUuid = server.Uuid,
        StorageServerName = server.Name,
        Name = row.Name,
        Type = row.Type,
        SizeBytes = row.Size,
        VolumeGroupName = array.Folder.Name,
        Page83Id = row.Page83Id ?? "",
        Qos = row.Qos,
        ThinProvisioned = row.Thin,
        State = row.Online ? StorageElementState.Online : StorageElementState.Offline,
        Status = "OK",
        AccessGroupNames = row.Groups,
        LunAddresses = server.StorageType == StorageType.iSCSI && row is { IsSnapshot: false, Online: true, Groups.Count: > 0 }
            ? array.Export.Targets.GetAddresses(row.Uuid)
            : [],
        SourceUuids = row.Sources,
        SourceNames = row.SourceNames,
        SourceSizes = row is { IsSnapshot: true, Sources.Count: > 1 } ? MemberSizes(row, array) : [],
        CreatedAt = row.Created,
    };

    // The row has their total. A snapshot that lost a file has no sizes.
    private static ValueList<long> MemberSizes(ElementRow snapshot, LocalArray array)
    {
        var files = snapshot.Sources.Select(member => new FileInfo(array.Folder.SnapshotMember(snapshot.Uuid, member))).ToList();
        return files.TrueForAll(file => file.Exists) ? files.Select(file => file.Length).ToValueList() : [];
    }

    public static AccessGroup For(this AccessGroup group, StorageServer server) =>
        group with { StorageServerUuid = server.Uuid, StorageServerName = server.Name };
}
