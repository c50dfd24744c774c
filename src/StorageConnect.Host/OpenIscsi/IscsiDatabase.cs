using System.Text;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>
/// open-iscsi's database: a folder of records that iscsiadm and iscsid read. Records with secrets are written here and not by iscsiadm,
/// which takes values from its argument list only, where all users can read them.
/// </summary>
/// <remarks>
/// Files have mode 0600 from the first byte, are replaced atomically, and only while open-iscsi's own lock is held. A record of another tool is
/// used with our settings and then restored; our records are deleted when they are no longer needed.
/// </remarks>
internal sealed class IscsiDatabase(HostRoots roots, HostDeadlines deadlines)
{
    private const string LockName = "open-iscsi database";
    private const int FileExists = 17; // EEXIST
    private static readonly string[] Kinds = ["nodes", "send_targets", "static", "isns", "slp", "ifaces", "fw"];

    /// <summary>The distribution's folder: /etc/iscsi on Debian and SUSE, /var/lib/iscsi on Red Hat, whose package creates its folders.</summary>
    public string Folder => Path.Combine(roots.Var, "lib", "iscsi") is var folder && SysFile.Names(folder).Intersect(Kinds).Any()
        ? folder
        : Path.Combine(roots.Etc, "iscsi");

    /// <summary>The records of nodes, each with its file.</summary>
    public IEnumerable<NodeFile> ReadNodes()
    {
        var nodes = Path.Combine(Folder, "nodes");
        return
            from target in SysFile.Names(nodes)
            from portal in SysFile.Names(Path.Combine(nodes, target))
            from node in ReadPortal(Path.Combine(nodes, target, portal), target, portal)
            select node;
    }

    // A portal is a folder with one record per iface. Without a portal group tag it is the record itself, or a folder of some versions.
    private static IEnumerable<NodeFile> ReadPortal(string path, string target, string portal) =>
        (Directory.Exists(path)
            ? SysFile.Names(path).Select(name => NodeFile.TryParse(Path.Combine(path, name), target, portal, name))
            : [NodeFile.TryParse(path, target, portal, InterfaceOf(path))]).OfType<NodeFile>();

    private static string InterfaceOf(string path) =>
        IscsiRecord.Parse(SysFile.TryReadText(path) ?? "")["iface.iscsi_ifacename"] ?? "default";

    /// <summary>The settings of iscsid.conf, the defaults of new records.</summary>
    public IscsiRecord ReadDefaults() =>
        IscsiRecord.Parse(SysFile.TryReadText(Path.Combine(roots.Etc, "iscsi", "iscsid.conf")) ?? "");

    /// <summary>The iface record with an initiator's name; null where it is iscsid's own name.</summary>
    public IscsiRecord? ReadInterface(InitiatorIdentity? initiator) => initiator?.InterfaceName is { } name
        ? IscsiRecord.Parse(SysFile.TryReadText(Path.Combine(Folder, "ifaces", name)) ?? "")
        : null;

    /// <summary>Writes a node's record for a login.</summary>
    /// <returns>What <see cref="UndoAsync"/> needs.</returns>
    public Task<WrittenRecord> PutNodeAsync(IscsiNode node, string interfaceName, Func<IscsiRecord?, IscsiRecord> make, CancellationToken cancellationToken)
    {
        var portals = Path.Combine(Folder, "nodes", node.TargetName);
        var portal = $"{node.Portal.Address},{node.Portal.Port}";
        var path = node.Tpgt < 0 ? Path.Combine(portals, portal) : Path.Combine(portals, $"{portal},{node.Tpgt}", interfaceName);
        return LockedAsync(
            () =>
            {
                // A portal has one tag. A record under another tag belongs to an earlier target, and iscsiadm would use both.
                foreach (var other in ReadNodes()
                    .Where(one => one.TargetName == node.TargetName && one.Portal == node.Portal && one.Tpgt != node.Tpgt && one.InterfaceName == interfaceName)
                    .ToList())
                {
                    DeleteRecord(other.Path, Path.Combine(Folder, "nodes"));
                }

                return Put(path, Path.Combine(Folder, "nodes"), make);
            },
            cancellationToken);
    }

