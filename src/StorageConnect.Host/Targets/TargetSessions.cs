using System.Collections.Concurrent;
using StorageConnect.Host.Connectors;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.Targets;

/// <summary>The guide's generic discover, start and refresh, for any iSCSI target.</summary>
internal sealed class TargetSessions(LinuxHost host)
{
    /// <summary>Discovery at every access context, in parallel. One answer is enough.</summary>
    public async Task<IReadOnlyList<IscsiTarget>> DiscoverAsync(StorageServer server, Action<string> warn, CancellationToken cancellationToken)
    {
        host.DemandRights("Finding iSCSI targets");
        if (server.AccessContexts.Count == 0)
        {
            throw IscsiErrors.AccessContextNeeded(server.Name);
        }

        var warnings = new ConcurrentQueue<string>();
        var answers = await Task.WhenAll(server.AccessContexts.SelectMany(context => LoginPlanner.WaysOf(server, context)).Select(DiscoverOneAsync));
        warnings.Distinct().ToList().ForEach(warn);
        var found = answers.SelectMany(answer => answer.Nodes).ToList();
        return found.Count == 0 && answers.Select(answer => answer.Failure).FirstOrDefault(failure => failure is not null) is { } first ? throw first :
        [
            .. found.Select(node => new IscsiTarget { TargetName = node.TargetName, Portal = node.Portal.ToString(), Tpgt = node.Tpgt })
                .Distinct()
                .OrderBy(target => target.TargetName, StringComparer.Ordinal)
                .ThenBy(target => target.Portal, StringComparer.Ordinal)
        ];

        async Task<(IReadOnlyList<IscsiNode> Nodes, StorageConnectException? Failure)> DiscoverOneAsync(AccessContext way)
        {
            try
            {
                return (await host.Initiator.DiscoverAsync(way, null, warnings.Enqueue, cancellationToken), null);
            }
            catch (StorageConnectException e)
            {
                return ([], e);
            }
        }
    }

    /// <summary>Logs in to all portals in parallel, and scans the new sessions for LUNs.</summary>
    public async Task StartAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken)
    {
        await LoginAsync(await PlanStartAsync(server, contexts, cancellationToken), cancellationToken);
    }

    /// <summary>The logins of a start, checked.</summary>
    public async Task<IReadOnlyList<IscsiNode>> PlanStartAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken)
    {
        host.DemandRights("Logging in to iSCSI targets");
        return await LoginPlanner.PlanTargetsAsync(server, contexts, cancellationToken);
    }

    /// <summary>Logs in to one target at its portal, with the CHAP secrets and the network device of <paramref name="context"/>.</summary>
    public Task LoginAsync(IscsiTarget target, AccessContext context, CancellationToken cancellationToken)
    {
        host.DemandRights("Logging in to iSCSI targets");
        return LoginAsync([LoginPlanner.NodeOf(target, context)], cancellationToken);
    }

    private async Task LoginAsync(IReadOnlyList<IscsiNode> nodes, CancellationToken cancellationToken)
    {
        using var held = await host.Locks.TakeTargetsAsync(nodes.Select(node => node.TargetName), cancellationToken);
        var before = host.Initiator.Sessions().Select(session => session.Id).ToHashSet();
        await Task.WhenAll(nodes.Select(async node =>
        {
            var session = await host.Initiator.LoginAsync(node, cancellationToken);
            if (!before.Contains(session.Id))
            {
                await host.Scsi.ScanAsync(session, null, cancellationToken);
            }
        }));
    }

    /// <summary>Fails where this process may not scan.</summary>
    public void DemandRescan() => host.DemandRights("Scanning the SCSI bus");

    /// <summary>Makes the kernel re-read its devices and scan for new ones.</summary>
    /// <param name="type">iSCSI: through sessions. SAN: through Fibre Channel ports.</param>
    /// <param name="targets">The targets to scan; empty = all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task RescanAsync(StorageType type, IReadOnlyList<IscsiTarget> targets, CancellationToken cancellationToken)
    {
        DemandRescan();
        await HostConnectors.For(host, type).RescanAsync(targets, cancellationToken);
    }
}
