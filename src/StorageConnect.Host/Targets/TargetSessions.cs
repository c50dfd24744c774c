using System.Collections.Concurrent;
using StorageConnect.Engine.Errors;
using StorageConnect.Host.Connectors;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.Targets;

/// <summary>The guide's generic discover, start and refresh, for any iSCSI target.</summary>
internal sealed class TargetSessions(LinuxHost host)
{
    /// <summary>Discovery at every access context, in parallel. One answer is enough; the stored targets of those without an answer stay.</summary>
    public async Task<IReadOnlyList<IscsiTarget>> DiscoverAsync(StorageServer server, Action<StorageConnectException> report,
        CancellationToken cancellationToken)
    {
        host.DemandRights("Finding iSCSI targets");
        if (server.AccessContexts.Count == 0)
        {
            throw IscsiErrors.AccessContextNeeded(server.Name);
        }

        var unusable = new ConcurrentQueue<string>();
        var answers = await Task.WhenAll(server.AccessContexts.SelectMany(
            context => LoginPlanner.WaysOf(server, context).Select(way => DiscoverOneAsync(context, way))));
        unusable.Distinct().ToList().ForEach(reason => report(TargetErrors.TargetUnusable(server.Name, reason)));
        var found = answers.SelectMany(answer => answer.Nodes)
            .Select(node => new IscsiTarget { TargetName = node.TargetName, Portal = node.Portal.ToString(), Tpgt = node.Tpgt }).Distinct().ToList();
        var failures = answers.Select(answer => answer.Failure).OfType<StorageConnectException>().DistinctBy(failure => failure.Message).ToList();
        if (found.Count == 0 && failures.Count > 0)
        {
            throw failures[0];
        }

        failures.ForEach(report);
        if (failures.Count > 0)
        {
            var answered = answers.Where(answer => answer.Failure is null).Select(answer => answer.Context).Distinct();
            var stored = await LoginPlanner.FindStoredElsewhereAsync(server, answered, cancellationToken);
            found.AddRange(stored.Where(target => !found.Exists(one => one.TargetName == target.TargetName && one.Portal == target.Portal)));
        }

        return [.. found.OrderBy(target => target.TargetName, StringComparer.Ordinal).ThenBy(target => target.Portal, StringComparer.Ordinal)];

        async Task<(AccessContext Context, IReadOnlyList<IscsiNode> Nodes, StorageConnectException? Failure)> DiscoverOneAsync(
            AccessContext context, AccessContext way)
        {
            try
            {
                return (context, await host.Initiator.DiscoverAsync(way, null, unusable.Enqueue, cancellationToken), null);
            }
            catch (StorageConnectException e)
            {
                return (context, [], e);
            }
        }
    }

    /// <summary>
    /// Logs in to all portals in parallel, and scans for all LUNs, also through sessions that were there before. They stay until somebody logs out of them:
    /// sessions that an attach created are no longer its own.
    /// </summary>
    public async Task StartAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, Action<string> warn, CancellationToken cancellationToken)
    {
        var nodes = IscsiNode.InTurn(await PlanStartAsync(server, contexts, cancellationToken));
        var targets = nodes.Select(node => node.TargetName).ToHashSet();
        using var held = await host.Locks.TakeTargetsAsync(targets, cancellationToken);

        // First: afterwards an interrupted scan's journal would count what this scan adds as left by it.
        await new FullScanCleanup(host, new(host)).RunAsync(targets, cancellationToken);
        var failures = (await Task.WhenAll(nodes.Select(async node => (node.TargetName, Failure: await TryStartAsync(node, cancellationToken)))))
            .ToLookup(login => login.TargetName, login => login.Failure);
        var failed = failures.Where(target => !target.Contains(null)).SelectMany(target => target).ToList();
        foreach (var target in failures.Where(target => target.Contains(null)))
        {
            target.OfType<StorageConnectException>().ToList()
                .ForEach(failure => warn($"The LUNs of {target.Key} may have fewer paths than possible: {failure.Message}"));
        }

        if (failed.Count > 0)
        {
            throw failed.Find(failure => failure is AuthenticationFailedException) ?? failed[0]!;
        }
    }

    /// <summary>The logins of a start, checked.</summary>
    public async Task<IReadOnlyList<IscsiNode>> PlanStartAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken)
    {
        host.DemandRights("Logging in to iSCSI targets");
        return await LoginPlanner.PlanTargetsAsync(server, contexts, cancellationToken);
    }

    /// <summary>Logs in to one target at its portal, with the CHAP secrets and the network device of <paramref name="context"/>.</summary>
    public async Task LoginAsync(IscsiTarget target, AccessContext context, CancellationToken cancellationToken)
    {
        host.DemandRights("Logging in to iSCSI targets");
        var node = LoginPlanner.NodeOf(target, context);
        using var held = await host.Locks.TakeTargetsAsync([node.TargetName], cancellationToken);
        var before = host.Initiator.Sessions().Select(session => session.Id).ToHashSet();
        var session = await host.Initiator.LoginAsync(node, cancellationToken);
        if (!before.Contains(session.Id))
        {
            await host.Scsi.ScanAsync(session, null, cancellationToken);
        }
    }

    /// <summary>Logs in and scans.</summary>
    /// <returns>Why not; null when it is done.</returns>
    private async Task<StorageConnectException?> TryStartAsync(IscsiNode node, CancellationToken cancellationToken)
    {
        try
        {
            var session = await LoginInTurnAsync(node, cancellationToken);
            host.Ledger.Sessions.Where(owned => owned.IsServedBy(session, host.Roots)).ToList().ForEach(host.Ledger.Remove);
            await host.Scsi.ScanAsync(session, null, cancellationToken);
            return null;
        }
        catch (StorageConnectException e)
        {
            return e;
        }
    }

    private async Task<IscsiSession> LoginInTurnAsync(IscsiNode node, CancellationToken cancellationToken)
    {
        try
        {
            return await host.Initiator.LoginAsync(node, cancellationToken);
        }
        catch (StorageConnectException e) when (node.Next(e) is { } next)
        {
            return await LoginInTurnAsync(next, cancellationToken);
        }
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
