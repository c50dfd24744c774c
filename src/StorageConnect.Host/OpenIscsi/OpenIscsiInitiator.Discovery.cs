using System.Net;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.OpenIscsi;

/// <content>Discovery.</content>
internal sealed partial class OpenIscsiInitiator
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<IscsiNode>> DiscoverAsync(AccessContext access, InitiatorIdentity? initiator, Action<string> warn,
        CancellationToken cancellationToken)
    {
        DemandLinux();
        ArrayUnreachableException? unreachable = null;
        foreach (var address in await HostNames.ResolveAsync(access.Host, null, cancellationToken))
        {
            try
            {
                return await DiscoverAtAsync(new(address, access.Port), access, initiator, warn, cancellationToken);
            }
            catch (ArrayUnreachableException e)
            {
                unreachable = e; // a name can have several addresses, and one may answer
            }
        }

        throw unreachable!;
    }

    private async Task<IReadOnlyList<IscsiNode>> DiscoverAtAsync(IscsiPortal portal, AccessContext access, InitiatorIdentity? initiator, Action<string> warn,
        CancellationToken cancellationToken)
    {
        CheckNetDevice(access.NetDevice);
        await using var netInterface = await NetInterface.TakeAsync(roots, deadlines, _database, access.NetDevice, initiator, cancellationToken);
        try
        {
            return await RetryAsync(() => TryDiscoverAsync(portal, access, netInterface.Name, warn, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (access.GetMutualChapSecret() is not null && e is AuthenticationFailedException or AccessDeniedException { ErrorId: Refused })
        {
            // With mutual CHAP the initiator requires it, and many targets have CHAP for sessions but not for discovery.
            var without = new AccessContext { Host = access.Host, Port = access.Port, NetDevice = access.NetDevice };
            var found = await RetryAsync(() => TryDiscoverAsync(portal, without, netInterface.Name, warn, cancellationToken), cancellationToken);
            return [.. found.Select(node => node with { Access = access })];
        }
    }

    private async Task<IReadOnlyList<IscsiNode>> TryDiscoverAsync(
        IscsiPortal portal,
        AccessContext access,
        string netInterface,
        Action<string> warn,
        CancellationToken cancellationToken)
    {
        using var held = await HostLock.TakeAsync(roots, LockNameOf(portal), deadlines.IscsiLock, cancellationToken);
        var record = await _database.PutDiscoveryAsync(portal,
            before => RecordBuilder.Discovery(portal, access, before ?? _database.ReadDefaults()), cancellationToken);
        try
        {
            var result = await tools.RunAsync(
                new(HostTool.Iscsiadm, "-m", "discoverydb", "-t", "sendtargets", "-p", portal.ToString(), "-I", netInterface, "-o",
                    "nonpersistent", "--discover"),
                deadlines.IscsiDiscovery,
                cancellationToken);
            var exit = IscsiadmExit.Of(IscsiadmOperation.Discover, result);
            if (exit.Outcome != IscsiadmOutcome.Done)
            {
                throw exit.ToException($"The iSCSI targets at {portal} can't be listed", portal.ToString(), result);
            }

            return await ToNodesAsync(DiscoveryOutput.Parse(result.Output), portal, access, warn, cancellationToken);
        }
        finally
        {
            // In any case: the secret must not stay.
            await _database.UndoAsync(record, CancellationToken.None);
        }
    }

    /// <summary>The usable nodes, with a warning for each other line: an invalid portal must not hide valid ones.</summary>
    private static async Task<IReadOnlyList<IscsiNode>> ToNodesAsync(
        DiscoveryOutput output,
        IscsiPortal asked,
        AccessContext access,
        Action<string> warn,
        CancellationToken cancellationToken)
    {
        var nodes = new List<IscsiNode>(output.Lines.Count);
        var unusable = output.Unusable.Select(line => (Line: line, Reason: "it doesn't name a valid iSCSI target")).ToList();
        foreach (var line in output.Lines)
        {
            var (address, reason) = await FindAddressAsync(line.Portal.Address, asked, cancellationToken);
            if (reason is not null)
            {
                unusable.Add(($"{line.Portal},{line.Tpgt} {line.TargetName}", reason));
            }
            else if (new IscsiNode(line.TargetName, new(address!, line.Portal.Port), line.Tpgt, access) is var node && !nodes.Contains(node))
            {
                nodes.Add(node);
            }
        }

        if (nodes.Count == 0 && unusable.Count > 0)
        {
            throw IscsiErrors.IscsiTargetInvalid(asked.ToString(), unusable[0].Line);
        }

        unusable.ForEach(one => warn($"The portal {asked} offers '{one.Line}', which is left out: {one.Reason}."));
        return nodes;
    }

    /// <summary>The address to log in at, or why there is none.</summary>
    private static async Task<(string? Address, string? Reason)> FindAddressAsync(string host, IscsiPortal asked, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(host, out var address))
        {
            try
            {
                return ((await HostNames.ResolveAsync(host, null, cancellationToken))[0], null);
            }
            catch (ArrayUnreachableException e)
            {
                return (null, $"its host name has no address ({e.InnerException?.Message})");
            }
        }

        return host == asked.Address ? (host, null)
            : address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? (null, "its address is the unspecified one")
            : address.IsIPv6LinkLocal || address is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetwork }
                && address.GetAddressBytes() is [169, 254, ..]
                ? (null, "its address is link-local, and does not say through which network device")
                : (host, null);
    }
}
