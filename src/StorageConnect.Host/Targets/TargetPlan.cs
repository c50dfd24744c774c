using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.Targets;

/// <summary>Which access context a target's portal belongs to: where it says who logs in, with what secrets, through which network device.</summary>
internal static class TargetPlan
{
    /// <summary>The ways to ask an access context's host: one for each network device that may be used.</summary>
    public static IEnumerable<AccessContext> WaysOf(StorageServer server, AccessContext context) =>
        context.NetDevice is not null || server.NetDevices.Count == 0
            ? [context]
            : server.NetDevices.Select(device => context with { NetDevice = device });

    /// <summary>The logins for the server's targets that belong to the access contexts given.</summary>
    /// <remarks>
    /// A portal belongs to the context that names its address. One that no context names was told of by the others, and belongs to the first.
    /// </remarks>
    public static async Task<IReadOnlyList<IscsiNode>> MakeAsync(StorageServer server, IReadOnlyList<AccessContext> given, CancellationToken cancellationToken)
    {
        if (server.AccessContexts.Count == 0)
        {
            throw IscsiErrors.AccessContextNeeded(server.Name);
        }

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

    /// <summary>The login for one target at its portal.</summary>
    public static IscsiNode NodeOf(IscsiTarget target, AccessContext context) => new(target.TargetName, PortalOf(target), target.Tpgt, context);

    // Without a name service too, a host must be able to log out.
    private static async Task<IReadOnlyList<string>> TryResolveAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return await HostNames.ResolveAsync(host, cancellationToken);
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
