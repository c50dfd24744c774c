using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;
using StorageConnect.Plugins.Cinder.Operations;

namespace StorageConnect.Plugins.Cinder;

/// <content>The project as a whole.</content>
public sealed partial class CinderPlugin
{
    public override async Task ValidateAsync(StorageServer server, CancellationToken cancellationToken)
    {
        var array = Open(server);
        if (server.StorageType != StorageType.iSCSI)
        {
            throw CinderErrors.ServerInvalid(server, $"its storage type is {server.StorageType}, and volumes are presented over iSCSI",
                "Give -StorageType iSCSI.");
        }

        if (server.StorageName is { Length: > 0 })
        {
            throw CinderErrors.ServerInvalid(server, "it has a storage name, and the project decides what there is", "Leave out -StorageName.");
        }

        if (server.AccessContexts.Count > 0)
        {
            throw CinderErrors.ServerInvalid(server, "it has access contexts, and Cinder tells the portals and secrets of each volume itself",
                "Leave out -AccessContext.");
        }

        var login = await array.Api.Session.OpenAsync(cancellationToken);
        if (server.ArrayId is { } known && known != login.ProjectId)
        {
            throw CinderErrors.OtherProject(server, known, login.ProjectId);
        }

        if (array.Address.Project is { } wanted && wanted != login.ProjectId && wanted != login.ProjectName)
        {
            throw CinderErrors.ServerInvalid(server, $"its application credential belongs to the project '{login.ProjectName}', not to '{wanted}'",
                "Correct or leave out Project=.");
        }

        // The attachments of another project look as if others had ended them.
        var register = array.Register.Read();
        if (register is { ProjectId: { } project, Presentations.Count: > 0 } && project != login.ProjectId)
        {
            throw CinderErrors.PresentedInOtherProject(server, project, login.ProjectId, register.Presentations.Select(one => Ids.ToUuid(one.VolumeId)));
        }

        await array.Api.GetLimitsAsync(cancellationToken);
    }

    /// <summary>What the plug-in can; without a volume type for several hosts a group has one initiator.</summary>
    public override async Task<Capabilities> GetCapabilitiesAsync(StorageServer server, CancellationToken cancellationToken)
    {
        var all = await base.GetCapabilitiesAsync(server, cancellationToken);
        return (await Open(server).GetTypesAsync(cancellationToken)).Any(type => type.IsMultiattach) ? all : new(all) { MaxAccessEntries = 1 };
    }

    public override async Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken)
    {
        var array = Open(server);
        var login = await array.Api.Session.OpenAsync(cancellationToken);
        var limits = await array.Api.GetLimitsAsync(cancellationToken);
        var pools = await array.Api.TryListPoolsAsync(cancellationToken);
        var types = await array.GetTypesAsync(cancellationToken);
        var capacity = Capacity.Of(limits, pools);
        return server with
        {
            ArrayId = login.ProjectId,
            Description = await DescribeAsync(array, login.ProjectName, pools, cancellationToken),
            Status = StatusOf(limits, pools),
            VolumeGroups = new TypeChoice(types).Places.ToValueList(),
            TotalBytes = capacity.Total,
            UsedBytes = capacity.Used,
            FreeBytes = capacity.Free,
            AllocatedBytes = capacity.Allocated,
        };
    }

    public override async Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        var array = Open(server);
        if (element is null)
        {
            return StatusOf(await array.Api.GetLimitsAsync(cancellationToken), await array.Api.TryListPoolsAsync(cancellationToken));
        }

        return element.Type == StorageElementType.Snapshot
            ? (await new SnapshotFinder(array).GetAsync(element, cancellationToken)).Status!
            : await new StatusText(array).OfAsync(await array.RequireVolumeAsync(element, cancellationToken), cancellationToken);
    }

    private static async Task<string> DescribeAsync(CinderArray array, string project, IReadOnlyList<Pool>? pools, CancellationToken cancellationToken)
    {
        var text = $"OpenStack Block Storage, API {await array.Api.Session.GetVersionAsync(cancellationToken)}, project {project}";
        var kinds = (pools ?? []).Select(pool => $"{pool.Text("vendor_name")} {pool.Text("storage_protocol")}").Distinct().ToList();
        return kinds.Count == 0 ? text : $"{text}; back-ends: {string.Join(", ", kinds)}";
    }

    private static string StatusOf(Limits limits, IReadOnlyList<Pool>? pools)
    {
        var quota = limits.MaxTotalVolumes < 0 ? $"{limits.TotalVolumesUsed} volumes" : $"{limits.TotalVolumesUsed} of {limits.MaxTotalVolumes} volumes";
        if (pools is null)
        {
            return $"reachable; {quota}"; // back-ends are for administrators to see
        }

        var down = pools.Where(pool => pool.Text("backend_state") is "down").Select(pool => pool.Name).ToList();
        return pools.Count == 0 ? $"no back-end is ready; {quota}"
            : down.Count == 0 ? $"{pools.Count} pool{(pools.Count == 1 ? "" : "s")} up; {quota}"
            : $"{down.Count} of {pools.Count} pools down: {string.Join(", ", down)}; {quota}";
    }
}
