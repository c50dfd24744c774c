using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.OpenIscsi;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.Residue;

/// <summary>
/// What interrupted logins and discoveries left in open-iscsi's database: records of ours, and records of other tools that were put aside for them.
/// </summary>
/// <remarks>Each is cleared under the lock of the portal or interface, so that a login or discovery that is running keeps its record.</remarks>
internal sealed class RecordResidueSearch(LinuxHost host)
{
    private const string Left = "An interrupted run left it, and it may contain a CHAP secret.";
    private readonly IscsiDatabase _database = new(host.Roots, host.Deadlines);

    public IEnumerable<FoundResidue> Find(IReadOnlyList<IscsiSession> sessions) =>
        (from node in _database.ReadNodes()
         where IscsiDatabase.IsOurs(node.Path) && !HasSession(sessions, node)
         select Found(node.Path, "Its session has ended, and it may contain a CHAP secret.", token => ForgetNodeAsync(node, token)))
        .Concat(from node in _database.FindAside()
                where !File.Exists(node.Path)
                select Found(node.Path, "Another tool's record was put aside for a login that was interrupted.", token => RestoreNodeAsync(node, token)))
        .Concat(from path in _database.FindLeftDiscoveries()
                let address = PortalOf(path)
                where address is not null
                select Found(path, Left, token => ForgetDiscoveryAsync(path, address.Value, token)))
        .Concat(from name in _database.FindLeftInterfaces()
                let path = Path.Combine(_database.Folder, "ifaces", name)
                select Found(path, Left, async token =>
                {
                    await NetInterface.ForgetAsync(host.Roots, _database, name, token);
                    return !File.Exists(path);
                }))
        .Concat(from path in _database.FindUnfinished()
                select Found(path, Left, async token =>
                {
                    await _database.DeleteUnfinishedAsync(path, token);
                    return true;
                }));

    private static bool HasSession(IEnumerable<IscsiSession> sessions, NodeFile node) =>
        sessions.Any(session => session.TargetName == node.TargetName && session.Portal == node.Portal);

    private static IscsiPortal? PortalOf(string path) =>
        Path.GetFileName(Path.GetDirectoryName(path))!.Split(',') is [var address, var port] && int.TryParse(port, out var number)
            ? new(address, number)
            : null;

    private async Task<bool> ForgetNodeAsync(NodeFile node, CancellationToken cancellationToken)
    {
        using var held = HostLock.TryTake(host.Roots, OpenIscsiInitiator.LockNameOf(node.TargetName, node.Portal));
        if (held is null || HasSession(host.Initiator.Sessions(), node) || !IscsiDatabase.IsOurs(node.Path))
        {
            return false;
        }

        await _database.ForgetNodeAsync(node.TargetName, node.Portal, node.InterfaceName, cancellationToken);
        await NetInterface.ForgetAsync(host.Roots, _database, node.InterfaceName, cancellationToken);
        return true;
    }

    private async Task<bool> RestoreNodeAsync(NodeFile node, CancellationToken cancellationToken)
    {
        using var held = HostLock.TryTake(host.Roots, OpenIscsiInitiator.LockNameOf(node.TargetName, node.Portal));
        if (held is null)
        {
            return false;
        }

        await _database.RestoreNodeAsync(node.TargetName, node.Portal, cancellationToken);
        return true;
    }

    private async Task<bool> ForgetDiscoveryAsync(string path, IscsiPortal portal, CancellationToken cancellationToken)
    {
        using var held = HostLock.TryTake(host.Roots, OpenIscsiInitiator.LockNameOf(portal));
        if (held is null)
        {
            return false;
        }

        await _database.ForgetDiscoveryAsync(path, cancellationToken);
        return true;
    }

    private static FoundResidue Found(string path, string reason, Func<CancellationToken, Task<bool>> clear) =>
        FoundResidue.Of(OscHostResidueKind.OrphanRecord, path, reason, clear);
}
