using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>
/// Makes a copy of a pool a pool of its own: new pool id, new uuids and page 0x83 ids, nothing presented or exported. All files get a second name
/// first; one commit makes those names valid and the old ones obsolete, so that a crash leaves either the copy or the new pool.
/// </summary>
internal static class Adoption
{
    public static PoolSeat Run(LocalArray array)
    {
        array.Folder.EnsureLayout();
        Recovery.SettleAll(array);
        var rows = array.Database.Read(ElementRows.All);
        var uuids = rows.ToDictionary(row => row.Uuid, _ => Identities.NewUuid(), StringComparer.Ordinal);

        // A member of a snapshot may have been removed before snapshots were copied whole.
        string Renamed(string uuid) => uuids.TryGetValue(uuid, out var renamed) ? renamed : uuid;
        foreach (var row in rows)
        {
            LinuxFile.OpenOrCreate(array.Folder.Marker(uuids[row.Uuid])).Dispose();
            Link(array.Folder.Volume(row.Uuid), array.Folder.Volume(uuids[row.Uuid]));
            Link(array.Folder.ParkedVolume(row.Uuid), array.Folder.ParkedVolume(uuids[row.Uuid]));
            if (row.IsSnapshot && LinuxFile.TryStatus(array.Folder.Snapshot(row.Uuid), followLink: false) is { IsFolder: true })
            {
                LinuxFile.EnsureFolder(array.Folder.Snapshot(uuids[row.Uuid]));
                foreach (var member in row.Sources)
                {
                    Link(array.Folder.SnapshotMember(row.Uuid, member), array.Folder.SnapshotMember(uuids[row.Uuid], Renamed(member)));
                }

                LinuxFile.SyncFolder(array.Folder.Snapshot(uuids[row.Uuid]));
            }
        }

        foreach (var folder in array.Folder.Folders.Where(folder => folder != array.Folder.Path))
        {
            LinuxFile.SyncFolder(folder);
        }

        Steps.At("adopting");
        var seat = PoolSeat.At(array.Folder, Identities.NewUuid());
        array.Database.Write(
            db =>
            {
                SeatRow.Update(db, seat);
                AdoptionRows.Rename(db, uuids.Select(pair => (pair.Key, pair.Value, Identities.NewPage83Id())));
                foreach (var old in uuids.Keys)
                {
                    IntentRows.Discard(db, old);
                }
            },
            CancellationToken.None);
        return seat;
    }

    private static void Link(string from, string to)
    {
        if (File.Exists(from))
        {
            LinuxFile.Link(from, to);
        }
    }
}
