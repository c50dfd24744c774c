using System.Text;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>
/// open-iscsi's database: a folder of records that iscsiadm and iscsid read. Records with secrets are written here and not by iscsiadm,
/// which takes values from its argument list only, where all users can read them.
/// </summary>
/// <remarks>
/// Files have mode 0600 from the first byte, are replaced atomically, and only while open-iscsi's own lock is held. A record of another tool is
/// put aside while ours is used, and then restored; our records are deleted when they are no longer needed.
/// </remarks>
internal sealed class IscsiDatabase(HostRoots roots, HostDeadlines deadlines)
{
    private const string Reading = "reading open-iscsi's records";
    private const string SendTargets = "send_targets";
    private const string DiscoveryFile = "st_config";
    private static readonly string[] Kinds = ["nodes", "send_targets", "static", "isns", "slp", "ifaces", "fw"];

    private readonly DatabaseLock _lock = new(roots, deadlines);

    /// <summary>The distribution's folder: /etc/iscsi on Debian and SUSE, /var/lib/iscsi on Red Hat, whose package creates its folders.</summary>
    /// <remarks>open-iscsi's own default is /var/lib/iscsi, too, and it is empty until iscsiadm first runs.</remarks>
    public string Folder
    {
        get
        {
            var (etc, var) = (Path.Combine(roots.Etc, "iscsi"), Path.Combine(roots.Var, "lib", "iscsi"));
            var isFresh = Directory.Exists(var) && !Names(var).Any() && !Names(etc).Intersect(Kinds).Any();
            return isFresh || Names(var).Intersect(Kinds).Any() ? var : etc;
        }
    }

    private ForeignRecords Foreign => new(Folder);

    /// <summary>The records of nodes, each with its file.</summary>
    /// <exception cref="AccessDeniedException">This user may not read them.</exception>
    public IEnumerable<NodeFile> ReadNodes() => ReadNodes(Path.Combine(Folder, "nodes"));

    private static IEnumerable<NodeFile> ReadNodes(string nodes) =>
        from target in Names(nodes)
        from portal in Names(Path.Combine(nodes, target))
        from node in ReadPortal(Path.Combine(nodes, target, portal), target, portal)
        select node;

    // A portal is a folder with one record per iface. Without a portal group tag it is the record itself, or a folder of some versions.
    private static IEnumerable<NodeFile> ReadPortal(string path, string target, string portal) =>
        (Directory.Exists(path)
            ? Names(path).Select(name => NodeFile.TryParse(Path.Combine(path, name), target, portal, name))
            : [NodeFile.TryParse(path, target, portal, InterfaceOf(path))]).OfType<NodeFile>();

    private static string InterfaceOf(string path) =>
        IscsiRecord.Parse(SysFile.TryReadText(path) ?? "")["iface.iscsi_ifacename"] ?? "default";

    /// <summary>The discovery records of portals, by file.</summary>
    /// <exception cref="AccessDeniedException">This user may not read them.</exception>
    public IEnumerable<string> FindDiscoveries() => FindDiscoveries(Folder);

    private static IEnumerable<string> FindDiscoveries(string folder) => Names(Path.Combine(folder, SendTargets))
        .Select(portal => Path.Combine(folder, SendTargets, portal, DiscoveryFile))
        .Where(File.Exists);

    /// <summary>The settings of iscsid.conf, the defaults of new records.</summary>
    /// <exception cref="AccessDeniedException">This user may not read them.</exception>
    public IscsiRecord ReadDefaults()
    {
        try
        {
            return IscsiRecord.Parse(SysFile.ReadText(Path.Combine(roots.Etc, "iscsi", "iscsid.conf")));
        }
        catch (IOException)
        {
            return IscsiRecord.Parse("");
        }
        catch (UnauthorizedAccessException e)
        {
            throw HostErrors.HostRightsNeeded(Reading, e);
        }
    }

    private static IEnumerable<string> Names(string folder)
    {
        try
        {
            return SysFile.Names(folder);
        }
        catch (UnauthorizedAccessException e)
        {
            throw HostErrors.HostRightsNeeded(Reading, e);
        }
    }

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
                RestoreNode(node.TargetName, node.Portal);

