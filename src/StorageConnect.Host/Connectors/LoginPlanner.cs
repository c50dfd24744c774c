using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.Connectors;

/// <summary>Which portals to log in to, with which access context: for one element, or for the targets of a server.</summary>
internal sealed class LoginPlanner(IIscsiInitiator iscsi, Action<string> warn)
{
    /// <summary>The discoveries for an access context's host: one for each network device that may be used.</summary>
    public static IEnumerable<AccessContext> WaysOf(StorageServer server, AccessContext context) =>
        context.NetDevice is not null || server.NetDevices.Count == 0
            ? [context]
            : server.NetDevices.Select(device => context with { NetDevice = device });

    /// <summary>
    /// The portals to search for an element, in rounds, the likeliest first. A later round is used only when the earlier ones found nothing.
    /// </summary>
    /// <param name="server">Its server.</param>
    /// <param name="element">The element.</param>
    /// <param name="initiator">The initiator name to log in with; null for iscsid's own.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InvalidStorageArrayException">The server has no host to log in at.</exception>
    /// <exception cref="ArrayUnreachableException">No portal answered a discovery, or no host name has an address.</exception>
    public async Task<IReadOnlyList<IReadOnlyList<IscsiNode>>> PlanElementAsync(StorageServer server, StorageElement element,
        InitiatorIdentity? initiator, CancellationToken cancellationToken)
    {
        var ways = await ResolveAsync(server, cancellationToken);
        if (element.LunAddresses.Count > 0)
        {
            var places = element.LunAddresses.DistinctBy(lun => (lun.TargetName, lun.Tpgt));
            return [IscsiNode.InTurn(places.SelectMany(lun => ToNodes(server, ways, lun, initiator)))];
        }

        var found = (await DiscoverAsync(element, ways, initiator, cancellationToken)).ToLookup(node => Names(node.TargetName, element));
        return [.. new[] { found[true].ToList(), [.. found[false]] }.Where(round => round.Count > 0)];
    }

    /// <summary>The logins for the server's targets that belong to the access contexts given.</summary>
    /// <remarks>
    /// A portal belongs to the context that names its address. One that no context names was reported by another portal, and belongs to the first.
    /// </remarks>
    public static async Task<IReadOnlyList<IscsiNode>> PlanTargetsAsync(StorageServer server, IReadOnlyList<AccessContext> given,
        CancellationToken cancellationToken)
    {
        DemandContext(server);
        var named = new List<(AccessContext Context, IReadOnlyList<IscsiPortal> Portals)>();
        foreach (var context in server.AccessContexts)
        {
            named.Add((context, await TryResolveAsync(context, cancellationToken)));
        }

        return
        [
            .. from target in server.IscsiTargets
               let portal = PortalOf(target)
               let owner = named.Find(one => one.Portals.Contains(portal)).Context ?? named[0].Context
               from context in given.Where(one => one.Port == owner.Port && string.Equals(one.Host, owner.Host, StringComparison.OrdinalIgnoreCase))
               from way in WaysOf(server, context)
               select new IscsiNode(target.TargetName, portal, target.Tpgt, way)
        ];
    }

    /// <summary>The server's stored targets at portals that none of these access contexts names: a discovery there doesn't replace them.</summary>
    public static async Task<IReadOnlyList<IscsiTarget>> FindStoredElsewhereAsync(StorageServer server, IEnumerable<AccessContext> contexts,
        CancellationToken cancellationToken)
    {
        var asked = new HashSet<IscsiPortal>();
        foreach (var context in contexts)
        {
            asked.UnionWith(await TryResolveAsync(context, cancellationToken));
        }

        return [.. server.IscsiTargets.Where(target => IscsiPortal.TryParse(target.Portal, out var portal) && !asked.Contains(portal))];
    }

    // Many arrays with one target per element put the element's name into the target's name.
    private static bool Names(string target, StorageElement element) =>
        (element.Uuid.Length > 0 && target.Contains(element.Uuid, StringComparison.OrdinalIgnoreCase))
        || target.Contains(element.Page83Id[1..], StringComparison.OrdinalIgnoreCase);

