using System.Security.Cryptography;
using System.Text;
using StorageConnect.Plugins.Local.Configuration;

namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>A pool's id, and the place of its database when the pool was last used.</summary>
/// <param name="Uuid">The pool's id. A copy of the folder has it too.</param>
/// <param name="Path">The folder, without links.</param>
/// <param name="Inode">The database's inode.</param>
/// <param name="Device">The file system's device number, which may change when it is mounted again.</param>
internal sealed record PoolSeat(string Uuid, string Path, long Inode, long Device)
{
    /// <summary>The seat of a pool that has none yet: a new one, or one of an older version of this plug-in.</summary>
    public static PoolSeat First(PoolConnection db, PoolFolder folder) => At(folder, UuidFromContent(db) ?? Guid.CreateVersion7().ToString("N"));

    /// <summary>The seat in this folder.</summary>
    public static PoolSeat At(PoolFolder folder, string uuid)
    {
        var status = LinuxFile.TryStatus(folder.Database) ?? throw PoolAddress.NoFolder(folder.Path);
        return new(uuid, folder.Path, (long)status.Inode, ((long)status.DeviceMajor << 32) | status.DeviceMinor);
    }

    /// <summary>Copies of a pool of an older version get the same id, so that they are still recognised as copies.</summary>
    private static string? UuidFromContent(PoolConnection db)
    {
        var text = db.Scalar<string>("SELECT uuid || coalesce(page83, '') FROM elements ORDER BY id LIMIT 1") ?? db.Scalar<string>("SELECT name FROM export");
        return text is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }
}

/// <summary>Queries and changes of the pool's seat.</summary>
internal static class SeatRow
{
    public static PoolSeat? Read(PoolConnection db) =>
        db.One("SELECT uuid, path, inode, device FROM pool", row => new PoolSeat(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)));

    public static void Insert(PoolConnection db, PoolSeat seat) =>
        db.Execute("INSERT INTO pool (id, uuid, path, inode, device) VALUES (1, $1, $2, $3, $4)", seat.Uuid, seat.Path, seat.Inode, seat.Device);

    public static void Update(PoolConnection db, PoolSeat seat) =>
        db.Execute("UPDATE pool SET uuid = $1, path = $2, inode = $3, device = $4", seat.Uuid, seat.Path, seat.Inode, seat.Device);
}
