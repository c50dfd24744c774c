namespace StorageConnect.Plugins.GenericIscsi;

/// <summary>
/// Any iSCSI target as it is: the LUNs that are visible after login. There is no management interface, so nothing on the array can be changed.
/// </summary>
/// <remarks>
/// Passive, as the guide's generic plug-ins are. Discover, start and stop are the engine's; the host lists the LUNs
/// (<see cref="IHostServices.FindLuns"/>). An element exists here as long as this host is logged in to a target that shows it.
/// </remarks>
[StorageArrayPlugin(
    "GenericIscsi",
    "StorageConnect",
    "1.0.0-1",
    "Any iSCSI target, as it is: uses its LUNs, changes nothing on it.",
    StorageType.iSCSI,
    RequiredApiVersion = "1.2.9",
    ExtendedApiVersion = "1.2.10",
    Snapshot = Ability.Unsupported,
    CustomSnapName = Ability.Unsupported,
    SnapIsSync = Ability.Unsupported,
    Clone = Ability.Unsupported,
    CustomCloneName = Ability.Unsupported,
    CloneIsSync = Ability.Unsupported,
    Resize = Ability.Unsupported,
    ResizeIsSync = Ability.Unsupported,
    SplitClone = Ability.Unsupported,
    SplitCloneIsSync = Ability.Unsupported,
    SplitCloneWhileOpen = Ability.Unsupported,
    SnapClone = Ability.Unsupported,
    SnapCloneIsSync = Ability.Unsupported,
    RequireStorageName = Ability.No,
    AccessControl = Ability.No,
    MaxAccessEntries = 0)]
public sealed partial class GenericIscsiPlugin : StorageArrayPlugin
{
    /// <summary>The one access group: every initiator that the target admits.</summary>
    internal const string GroupName = "everyone";

    public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        var problem =
            server.StorageType != StorageType.iSCSI ? ($"its storage type is {server.StorageType}, and a target is an iSCSI target",
                "Register it with -StorageType iSCSI.")
            : server.AccessContexts.Count == 0 ? ("it names no host at which targets are found", "Give -AccessContext (New-OscAccessContext -HostName ...).")
            : server.AdminHost is not null || server.AdminUser is not null ? ("it names a management host or user, and a target has no management",
                "Leave out -AdminHost and -Credential; CHAP belongs into the access contexts.")
            : server.StorageName is not null ? ("it names an array behind a concentrator, and a target is just one", "Leave out -StorageName.")
            : !string.IsNullOrWhiteSpace(server.ExtraInfo) ? ($"'{server.ExtraInfo}' means nothing to a target", "Leave out -ExtraInfo.")
            : default((string Text, string Action)?);
        if (problem is { } wrong)
        {
            throw new InvalidStorageArrayException($"'{server.Name}' can't be used as it is: {wrong.Text}.")
            {
                ErrorId = "GenericIscsiServerInvalid",
                Element = server.Name,
                Recommendation = wrong.Action,
            };
        }

        // Whether a portal answers is not checked: logging out of remaining sessions must work without it.
        return Task.CompletedTask;
    }

    public override Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        var luns = FindLuns(server);
        var models = luns.Select(lun => lun.Model).Where(model => model.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        return Task.FromResult(server with
        {
            Description = models.Count == 0 ? "iSCSI targets, as they are" : $"iSCSI targets, as they are: {string.Join(", ", models)}",
            Status = StatusOf(server),
            TotalBytes = luns.Sum(lun => lun.SizeBytes),
            AllocatedBytes = luns.Sum(lun => lun.SizeBytes),
        });
    }

    public override Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Task.FromResult(element is null ? StatusOf(server) : Require(server, element).Status!);
    }

    private string StatusOf(StorageServer server)
    {
        var connected = server.IscsiTargets.Count(Host.IsConnected);
        return server.IscsiTargets.Count == 0 ? "No targets found yet"
            : connected == 0 ? "Not connected"
            : $"Connected to {connected} of {server.IscsiTargets.Count} portals";
    }
}
