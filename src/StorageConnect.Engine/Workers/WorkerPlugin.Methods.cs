namespace StorageConnect.Engine.Workers;

/// <content>
/// The guide's methods: each is one call of a worker, and where the plug-in doesn't implement it, the answer of the base class. The names of the
/// arguments are those of the protocol.
/// </content>
internal sealed partial class WorkerPlugin
{
    public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken) =>
        DoAsync(server, GuideMethod.Validate, [], cancellationToken);

    public override Task<Capabilities> GetCapabilitiesAsync(StorageServer server, CancellationToken cancellationToken) =>
        Implements(GuideMethod.GetCapabilities)
            ? CallAsync<Capabilities>(server, GuideMethod.GetCapabilities, [], cancellationToken)
            : Task.FromResult(descriptor.Ability);

    public override Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken) =>
        CallAsync<StorageServer>(server, GuideMethod.GetInfo, [], cancellationToken);

    public override Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        CallAsync<StorageElement>(server, GuideMethod.GetInfo, [Argument.Of("element", element)], cancellationToken);

    public override Task<IReadOnlyList<string>> GetStorageNamesAsync(StorageServer server, CancellationToken cancellationToken) =>
        Implements(GuideMethod.GetStorageNames)
            ? CallAsync<IReadOnlyList<string>>(server, GuideMethod.GetStorageNames, [], cancellationToken)
            : base.GetStorageNamesAsync(server, cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.GetAccessGroups)
            ? CallAsync<IReadOnlyList<AccessGroup>>(server, GuideMethod.GetAccessGroups, [Argument.Of("element", element)], cancellationToken)
            : base.GetAccessGroupsAsync(server, element, cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> CreateAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.CreateAccessGroups)
            ? CallAsync<IReadOnlyList<AccessGroup>>(server, GuideMethod.CreateAccessGroups, [Argument.Of("groups", groups)], cancellationToken)
            : base.CreateAccessGroupsAsync(server, groups, cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> RemoveAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.RemoveAccessGroups)
            ? CallAsync<IReadOnlyList<AccessGroup>>(server, GuideMethod.RemoveAccessGroups, [Argument.Of("groups", groups)], cancellationToken)
            : base.RemoveAccessGroupsAsync(server, groups, cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> RenameAccessGroupAsync(StorageServer server, string name, string newName,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.RenameAccessGroup)
            ? CallAsync<IReadOnlyList<AccessGroup>>(server, GuideMethod.RenameAccessGroup,
                [Argument.Of("name", name), Argument.Of("newName", newName)], cancellationToken)
            : base.RenameAccessGroupAsync(server, name, newName, cancellationToken);

    public override Task<AccessGroup> AddToAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.AddToAccessGroup)
            ? CallAsync<AccessGroup>(server, GuideMethod.AddToAccessGroup,
                [Argument.Of("groupName", groupName), Argument.Of("entries", entries)], cancellationToken)
            : base.AddToAccessGroupAsync(server, groupName, entries, cancellationToken);

    public override Task<AccessGroup> RemoveFromAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.RemoveFromAccessGroup)
            ? CallAsync<AccessGroup>(server, GuideMethod.RemoveFromAccessGroup,
                [Argument.Of("groupName", groupName), Argument.Of("entries", entries)], cancellationToken)
            : base.RemoveFromAccessGroupAsync(server, groupName, entries, cancellationToken);

    public override Task<StorageServer> DiscoverAsync(StorageServer server, CancellationToken cancellationToken) =>
        Implements(GuideMethod.Discover)
            ? CallAsync<StorageServer>(server, GuideMethod.Discover, [], cancellationToken)
            : base.DiscoverAsync(server, cancellationToken);

    public override Task StartAsync(StorageServer server, CancellationToken cancellationToken) =>
        Implements(GuideMethod.Start)
            ? DoAsync(server, GuideMethod.Start, [], cancellationToken)
            : base.StartAsync(server, cancellationToken);

    public override Task StopAsync(StorageServer server, CancellationToken cancellationToken) =>
        Implements(GuideMethod.Stop)
            ? DoAsync(server, GuideMethod.Stop, [], cancellationToken)
            : base.StopAsync(server, cancellationToken);

    public override Task RefreshAsync(StorageServer server, CancellationToken cancellationToken) =>
        Implements(GuideMethod.Refresh)
            ? DoAsync(server, GuideMethod.Refresh, [], cancellationToken)
            : base.RefreshAsync(server, cancellationToken);

    public override Task<IReadOnlyList<StorageElement>> UpdateStorageElementsAsync(StorageServer server, IReadOnlyList<StorageElement> elements,
        bool appendAllowed, CancellationToken cancellationToken) =>
        Implements(GuideMethod.UpdateStorageElements)
            ? CallAsync<IReadOnlyList<StorageElement>>(server, GuideMethod.UpdateStorageElements,
                [Argument.Of("elements", elements), Argument.Of("appendAllowed", appendAllowed)], cancellationToken)
            : base.UpdateStorageElementsAsync(server, elements, appendAllowed, cancellationToken);

    public override Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        CallAsync<string>(server, GuideMethod.GetStatus, [Argument.Of("element", element)], cancellationToken);

    public override Task OnlineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Implements(GuideMethod.Online)
            ? DoAsync(server, GuideMethod.Online, [Argument.Of("element", element)], cancellationToken)
            : base.OnlineAsync(server, element, cancellationToken);

    public override Task OfflineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Implements(GuideMethod.Offline)
            ? DoAsync(server, GuideMethod.Offline, [Argument.Of("element", element)], cancellationToken)
            : base.OfflineAsync(server, element, cancellationToken);

    public override Task<StorageElement> CreateAsync(StorageServer server, StorageElement element, bool thinProvision, string? qos,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.Create)
            ? CallAsync<StorageElement>(server, GuideMethod.Create,
                [Argument.Of("element", element), Argument.Of("thinProvision", thinProvision), Argument.Of("qos", qos)], cancellationToken)
            : base.CreateAsync(server, element, thinProvision, qos, cancellationToken);

    public override Task<StorageElement> StartPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.StartPresent)
            ? CallAsync<StorageElement>(server, GuideMethod.StartPresent,
                [Argument.Of("element", element), Argument.Of("accessGroupNames", accessGroupNames)], cancellationToken)
            : base.StartPresentAsync(server, element, accessGroupNames, cancellationToken);

    public override Task<StorageElement> StopPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.StopPresent)
            ? CallAsync<StorageElement>(server, GuideMethod.StopPresent,
                [Argument.Of("element", element), Argument.Of("accessGroupNames", accessGroupNames)], cancellationToken)
            : base.StopPresentAsync(server, element, accessGroupNames, cancellationToken);

    public override Task<StorageElement> ResizeAsync(StorageServer server, StorageElement element, long newSizeBytes, CancellationToken cancellationToken) =>
        Implements(GuideMethod.Resize)
            ? CallAsync<StorageElement>(server, GuideMethod.Resize,
                [Argument.Of("element", element), Argument.Of("newSizeBytes", newSizeBytes)], cancellationToken)
            : base.ResizeAsync(server, element, newSizeBytes, cancellationToken);

    public override Task RemoveAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Implements(GuideMethod.Remove)
            ? DoAsync(server, GuideMethod.Remove, [Argument.Of("element", element)], cancellationToken)
            : base.RemoveAsync(server, element, cancellationToken);

    public override Task<long> GetCloneLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        Implements(GuideMethod.GetCloneLimits)
            ? CallAsync<long>(server, GuideMethod.GetCloneLimits, [Argument.Of("element", element)], cancellationToken)
            : base.GetCloneLimitsAsync(server, element, cancellationToken);

    public override Task<bool> IsCloneableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Implements(GuideMethod.IsCloneable)
            ? CallAsync<bool>(server, GuideMethod.IsCloneable, [Argument.Of("element", element)], cancellationToken)
            : base.IsCloneableAsync(server, element, cancellationToken);

    public override Task<StorageElement> CloneAsync(StorageServer server, StorageElement element, StorageElement? destination, string? qos,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.Clone)
            ? CallAsync<StorageElement>(server, GuideMethod.Clone,
                [Argument.Of("element", element), Argument.Of("destination", destination), Argument.Of("qos", qos)], cancellationToken)
            : base.CloneAsync(server, element, destination, qos, cancellationToken);

    public override Task<bool> IsSplittableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Implements(GuideMethod.IsSplittable)
            ? CallAsync<bool>(server, GuideMethod.IsSplittable, [Argument.Of("element", element)], cancellationToken)
            : base.IsSplittableAsync(server, element, cancellationToken);

    public override Task<StorageElement> SplitCloneAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Implements(GuideMethod.SplitClone)
            ? CallAsync<StorageElement>(server, GuideMethod.SplitClone, [Argument.Of("element", element)], cancellationToken)
            : base.SplitCloneAsync(server, element, cancellationToken);

    public override Task<StorageElement> CloneFromSnapAsync(StorageServer server, StorageElement element, StorageElement snapshot, StorageElement? destination,
        string? qos, CancellationToken cancellationToken) =>
        Implements(GuideMethod.CloneFromSnap)
            ? CallAsync<StorageElement>(server, GuideMethod.CloneFromSnap,
                [Argument.Of("element", element), Argument.Of("snapshot", snapshot), Argument.Of("destination", destination), Argument.Of("qos", qos)],
                cancellationToken)
            : base.CloneFromSnapAsync(server, element, snapshot, destination, qos, cancellationToken);

    public override Task<IReadOnlyList<StorageElement>> GetCurrentClonesAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.GetCurrentClones)
            ? CallAsync<IReadOnlyList<StorageElement>>(server, GuideMethod.GetCurrentClones, [Argument.Of("element", element)], cancellationToken)
            : base.GetCurrentClonesAsync(server, element, cancellationToken);

    public override Task<long> GetSnapLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        Implements(GuideMethod.GetSnapLimits)
            ? CallAsync<long>(server, GuideMethod.GetSnapLimits, [Argument.Of("element", element)], cancellationToken)
            : base.GetSnapLimitsAsync(server, element, cancellationToken);

    public override Task<bool> IsSnapableAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        Implements(GuideMethod.IsSnapable)
            ? CallAsync<bool>(server, GuideMethod.IsSnapable, [Argument.Of("element", element)], cancellationToken)
            : base.IsSnapableAsync(server, element, cancellationToken);

    public override Task<StorageElement> CreateSnapAsync(StorageServer server, StorageElement element, StorageElement? destination,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.CreateSnap)
            ? CallAsync<StorageElement>(server, GuideMethod.CreateSnap,
                [Argument.Of("element", element), Argument.Of("destination", destination)], cancellationToken)
            : base.CreateSnapAsync(server, element, destination, cancellationToken);

    public override Task<StorageElement> CreateMultiSnapAsync(StorageServer server, IReadOnlyList<StorageElement> elements, StorageElement? destination,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.CreateMultiSnap)
            ? CallAsync<StorageElement>(server, GuideMethod.CreateMultiSnap,
                [Argument.Of("elements", elements), Argument.Of("destination", destination)], cancellationToken)
            : base.CreateMultiSnapAsync(server, elements, destination, cancellationToken);

    public override Task<bool> IsRestorableAsync(StorageServer server, StorageElement snapshot, StorageElement? element,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.IsRestorable)
            ? CallAsync<bool>(server, GuideMethod.IsRestorable, [Argument.Of("snapshot", snapshot), Argument.Of("element", element)], cancellationToken)
            : base.IsRestorableAsync(server, snapshot, element, cancellationToken);

    public override Task SnapRestoreAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        Implements(GuideMethod.SnapRestore)
            ? DoAsync(server, GuideMethod.SnapRestore, [Argument.Of("snapshot", snapshot), Argument.Of("element", element)], cancellationToken)
            : base.SnapRestoreAsync(server, snapshot, element, cancellationToken);

    public override Task SnapRemoveAsync(StorageServer server, StorageElement snapshot, CancellationToken cancellationToken) =>
        Implements(GuideMethod.SnapRemove)
            ? DoAsync(server, GuideMethod.SnapRemove, [Argument.Of("snapshot", snapshot)], cancellationToken)
            : base.SnapRemoveAsync(server, snapshot, cancellationToken);

    public override Task<IReadOnlyList<StorageElement>> GetCurrentSnapsAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) =>
        Implements(GuideMethod.GetCurrentSnaps)
            ? CallAsync<IReadOnlyList<StorageElement>>(server, GuideMethod.GetCurrentSnaps, [Argument.Of("element", element)], cancellationToken)
            : base.GetCurrentSnapsAsync(server, element, cancellationToken);

    public override Task<IReadOnlyList<QosValue>> GetQosListAsync(StorageServer server, CancellationToken cancellationToken) =>
        Implements(GuideMethod.GetQosList)
            ? CallAsync<IReadOnlyList<QosValue>>(server, GuideMethod.GetQosList, [], cancellationToken)
            : base.GetQosListAsync(server, cancellationToken);

    public override Task SetQosAsync(StorageServer server, StorageElement element, string qos, CancellationToken cancellationToken) =>
        Implements(GuideMethod.SetQos)
            ? DoAsync(server, GuideMethod.SetQos, [Argument.Of("element", element), Argument.Of("qos", qos)], cancellationToken)
            : base.SetQosAsync(server, element, qos, cancellationToken);

    public override Task<StorageElement> GetAsyncProgressAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken) =>
        Implements(GuideMethod.GetAsyncProgress)
            ? CallAsync<StorageElement>(server, GuideMethod.GetAsyncProgress, [Argument.Of("record", record)], cancellationToken)
            : base.GetAsyncProgressAsync(server, record, cancellationToken);

    public override Task<bool> CancelAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken) =>
        Implements(GuideMethod.Cancel)
            ? CallAsync<bool>(server, GuideMethod.Cancel, [Argument.Of("record", record)], cancellationToken)
            : base.CancelAsync(server, record, cancellationToken);

    protected override NoSuchOperationException Unsupported(StorageServer server, string method) =>
        new($"The array '{server?.Name}' can't {GuideMethod.ToWords(method)}: its plug-in {descriptor.ClassName} does not support it.")
        {
            Element = server?.Name,
            Recommendation = "Get-OscCapability shows what the array can do. Use the array's own tools for the rest.",
        };
}