    /// <summary>The portals that a discovery found for the target, else those of the access contexts: the array may have created the target just now.</summary>
    private static IEnumerable<IscsiNode> ToNodes(StorageServer server, IReadOnlyList<(AccessContext Access, IReadOnlyList<IscsiPortal> Portals)> ways,
        LunAddress lun, InitiatorIdentity? initiator)
    {
        var stored = server.IscsiTargets
            .Select(target => IscsiPortal.TryParse(target.Portal, out var portal) ? (target.TargetName, Portal: portal, target.Tpgt) : default)
            .Where(target => target.Portal.Address is not null)
            .ToList();
        var known = stored.FindAll(target => target.TargetName == lun.TargetName);
        if (known.Count > 0 && !ways.Any(way => known.Exists(target => way.Portals.Contains(target.Portal))))
        {
            return known.SelectMany(target => ways.Select(
                way => new IscsiNode(lun.TargetName, target.Portal, target.Tpgt, way.Access) { Initiator = initiator }));
        }

        // Where nothing at all is stored of an access context, its portal did not answer the discovery: it may serve this target, too.
        return ways.Where(way => known.Count == 0 || known.Exists(target => way.Portals.Contains(target.Portal))
                || !stored.Exists(target => way.Portals.Contains(target.Portal)))
            .Select(way =>
            {
                var nodes = way.Portals.OrderByDescending(portal => known.Exists(target => target.Portal == portal))
                    .Select(portal => new IscsiNode(lun.TargetName, portal, lun.Tpgt, way.Access) { Initiator = initiator }).ToList();
                return nodes[0] with { Alternatives = [.. nodes.Skip(1)] };
            });
    }

    private async Task<IReadOnlyList<IscsiNode>> DiscoverAsync(StorageElement element,
        IReadOnlyList<(AccessContext Access, IReadOnlyList<IscsiPortal> Portals)> ways, InitiatorIdentity? initiator, CancellationToken cancellationToken)
    {
        var nodes = new List<IscsiNode>();
        var failures = new List<StorageConnectException>();
        foreach (var asking in ways.Select(way => (way.Access, Task: iscsi.DiscoverAsync(way.Access, initiator, warn, cancellationToken))).ToList())
        {
            try
            {
                nodes.AddRange(from node in await asking.Task
                               select node with { Access = asking.Access, Initiator = initiator });
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

        failures.ForEach(failure => warn($"'{element.Name}' may have fewer paths than possible: {failure.Message}"));

        // Portals report each other.
        return IscsiNode.InTurn(nodes);
    }

    /// <summary>The access contexts with the portals at all addresses of their hosts, one for each network device that may be used.</summary>
    private async Task<IReadOnlyList<(AccessContext Access, IReadOnlyList<IscsiPortal> Portals)>> ResolveAsync(StorageServer server,
        CancellationToken cancellationToken)
    {
        DemandContext(server);
        var resolved = new List<(AccessContext Access, IReadOnlyList<IscsiPortal> Portals)>();
        var failures = new List<ArrayUnreachableException>();
        foreach (var context in server.AccessContexts)
        {
            try
            {
                var portals = PortalsOf(context, await HostNames.ResolveAsync(context.Host, server.Name, cancellationToken));
                resolved.AddRange(WaysOf(server, context).Select(way => (way, portals)));
            }
            catch (ArrayUnreachableException e)
            {
                failures.Add(e); // the other portals may do
            }
        }

        if (resolved.Count == 0)
        {
            throw failures[0];
        }

        failures.ForEach(failure => warn(failure.Message));
        return resolved;
    }

    private static void DemandContext(StorageServer server)
    {
        if (server.AccessContexts.Count == 0)
        {
            throw IscsiErrors.AccessContextNeeded(server.Name);
        }
    }

    /// <summary>The login for one target at its portal.</summary>
    public static IscsiNode NodeOf(IscsiTarget target, AccessContext context) => new(target.TargetName, PortalOf(target), target.Tpgt, context);

    // Logout must work without a name service.
    private static async Task<IReadOnlyList<IscsiPortal>> TryResolveAsync(AccessContext context, CancellationToken cancellationToken)
    {
        try
        {
            return PortalsOf(context, await HostNames.ResolveAsync(context.Host, null, cancellationToken));
        }
        catch (ArrayUnreachableException)
        {
            return [];
        }
    }

    private static IReadOnlyList<IscsiPortal> PortalsOf(AccessContext context, IReadOnlyList<string> addresses) =>
        [.. addresses.Select(address => new IscsiPortal(address, context.Port))];

    private static IscsiPortal PortalOf(IscsiTarget target) => IscsiPortal.TryParse(target.Portal, out var portal)
        ? portal
        : throw IscsiErrors.IscsiPortalInvalid(target);
}
