using Microsoft.Data.Sqlite;
using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Errors;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>
/// Checks whether this is the expected pool, and whether it is the original or a copy. A pool stores its seat. At another place, it is the original
/// as long as nothing else has its id: then it was moved or restored, and gets the new seat. Otherwise it is a copy, and is refused or adopted.
/// </summary>
internal static class SeatCheck
{
    /// <summary>Checks the pool of an open array. A pool that was moved gets its new seat; a copy to be adopted becomes a pool of its own.</summary>
    /// <returns>The pool's seat now.</returns>
    /// <exception cref="StorageConnectException">It is a copy.</exception>
    public static PoolSeat Run(LocalArray array, PoolRequest? request)
    {
        var seat = array.Database.Read(SeatRow.Read);
        if (seat is null || !Identities.IsUuid(seat.Uuid))
        {
            throw ErrorMapping.Corrupt(array.Folder, "its database does not say which pool it is");
        }

        var here = PoolSeat.At(array.Folder, seat.Uuid);
        var isInPlace = here.Path == seat.Path ? here.Inode == seat.Inode : IsSame(array.Folder, new(seat.Path));
        if (!isInPlace && HardLinks.Find(array.Folder, all: request is { AdoptsCopy: true }) is { } linked)
        {
            throw Linked(array.Folder, linked);
        }

        if (!isInPlace && request is { AdoptsCopy: true })
        {
            return Adoption.Run(array);
        }

        if ((FindHolder(array.Folder, seat, here, isInPlace, request) ?? (isInPlace ? null : request?.FindServed?.Invoke(array))) is { } holder)
        {
            throw Copied(array.Folder, holder);
        }

        if (isInPlace)
        {
            return seat;
        }

        if (!array.IsReadOnly)
        {
            array.Database.WriteIfRoom(db =>
            {
                SeatRow.Update(db, here);
                if (here.Path == seat.Path)
                {
                    // The target daemon may have the former files open: the next use of the export makes it open these.
                    ExportRows.SetDaemon(db, null);
                    ExportRows.Mark(db, ExportRows.Presented(db), resized: true);
                }
            });
        }

        array.Notice = here.Path == seat.Path ? "The pool's files were replaced, from a backup for example" : $"The pool was moved here from {seat.Path}";
        return here;
    }

    /// <summary>The error for another pool than the one a server was registered with.</summary>
    public static InvalidStorageArrayException Changed(PoolFolder folder, StorageServer server) =>
        new($"The pool in {folder.Path} is another one than the server '{server.Name}' was registered with. Nothing was changed.")
        {
            ErrorId = "PoolChanged",
            Element = folder.Path,
            Recommendation =
                $"Check what is mounted at {folder.Path}. If the other pool is meant: Unregister-OscStorageServer '{server.Name}', and register it again.",
        };

    public static InvalidStorageArrayException Copied(PoolFolder folder, string holder) =>
        new(
            $"The pool in {folder.Path} is a copy of a pool that is still there: {holder}. Two pools with the same identities would be mistaken for each " +
                $"other. Nothing was changed.")
        {
            ErrorId = "PoolCopied",
            Element = folder.Path,
            Recommendation =
                $"To use the copy beside its original, register it with -ExtraInfo 'Pool={folder.Path};Adopt=Copy': it gets identities of its own, and " +
                    "nothing of it is presented. "
                + "If it is to replace the original, remove or rename the original first.",
        };

    /// <summary>The error for a copy that shares files with its original: what is written in one is changed in both.</summary>
    private static InvalidStorageArrayException Linked(PoolFolder folder, string file) =>
        new($"The pool in {folder.Path} is no copy of its own: {file} is a hard link, which another folder has, too. Nothing was changed.")
        {
            ErrorId = "PoolCopied",
            Element = folder.Path,
            Recommendation = $"Copy the folder as a whole (cp -a --sparse=always {folder.Path} <new folder>; not 'cp -al'), and use that copy.",
        };

    /// <summary>Whether the folder has the pool of this id. A folder that other users can write doesn't count.</summary>
    public static bool Holds(PoolFolder folder, string uuid)
    {
        if (!File.Exists(folder.Database) || PoolTrust.FindProblem(folder) is not null)
        {
            return false;
        }

        try
        {
            using var connection = new PoolConnection(folder.Database, readOnly: true);
            return (Schema.HasSeat(connection) ? SeatRow.Read(connection) : PoolSeat.First(connection, folder))?.Uuid == uuid;
        }
        catch (Exception e) when (e is SqliteException or IOException or StorageConnectException)
        {
            // It isn't usable as a pool either.
            return false;
        }
    }

    /// <summary>Another holder of the pool's id, as text; or null.</summary>
    private static string? FindHolder(PoolFolder folder, PoolSeat seat, PoolSeat here, bool isInPlace, PoolRequest? request)
    {
        if (!isInPlace && here.Path != seat.Path && Holds(new(seat.Path), seat.Uuid))
        {
            return $"the one in {seat.Path}";
        }

        // The same inode on the same file system: renamed, so certainly no copy.
        var isRenamed = here.Inode == seat.Inode && here.Device == seat.Device;
        foreach (var other in (request?.Others ?? []).Where(other => other.ArrayId == seat.Uuid))
        {
            if (PoolAddress.TryFolder(other) is not { } path || IsSame(folder, new(path)))
            {
                continue;
            }

            if (Holds(new(path), seat.Uuid))
            {
                return $"the one in {path}, registered as '{other.Name}'";
            }

            if (request!.IsRegistration && !isInPlace && !isRenamed)
            {
                return $"the one registered as '{other.Name}' in {path}, which can't be reached now (is its file system mounted?)";
            }
        }

        return null;
    }

    // A copy of hard links has the database's inode, but not the folder's.
    private static bool IsSame(PoolFolder one, PoolFolder other) =>
        LinuxFile.Identity(one.Database) is { } file && file == LinuxFile.Identity(other.Database)
        && LinuxFile.Identity(one.Path) == LinuxFile.Identity(other.Path);
}
