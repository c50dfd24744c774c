using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>iSCSI: sessions are logged in to for an element, and logged out when they carry nothing else.</summary>
internal sealed class IscsiConnector(LinuxHost host) : IConnector
{
    public bool Carries(ScsiDevice device) => device.SessionId is not null;

    public async Task<IReadOnlyList<FoundPath>> ConnectAsync(ConnectRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<IReadOnlyList<IscsiNode>> rounds = await request.StartTargets(cancellationToken) is { } targets
            ? [[.. NodesOf(targets, request)]]
            : await new LoginPlanner(host.Initiator, request.Warn).PlanElementAsync(request.Server, request.Element, request.Initiator, cancellationToken);
        return await new IscsiElementSearch(host, request).RunAsync(rounds, cancellationToken);
    }

    public async Task DisconnectAsync(string key, IReadOnlyList<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        var targets = TargetsOf(key, devices);
        using var held = await host.Locks.TakeTargetsAsync(targets, cancellationToken);
        var stale = new StaleDevices(host);
        await new FullScanCleanup(host, stale).RunAsync(targets, cancellationToken);
        await stale.PurgeMappedAsync(devices, cancellationToken); // the element's own map is gone
        var release = new SessionRelease(host); // read after the locks: other runs may have logged in again meanwhile
        var owned = release.TakeOver(key, devices);
        var removedByLogout = release.FindRemovedByLogout(owned, devices);
        host.Step("delete disks");
        await host.Scsi.DeleteAsync(devices.Except(removedByLogout), cancellationToken);
        try
        {
            await release.ReleaseAsync(owned, removedByLogout, cancellationToken);
        }
        catch (Exception e) when (e is StorageConnectException or OperationCanceledException)
        {
            // Their map is gone. If they stayed, multipathd would create another one.
            await host.Scsi.DeleteAsync(removedByLogout, CancellationToken.None);
            throw;
        }

        await host.Scsi.DeleteAsync(removedByLogout, cancellationToken); // those whose session is used by others now
    }

    public async Task RescanAsync(IReadOnlyList<IscsiTarget> targets, CancellationToken cancellationToken)
    {
        var names = targets.Select(target => target.TargetName).ToHashSet();
        var sessions = host.Initiator.Sessions().Where(session => session.IsLoggedIn && (names.Count == 0 || names.Contains(session.TargetName))).ToList();
        var scanned = sessions.Select(session => session.TargetName).ToHashSet();
        using var held = await host.Locks.TakeTargetsAsync(scanned, cancellationToken);

        // First: afterwards an interrupted scan's journal would count what this scan adds as left by it.
        await new FullScanCleanup(host, new(host)).RunAsync(scanned, cancellationToken);
        await Task.WhenAll(sessions.Select(async session =>
        {
            await Task.WhenAll(ScsiDevice.Of(host.Roots, session).Select(device => host.Scsi.RescanAsync(device, cancellationToken)));
            await host.Scsi.ScanAsync(session, null, cancellationToken);
        }));
    }

    /// <summary>
    /// The sessions that the plug-in's own login created: those with the element's targets, else with the plug-in's targets, or all where neither is
    /// reported.
    /// </summary>
    private IEnumerable<IscsiNode> NodesOf(IReadOnlyList<IscsiTarget> targets, ConnectRequest request) => host.Initiator.Sessions()
        .Where(session => request.Element.LunAddresses.Count > 0 ? request.Element.LunAddresses.Any(place => place.TargetName == session.TargetName)
            : targets.Count == 0 || targets.Any(target => target.TargetName == session.TargetName))
        .Where(session => request.Initiator?.IsOf(session) != false)
        .Select(session => new IscsiNode(
            session.TargetName, session.Portal, session.Tpgt,
            new() { Host = session.Portal.Address, Port = session.Portal.Port, NetDevice = session.NetDevice }));

    /// <summary>The targets of its disks, and those where an interrupted run searched for it.</summary>
    private HashSet<string> TargetsOf(string key, IReadOnlyList<ScsiDevice> devices) =>
    [
        .. devices.Select(device => device.SessionId).OfType<int>().Distinct().Select(id => IscsiSession.ReadTargetName(host.Roots, id)).OfType<string>()
            .Concat(host.Ledger.Sessions.Where(owned => owned.MadeFor == key).Select(owned => owned.TargetName))
    ];
}
