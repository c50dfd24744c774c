using System.Net;
using System.Net.Sockets;
using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.Storage;

/// <summary>Where an element is looked for: rounds of portals, the likeliest first.</summary>
internal sealed class LoginPlan(IIscsiInitiator initiator, Action<string> warn)
{
    /// <summary>The rounds. A later one counts only when the element was in none of those before.</summary>
    /// <exception cref="InvalidStorageArrayException">The server has no host to log in at.</exception>
    /// <exception cref="ArrayUnreachableException">No portal could be asked for its targets, or no host name has an address.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<IscsiNode>>> MakeAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        var access = await ResolveAsync(server, cancellationToken);
        if (element.LunAddresses.Count > 0)
        {
            return [[.. element.LunAddresses.DistinctBy(lun => (lun.TargetName, lun.Tpgt)).SelectMany(lun => ToNodes(server, access, lun)).Distinct()]];
        }

        var found = (await DiscoverAsync(element, access, cancellationToken)).ToLookup(node => Names(node.TargetName, element));
        return [.. new[] { found[true].ToList(), [.. found[false]] }.Where(round => round.Count > 0)];
    }

    // Many arrays with a target per element name it after the element.
    private static bool Names(string target, StorageElement element) =>
        (element.Uuid.Length > 0 && target.Contains(element.Uuid, StringComparison.OrdinalIgnoreCase))
        || target.Contains(element.Page83Id[1..], StringComparison.OrdinalIgnoreCase);

    /// <summary>The portals that a discovery found for the target, else those of the access contexts: an array may make a target only now.</summary>
    private static IEnumerable<IscsiNode> ToNodes(StorageServer server, IReadOnlyList<AccessContext> access, LunAddress lun)
    {
        var portals = server.IscsiTargets
            .Where(target => target.TargetName == lun.TargetName)
            .Select(target => IscsiPortal.TryParse(target.Portal, out var portal) ? (Portal: portal, target.Tpgt) : default)
            .Where(target => target.Portal.Address is not null)
            .ToList();
        var named = access.Where(context => portals.Count == 0 || portals.Any(known => known.Portal == PortalOf(context))).ToList();
        return named.Count > 0
            ? named.Select(context => new IscsiNode(lun.TargetName, PortalOf(context), lun.Tpgt, context))
            : portals.SelectMany(known => access.Select(context => new IscsiNode(lun.TargetName, known.Portal, known.Tpgt, context)));
    }

    private async Task<List<IscsiNode>> DiscoverAsync(StorageElement element, IReadOnlyList<AccessContext> access, CancellationToken cancellationToken)
    {
        var nodes = new List<IscsiNode>();
        var failures = new List<StorageConnectException>();
        foreach (var asking in access.Select(context => (context, Task: initiator.DiscoverAsync(context, cancellationToken))).ToList())
        {
            try
            {
                nodes.AddRange(from node in await asking.Task
                               select node with { Access = asking.context });
            }
            catch (StorageConnectException e)
            {
                failures.Add(e);
            }
        }

        if (nodes.Count == 0 && failures.Count > 0)
        {
            throw failures[0];
        }

        failures.ForEach(failure => warn($"'{element.Name}' may have a path less than it could: {failure.Message}"));

        // Portals tell of each other, too.
        return [.. nodes.DistinctBy(node => (node.TargetName, node.Portal, node.Access.NetDevice))];
    }

    private static IscsiPortal PortalOf(AccessContext context) => new(context.Host, context.Port);

    /// <summary>The access contexts with addresses for host names, one for each network device that may be used.</summary>
    private static async Task<IReadOnlyList<AccessContext>> ResolveAsync(StorageServer server, CancellationToken cancellationToken)
    {
        if (server.AccessContexts.Count == 0)
        {
            throw IscsiErrors.AccessContextNeeded(server.Name);
        }

        var resolved = new List<AccessContext>();
        foreach (var context in server.AccessContexts)
        {
            var addressed = context with { Host = await ResolveAsync(context.Host, server, cancellationToken) };
            resolved.AddRange(context.NetDevice is not null || server.NetDevices.Count == 0
                ? [addressed]
                : server.NetDevices.Select(device => addressed with { NetDevice = device }));
        }

        return resolved;
    }

    private static async Task<string> ResolveAsync(string host, StorageServer server, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var literal))
        {
            return literal.ToString();
        }

        try
        {
            return (await Dns.GetHostAddressesAsync(host, cancellationToken))[0].ToString();
        }
        catch (Exception e) when (e is SocketException or IndexOutOfRangeException or ArgumentException)
        {
            throw IscsiErrors.HostNameUnknown(host, server.Name, e);
        }
    }
}