    /// <summary>Writes a portal's discovery record for a discovery.</summary>
    /// <returns>What <see cref="UndoAsync"/> needs.</returns>
    public Task<WrittenRecord> PutDiscoveryAsync(IscsiPortal portal, Func<IscsiRecord?, IscsiRecord> make, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Folder, "send_targets");
        return LockedAsync(() => Put(Path.Combine(folder, $"{portal.Address},{portal.Port}", "st_config"), folder, make), cancellationToken);
    }

    /// <summary>Writes the iface record of a network device. It stays until <see cref="ForgetInterfaceAsync"/>.</summary>
    public Task PutInterfaceAsync(string name, Func<IscsiRecord> make, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Folder, "ifaces");
        return LockedAsync(() => File.Exists(Path.Combine(folder, name)) ? null : Put(Path.Combine(folder, name), folder, _ => make()), cancellationToken);
    }

    /// <summary>Deletes an iface record of ours that no node's record names: while it exists, it changes every discovery.</summary>
    public Task ForgetInterfaceAsync(string name, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Folder, "ifaces");
        var path = Path.Combine(folder, name);
        return LockedAsync(
            () =>
            {
                if (IsOurs(path) && !ReadNodes().Any(node => node.InterfaceName == name))
                {
                    DeleteRecord(path, folder);
                }

                return true;
            },
            cancellationToken);
    }

    /// <summary>Deletes our records of a target's portal.</summary>
    public Task ForgetNodeAsync(string targetName, IscsiPortal portal, string interfaceName, CancellationToken cancellationToken) => LockedAsync(
        () =>
        {
            foreach (var node in ReadNodes()
                .Where(node => node.TargetName == targetName && node.Portal == portal && node.InterfaceName == interfaceName && IsOurs(node.Path)).ToList())
            {
                DeleteRecord(node.Path, Path.Combine(Folder, "nodes"));
            }

            return true;
        },
        cancellationToken);

    /// <summary>Deletes a record, ours or not.</summary>
    public Task DeleteAsync(string path, CancellationToken cancellationToken) => LockedAsync(
        () =>
        {
            DeleteRecord(path, Folder);
            return true;
        },
        cancellationToken);

    /// <summary>Restores what was there before.</summary>
    public Task UndoAsync(WrittenRecord record, CancellationToken cancellationToken) => LockedAsync(
        () =>
        {
            if (record.Before is { } before)
            {
                Write(record.Path, before);
            }
            else
            {
                DeleteRecord(record.Path, record.Root);
            }

            return true;
        },
        cancellationToken);

    /// <summary>True for a record that we wrote and that iscsiadm has not changed since.</summary>
    public static bool IsOurs(string path) => SysFile.TryReadText(path)?.StartsWith(IscsiRecord.Mark, StringComparison.Ordinal) == true;

    private WrittenRecord Put(string path, string root, Func<IscsiRecord?, IscsiRecord> make)
    {
        var before = IsOurs(path) ? null : SysFile.TryReadBytes(path);
        Write(path, make(before is null ? null : IscsiRecord.Parse(Encoding.UTF8.GetString(before))).ToBytes());
        return new(path, root, before);
    }

    private void Write(string path, byte[] content)
    {
        PrivateFile.CreateMissingFolders(Path.GetDirectoryName(path)!);

        // Not beside the record: iscsiadm takes all files there for records.
        var temporary = Path.Combine(Folder, $".storage-connect.{Guid.NewGuid():n}");
        try
        {
            using (var file = PrivateFile.Open(temporary, FileMode.CreateNew, FileShare.None))
            {
                file.Write(content);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        finally
        {
            Array.Clear(content);
        }
    }

    /// <summary>Deletes a record, and its folders as far as they are empty.</summary>
    private static void DeleteRecord(string path, string root)
    {
        if (!File.Exists(path))
        {
            return;
        }

        File.Delete(path);
        try
        {
            for (var folder = Path.GetDirectoryName(path)!; folder.Length > root.Length; folder = Path.GetDirectoryName(folder)!)
            {
                Directory.Delete(folder);
            }
        }
        catch (IOException)
        {
            // It is not empty.
        }
    }

    /// <summary>
    /// Runs <paramref name="change"/> under open-iscsi's lock: a file that must not exist. A process that dies leaves it behind. A lock file of
    /// ours is recognised by its content, under a lock of our own, and deleted; another tool's is never deleted.
    /// </summary>
    private async Task<T> LockedAsync<T>(Func<T> change, CancellationToken cancellationToken)
    {
        try
        {
            using var ours = await HostLock.TakeAsync(roots, LockName, deadlines.IscsiDatabase, cancellationToken);
            var lockFile = Path.Combine(roots.Run, "lock", "iscsi", "lock.write");
            PrivateFile.CreateMissingFolders(Path.GetDirectoryName(lockFile)!);
            var waiting = new Backoff(deadlines.IscsiDatabase);
            while (!TryLock(lockFile))
            {
                if (IsOurs(lockFile))
                {
                    File.Delete(lockFile);
                }
                else if (!await waiting.WaitAsync(cancellationToken))
                {
                    throw IscsiErrors.IscsiDatabaseLocked(lockFile, deadlines.IscsiDatabase);
                }
            }

            try
            {
                return change();
            }
            finally
            {
                File.Delete(lockFile);
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw HostErrors.RootNeeded(e);
        }
        catch (IOException e)
        {
            throw IscsiErrors.IscsiDatabaseFailed(Folder, e);
        }
    }

    private static bool TryLock(string lockFile)
    {
        try
        {
            using var file = PrivateFile.Open(lockFile, FileMode.CreateNew, FileShare.None);
            file.Write(Encoding.ASCII.GetBytes(IscsiRecord.Mark));
            return true;
        }
        catch (IOException e) when ((e.HResult & 0xffff) == FileExists)
        {
            return false;
        }
    }
}
