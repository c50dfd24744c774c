using System.Net;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.OpenIscsi;

/// <content>What a portal offers.</content>
internal sealed partial class OpenIscsiInitiator
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<IscsiNode>> DiscoverAsync(AccessContext access, CancellationToken cancellationToken)
    {
        DemandLinux();
        ArrayUnreachableException? unreachable = null;
        foreach (var address in await HostNames.ResolveAsync(access.Host, null, cancellationToken))
        {
            try
            {
                return await DiscoverAtAsync(new(address, access.Port), access, cancellationToken);
            }
            catch (ArrayUnreachableException e)
            {
                unreachable = e; // a name can have several addresses, of which one answers
            }
        }

        throw unreachable!;
    }

    private async Task<IReadOnlyList<IscsiNode>> DiscoverAtAsync(IscsiPortal portal, AccessContext access, CancellationToken cancellationToken)
    {
        CheckNetDevice(access.NetDevice);
        await using var netInterface = await NetInterface.TakeAsync(roots, deadlines, _database, access.NetDevice, cancellationToken);
        try
        {
            return await RetryAsync(() => TryDiscoverAsync(portal, access, netInterface.Name, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (access.GetMutualChapSecret() is not null && e is AuthenticationFailedException or AccessDeniedException { ErrorId: Refused })
        {
            // With mutual CHAP the initiator insists on it, and many targets know CHAP at their LUNs but not in discovery.
            var without = new AccessContext { Host = access.Host, Port = access.Port, NetDevice = access.NetDevice };
            var found = await RetryAsync(() => TryDiscoverAsync(portal, without, netInterface.Name, cancellationToken), cancellationToken);
            return [.. found.Select(node => node with { Access = access })];
        }
    }

    private async Task<IReadOnlyList<IscsiNode>> TryDiscoverAsync(IscsiPortal portal, AccessContext access, string netInterface, CancellationToken cancellationToken)
    {
        using var held = await HostLock.TakeAsync(roots, $"iSCSI discovery at {portal}", deadlines.IscsiLock, cancellationToken);
        var record = await _database.PutDiscoveryAsync(portal, before => RecordBuilder.Discovery(portal, access, before ?? _database.ReadDefaults()), cancellationToken);
        try
        {
            var result = await tools.RunAsync(
                new(Tool.Iscsiadm, "-m", "discoverydb", "-t", "sendtargets", "-p", portal.ToString(), "-I", netInterface, "-o", "nonpersistent", "--discover"),
                deadlines.IscsiDiscovery,
                cancellationToken);
            var exit = IscsiadmExit.Of(IscsiadmOperation.Discover, result);
            if (exit.Outcome != IscsiadmOutcome.Done)
            {
                throw exit.ToException($"The iSCSI targets at {portal} can't be listed", portal.ToString(), result);
            }

            return await ToNodesAsync(DiscoveryOutput.Parse(result.Output, portal.ToString()), access, cancellationToken);
        }
        finally
        {
            // Whatever happened: the secret must not stay.
            await _database.UndoAsync(record, CancellationToken.None);
        }
    }

    private static async Task<IReadOnlyList<IscsiNode>> ToNodesAsync(IReadOnlyList<DiscoveryOutput.Line> lines, AccessContext access, CancellationToken cancellationToken)
    {
        var nodes = new List<IscsiNode>(lines.Count);
        foreach (var line in lines)
        {
            var address = IPAddress.TryParse(line.Portal.Address, out _) ? line.Portal.Address : (await HostNames.ResolveAsync(line.Portal.Address, null, cancellationToken))[0];
            nodes.Add(new(line.TargetName, new(address, line.Portal.Port), line.Tpgt, access));
        }

        return nodes;
    }
}
