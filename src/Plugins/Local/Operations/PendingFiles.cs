using Microsoft.Win32.SafeHandles;
using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Local.Catalog;

namespace StorageConnect.Plugins.Local.Operations;

/// <summary>
/// The files of an element that is being created. A marker beside them, locked by its creator, shows after a crash which files to delete;
/// while it is locked, they are left alone. It needs a sync only on Btrfs: other file systems keep the order in which names were created.
/// </summary>
internal sealed class PendingFiles : IDisposable
{
    private readonly LocalArray _array;
    private readonly string _uuid;
    private readonly SafeFileHandle _marker;

    private PendingFiles(LocalArray array, string uuid, SafeFileHandle marker)
    {
        _array = array;
        _uuid = uuid;
        _marker = marker;
    }

    public static async Task<PendingFiles> BeginAsync(LocalArray array, string uuid)
    {
        while (true)
        {
            var marker = LinuxFile.OpenOrCreate(array.Folder.Marker(uuid));

            // A clean-up by another process may have deleted the file between our two calls.
            if (FileLock.TryTake(marker) && LinuxFile.TryStatus(array.Folder.Marker(uuid)) is not null)
            {
                return await MarkedAsync(array, uuid, marker);
            }

            FileLock.Release(marker);
        }
    }

    /// <summary>Deletes the pending files of dead processes. Those of a living process are locked, and stay.</summary>
    public static void SweepAll(LocalArray array)
    {
        foreach (var path in Directory.EnumerateFiles(array.Folder.Pending))
        {
            var uuid = Path.GetFileName(path);
            if (Identities.IsUuid(uuid))
            {
                array.TryCleanUp(uuid, () => SweepDead(array, uuid));
            }
        }
    }

    /// <summary>Makes a new volume durable, and after it its name.</summary>
    public static Task SyncVolumeAsync(LocalArray array, SafeFileHandle volume) =>
        // On Btrfs the sync of a new file makes its name durable, too.
        array.Syncs.SyncAsync([volume], array.Folder.KeepsOrderOfNames ? [array.Folder.Volumes] : []);

    /// <summary>Removes the files of an element, wherever they are. What others put into a snapshot's folder stays, and the folder with it.</summary>
    public static void RemoveFiles(LocalArray array, string uuid)
    {
        LinuxFile.Remove(array.Folder.Volume(uuid));
        LinuxFile.Remove(array.Folder.ParkedVolume(uuid));
        var snapshot = array.Folder.Snapshot(uuid);
        if (LinuxFile.TryStatus(snapshot, followLink: false) is not { IsFolder: true })
        {
            // The files behind a link are not the pool's.
            LinuxFile.Remove(snapshot);
            return;
        }

        try
        {
            foreach (var member in Directory.EnumerateFileSystemEntries(snapshot).Where(path => Identities.IsUuid(Path.GetFileName(path))))
            {
                LinuxFile.Remove(member);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Another process has removed it meanwhile.
        }

        LinuxFile.RemoveFolder(snapshot);
    }

    /// <summary>After the commit only the marker is deleted; without a commit, everything. The next open completes what fails now.</summary>
    public void Dispose()
    {
        try
        {
            Sweep(_array, _uuid);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException)
        {
        }

        FileLock.Release(_marker);
    }

    private static async Task<PendingFiles> MarkedAsync(LocalArray array, string uuid, SafeFileHandle marker)
    {
        var marked = new PendingFiles(array, uuid, marker);
        try
        {
            if (!array.Folder.KeepsOrderOfNames)
            {
                await array.Syncs.SyncAsync([marker]);
            }

            Steps.At("marked");
            return marked;
        }
        catch
        {
            marked.Dispose();
            throw;
        }
    }

    private static void SweepDead(LocalArray array, string uuid)
    {
        if (LinuxFile.TryOpen(array.Folder.Marker(uuid), write: true) is not { } marker)
        {
            return;
        }

        try
        {
            if (FileLock.TryTake(marker))
            {
                Sweep(array, uuid);
            }
        }
        finally
        {
            FileLock.Release(marker);
        }
    }

    private static void Sweep(LocalArray array, string uuid)
    {
        if (!array.Database.Read(db => ElementRows.Exists(db, uuid)))
        {
            RemoveFiles(array, uuid);
        }

        LinuxFile.Remove(array.Folder.Marker(uuid));
    }
}