                // iscsiadm logs in with the records of all tags. Another tool may have given the portal a tag that it hasn't.
                var others = ReadNodes()
                    .Where(one => one.TargetName == node.TargetName && one.Portal == node.Portal && one.Tpgt != node.Tpgt && one.InterfaceName == interfaceName)
                    .Select(one => one.Path)
                    .ToLookup(IsOurs);
                foreach (var ours in others[true])
                {
                    DeleteRecord(ours, Path.Combine(Folder, "nodes"));
                }

                return Put(path, Path.Combine(Folder, "nodes"), make, others[false]);
            },
            cancellationToken);
    }

    /// <summary>Writes a portal's discovery record for a discovery.</summary>
    /// <returns>What <see cref="UndoAsync"/> needs.</returns>
    public Task<WrittenRecord> PutDiscoveryAsync(IscsiPortal portal, Func<IscsiRecord?, IscsiRecord> make, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Folder, SendTargets);
        var path = Path.Combine(folder, $"{portal.Address},{portal.Port}", DiscoveryFile);
        return LockedAsync(
            () =>
            {
                Foreign.Restore(path);
                return Put(path, folder, make, []);
            },
            cancellationToken);
    }

    /// <summary>Writes the iface record of a network device. It stays until <see cref="ForgetInterfaceAsync"/>.</summary>
    public Task PutInterfaceAsync(string name, Func<IscsiRecord> make, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Folder, "ifaces");
        return LockedAsync(() => File.Exists(Path.Combine(folder, name)) ? null : Put(Path.Combine(folder, name), folder, _ => make(), []),
            cancellationToken);
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

    /// <summary>Deletes our records of a target's portal, and restores those that an interrupted login put aside.</summary>
    public Task ForgetNodeAsync(string targetName, IscsiPortal portal, string interfaceName, CancellationToken cancellationToken) => LockedAsync(
        () =>
        {
            RestoreNode(targetName, portal);
            foreach (var node in ReadNodes()
                .Where(node => node.TargetName == targetName && node.Portal == portal && node.InterfaceName == interfaceName && IsOurs(node.Path)).ToList())
            {
                DeleteRecord(node.Path, Path.Combine(Folder, "nodes"));
            }

            return true;
        },
        cancellationToken);

    /// <summary>Restores other tools' records of a target's portal that an interrupted login put aside.</summary>
    /// <remarks>The caller holds the portal's lock: no login is running there.</remarks>
    public Task RestoreNodeAsync(string targetName, IscsiPortal portal, CancellationToken cancellationToken) => !FindAside(targetName, portal).Any()
        ? Task.CompletedTask
        : LockedAsync(
            () =>
            {
                RestoreNode(targetName, portal);
                return true;
            },
            cancellationToken);

    private IEnumerable<string> FindAside(string targetName, IscsiPortal portal) =>
        FindAside().Where(node => node.TargetName == targetName && node.Portal == portal).Select(node => node.Path);

    private void RestoreNode(string targetName, IscsiPortal portal) => FindAside(targetName, portal).ToList().ForEach(Foreign.Restore);

    /// <summary>Deletes our discovery record of a portal, and restores the one that an interrupted discovery put aside.</summary>
    /// <remarks>The caller holds the portal's lock: no discovery is running there.</remarks>
    public Task ForgetDiscoveryAsync(string path, CancellationToken cancellationToken) => LockedAsync(
        () =>
        {
            Foreign.Restore(path);
            if (IsOurs(path))
            {
                DeleteRecord(path, Path.Combine(Folder, SendTargets));
            }

            return true;
        },
        cancellationToken);

    /// <summary>The discovery records that an interrupted discovery left: ours, and those of other tools that it put aside, by their own path.</summary>
    public IEnumerable<string> FindLeftDiscoveries() =>
        FindDiscoveries().Where(IsOurs).Union(FindDiscoveries(Foreign.Folder).Select(Foreign.PathOf));

    /// <summary>The nodes whose record an interrupted login put aside, by their own path.</summary>
    public IEnumerable<NodeFile> FindAside() => ReadNodes(Foreign.Nodes).Select(node => node with { Path = Foreign.PathOf(node.Path) });

    /// <summary>Our iface records that no node's record names.</summary>
    public IEnumerable<string> FindLeftInterfaces()
    {
        var used = ReadNodes().Select(node => node.InterfaceName).ToHashSet();
        return Names(Path.Combine(Folder, "ifaces")).Where(name => name.StartsWith(HostInitiator.OwnInterface, StringComparison.Ordinal)
            && !used.Contains(name) && IsOurs(Path.Combine(Folder, "ifaces", name)));
    }

    /// <summary>The files of writes that were interrupted.</summary>
    public IEnumerable<string> FindUnfinished() => Names(Folder).Where(name => name.StartsWith(ForeignRecords.Prefix, StringComparison.Ordinal))
        .Select(name => Path.Combine(Folder, name)).Where(File.Exists);

    /// <summary>Deletes the file of a write that was interrupted. Each write holds the lock until its file is in place.</summary>
    public Task DeleteUnfinishedAsync(string path, CancellationToken cancellationToken) => LockedAsync(
        () =>
        {
            File.Delete(path);
            return true;
        },
        cancellationToken);

    /// <summary>Restores the other tools' records that were put aside for a record. It stays, unless one of them has its path.</summary>
    public Task RestoreAsync(WrittenRecord record, CancellationToken cancellationToken) => record.Aside.Count == 0 ? Task.CompletedTask : LockedAsync(
        () =>
        {
            record.Aside.ToList().ForEach(Foreign.Restore);
            return true;
        },
        cancellationToken);

    /// <summary>Restores what was there before.</summary>
    public Task UndoAsync(WrittenRecord record, CancellationToken cancellationToken) => LockedAsync(
        () =>
        {
            if (!record.Aside.Contains(record.Path))
            {
                DeleteRecord(record.Path, record.Root);
            }

            record.Aside.ToList().ForEach(Foreign.Restore);
            return true;
        },
        cancellationToken);

    /// <summary>True for a record that we wrote and that iscsiadm has not changed since.</summary>
    public static bool IsOurs(string path) => SysFile.TryReadText(path)?.StartsWith(IscsiRecord.Mark, StringComparison.Ordinal) == true;

    /// <summary>True if a session's node record is ours.</summary>
    public bool HasOwnRecord(IscsiSession session) => ReadNodes().Any(node => node.TargetName == session.TargetName && node.Portal == session.Portal
        && node.InterfaceName == session.InterfaceName && IsOurs(node.Path));

    private WrittenRecord Put(string path, string root, Func<IscsiRecord?, IscsiRecord> make, IEnumerable<string> others)
    {
        var before = IsOurs(path) ? null : SysFile.TryReadBytes(path);
        var content = make(before is null ? null : IscsiRecord.Parse(Encoding.UTF8.GetString(before))).ToBytes();
        List<string> aside = [.. others, .. before is null ? Array.Empty<string>() : [path]];
        try
        {
            aside.ForEach(Foreign.PutAside);
            Write(path, content);
            return new(path, root, aside);
        }
        catch
        {
            aside.ForEach(Foreign.Restore);
            throw;
        }
        finally
        {
            Array.Clear(content);
        }
    }

    private void Write(string path, byte[] content)
    {
        PrivateFile.CreateMissingFolders(Path.GetDirectoryName(path)!);

        // Not beside the record: iscsiadm takes all files there for records.
        var temporary = Path.Combine(Folder, $"{ForeignRecords.Prefix}{Guid.NewGuid():n}");
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
    }

    /// <summary>Deletes a record, and its folders as far as they are empty.</summary>
    private static void DeleteRecord(string path, string root)
    {
        if (!File.Exists(path))
        {
            return;
        }

        File.Delete(path);
        EmptyFolders.Delete(Path.GetDirectoryName(path)!, root);
    }

    private Task<T> LockedAsync<T>(Func<T> change, CancellationToken cancellationToken) => _lock.RunAsync(Folder, change, cancellationToken);
}
