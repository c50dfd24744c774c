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
        var rounds = await PlanAnyAsync(server, element, initiator, cancellationToken);
        return initiator is null ? rounds : [.. rounds.Select(round => round.Select(node => node with { Initiator = initiator }).ToList())];
    }

    private async Task<IReadOnlyList<IReadOnlyList<IscsiNode>>> PlanAnyAsync(StorageServer server, StorageElement element,
        InitiatorIdentity? initiator, CancellationToken cancellationToken)
    {
        var access = await ResolveAsync(server, cancellationToken);
        if (element.LunAddresses.Count > 0)
        {
            return [[.. element.LunAddresses.DistinctBy(lun => (lun.TargetName, lun.Tpgt)).SelectMany(lun => ToNodes(server, access, lun)).Distinct()]];
        }

        var found = (await DiscoverAsync(element, access, initiator, cancellationToken)).ToLookup(node => Names(node.TargetName, element));
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
        var addresses = new List<(AccessContext Context, IReadOnlyList<string> Addresses)>();
        foreach (var context in server.AccessContexts)
        {
            addresses.Add((context, await TryResolveAsync(context.Host, cancellationToken)));
        }

        return
        [
            .. from target in server.IscsiTargets
               let portal = PortalOf(target)
               let owner = addresses.Find(one => one.Context.Port == portal.Port && one.Addresses.Contains(portal.Address)).Context ?? addresses[0].Context
               from context in given.Where(one => one.Port == owner.Port && string.Equals(one.Host, owner.Host, StringComparison.OrdinalIgnoreCase))
               from way in WaysOf(server, context)
               select new IscsiNode(target.TargetName, portal, target.Tpgt, way)
        ];
    }

    // Many arrays with one target per element put the element's name into the target's name.
    private static bool Names(string target, StorageElement element) =>
        (element.Uuid.Length > 0 && target.Contains(element.Uuid, StringComparison.OrdinalIgnoreCase))
        || target.Contains(element.Page83Id[1..], StringComparison.OrdinalIgnoreCase);

    /// <summary>The portals that a discovery found for the target, else those of the access contexts: the array may have created the target just now.</summary>
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

    private async Task<List<IscsiNode>> DiscoverAsync(StorageElement element, IReadOnlyList<AccessContext> access, InitiatorIdentity? initiator,
        CancellationToken cancellationToken)
    {
        var nodes = new List<IscsiNode>();
        var failures = new List<StorageConnectException>();
        foreach (var asking in access.Select(context => (context, Task: iscsi.DiscoverAsync(context, initiator, warn, cancellationToken))).ToList())
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

        failures.ForEach(failure => warn($"'{element.Name}' may have fewer paths than possible: {failure.Message}"));

        // Portals report each other.
        return [.. nodes.DistinctBy(node => (node.TargetName, node.Portal, node.Access.NetDevice))];
    }

    private static IscsiPortal PortalOf(AccessContext context) => new(context.Host, context.Port);

    /// <summary>The access contexts with addresses for host names, one for each network device that may be used.</summary>
    private async Task<IReadOnlyList<AccessContext>> ResolveAsync(StorageServer server, CancellationToken cancellationToken)
    {
        DemandContext(server);
        var resolved = new List<AccessContext>();
        var failures = new List<ArrayUnreachableException>();
        foreach (var context in server.AccessContexts)
        {
            try
            {
                var addresses = await HostNames.ResolveAsync(context.Host, server.Name, cancellationToken);
                resolved.AddRange(WaysOf(server, context with { Host = addresses[0] }));
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
    private static async Task<IReadOnlyList<string>> TryResolveAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return await HostNames.ResolveAsync(host, null, cancellationToken);
        }
        catch (ArrayUnreachableException)
        {
            return [];
        }
    }

    private static IscsiPortal PortalOf(IscsiTarget target) => IscsiPortal.TryParse(target.Portal, out var portal)
        ? portal
        : throw IscsiErrors.IscsiPortalInvalid(target);
}
