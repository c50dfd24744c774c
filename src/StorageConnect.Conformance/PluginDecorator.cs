namespace StorageConnect.Conformance;

/// <summary>Stands between the engine and a plug-in: every method of the guide comes by here.</summary>
internal abstract class PluginDecorator(StorageArrayPlugin inner) : StorageArrayPlugin
{
    public override TimeSpan? ProgressInterval => Inner.ProgressInterval;

    protected StorageArrayPlugin Inner { get; } = inner;

    public override bool Implements(string method) => Inner.Implements(method);

    public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken) =>
        DoAsync(GuideMethod.Validate, server, () => Inner.ValidateAsync(server, cancellationToken), cancellationToken);

    public override Task<Capabilities> GetCapabilitiesAsync(StorageServer server, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.GetCapabilities, server, () => Inner.GetCapabilitiesAsync(server, cancellationToken), cancellationToken);

    public override Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.GetInfo, server, () => Inner.GetInfoAsync(server, cancellationToken), cancellationToken);

    public override Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.GetInfo, server, () => Inner.GetInfoAsync(server, element, cancellationToken), cancellationToken);

    public override Task<IReadOnlyList<string>> GetStorageNamesAsync(StorageServer server, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.GetStorageNames, server, () => Inner.GetStorageNamesAsync(server, cancellationToken), cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.GetAccessGroups, server, () => Inner.GetAccessGroupsAsync(server, element, cancellationToken), cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> CreateAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.CreateAccessGroups, server, () => Inner.CreateAccessGroupsAsync(server, groups, cancellationToken), cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> RemoveAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.RemoveAccessGroups, server, () => Inner.RemoveAccessGroupsAsync(server, groups, cancellationToken), cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> RenameAccessGroupAsync(StorageServer server, string name, string newName,
        CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.RenameAccessGroup, server, () => Inner.RenameAccessGroupAsync(server, name, newName, cancellationToken), cancellationToken);

    public override Task<AccessGroup> AddToAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.AddToAccessGroup, server, () => Inner.AddToAccessGroupAsync(server, groupName, entries, cancellationToken), cancellationToken);

    public override Task<AccessGroup> RemoveFromAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.RemoveFromAccessGroup, server,
            () => Inner.RemoveFromAccessGroupAsync(server, groupName, entries, cancellationToken), cancellationToken);

    public override Task<StorageServer> DiscoverAsync(StorageServer server, CancellationToken cancellationToken) =>
        CallAsync("discover", server, () => Inner.DiscoverAsync(server, cancellationToken), cancellationToken);

    public override Task StartAsync(StorageServer server, CancellationToken cancellationToken) =>
        DoAsync("start", server, () => Inner.StartAsync(server, cancellationToken), cancellationToken);

    public override Task StopAsync(StorageServer server, CancellationToken cancellationToken) =>
        DoAsync("stop", server, () => Inner.StopAsync(server, cancellationToken), cancellationToken);

    public override Task RefreshAsync(StorageServer server, CancellationToken cancellationToken) =>
        DoAsync(GuideMethod.Refresh, server, () => Inner.RefreshAsync(server, cancellationToken), cancellationToken);

    public override IAsyncEnumerable<StorageElement> ListAsync(StorageServer server, StorageElementFilter filter, CancellationToken cancellationToken) =>
        Inner.ListAsync(server, filter, cancellationToken);

    public override Task<IReadOnlyList<StorageElement>> UpdateStorageElementsAsync(StorageServer server, IReadOnlyList<StorageElement> elements,
        bool appendAllowed, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.UpdateStorageElements, server,
            () => Inner.UpdateStorageElementsAsync(server, elements, appendAllowed, cancellationToken), cancellationToken);

    public override Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.GetStatus, server, () => Inner.GetStatusAsync(server, element, cancellationToken), cancellationToken);

    public override Task OnlineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        DoAsync(GuideMethod.Online, server, () => Inner.OnlineAsync(server, element, cancellationToken), cancellationToken);

    public override Task OfflineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        DoAsync(GuideMethod.Offline, server, () => Inner.OfflineAsync(server, element, cancellationToken), cancellationToken);

    public override Task<StorageElement> CreateAsync(StorageServer server, StorageElement element, bool thinProvision, string? qos,
        CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.Create, server, () => Inner.CreateAsync(server, element, thinProvision, qos, cancellationToken), cancellationToken);

    public override Task<StorageElement> StartPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.StartPresent, server, () => Inner.StartPresentAsync(server, element, accessGroupNames, cancellationToken), cancellationToken);

    public override Task<StorageElement> StopPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.StopPresent, server, () => Inner.StopPresentAsync(server, element, accessGroupNames, cancellationToken), cancellationToken);

    public override Task<StorageElement> ResizeAsync(StorageServer server, StorageElement element, long newSizeBytes, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.Resize, server, () => Inner.ResizeAsync(server, element, newSizeBytes, cancellationToken), cancellationToken);

    public override Task RemoveAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        DoAsync(GuideMethod.Remove, server, () => Inner.RemoveAsync(server, element, cancellationToken), cancellationToken);

    public override Task<long> GetCloneLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.GetCloneLimits, server, () => Inner.GetCloneLimitsAsync(server, element, cancellationToken), cancellationToken);

    public override Task<bool> IsCloneableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.IsCloneable, server, () => Inner.IsCloneableAsync(server, element, cancellationToken), cancellationToken);

    public override Task<StorageElement> CloneAsync(StorageServer server, StorageElement element, StorageElement? destination, string? qos,
        CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.Clone, server, () => Inner.CloneAsync(server, element, destination, qos, cancellationToken), cancellationToken);

    public override Task<bool> IsSplittableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.IsSplittable, server, () => Inner.IsSplittableAsync(server, element, cancellationToken), cancellationToken);

    public override Task<StorageElement> SplitCloneAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.SplitClone, server, () => Inner.SplitCloneAsync(server, element, cancellationToken), cancellationToken);

    public override Task<StorageElement> CloneFromSnapAsync(StorageServer server, StorageElement element, StorageElement snapshot, StorageElement? destination,
        string? qos, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.CloneFromSnap, server,
            () => Inner.CloneFromSnapAsync(server, element, snapshot, destination, qos, cancellationToken), cancellationToken);

    public override Task<IReadOnlyList<StorageElement>> GetCurrentClonesAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.GetCurrentClones, server, () => Inner.GetCurrentClonesAsync(server, element, cancellationToken), cancellationToken);

    public override Task<long> GetSnapLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.GetSnapLimits, server, () => Inner.GetSnapLimitsAsync(server, element, cancellationToken), cancellationToken);

    public override Task<bool> IsSnapableAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.IsSnapable, server, () => Inner.IsSnapableAsync(server, element, cancellationToken), cancellationToken);

    public override Task<StorageElement> CreateSnapAsync(StorageServer server, StorageElement element, StorageElement? destination,
        CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.CreateSnap, server, () => Inner.CreateSnapAsync(server, element, destination, cancellationToken), cancellationToken);

    public override Task<StorageElement> CreateMultiSnapAsync(StorageServer server, IReadOnlyList<StorageElement> elements, StorageElement? destination,
        CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.CreateMultiSnap, server, () => Inner.CreateMultiSnapAsync(server, elements, destination, cancellationToken), cancellationToken);

    public override Task<bool> IsRestorableAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.IsRestorable, server, () => Inner.IsRestorableAsync(server, snapshot, element, cancellationToken), cancellationToken);

    public override Task SnapRestoreAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        DoAsync(GuideMethod.SnapRestore, server, () => Inner.SnapRestoreAsync(server, snapshot, element, cancellationToken), cancellationToken);

    public override Task SnapRemoveAsync(StorageServer server, StorageElement snapshot, CancellationToken cancellationToken) =>
        DoAsync(GuideMethod.SnapRemove, server, () => Inner.SnapRemoveAsync(server, snapshot, cancellationToken), cancellationToken);

    public override Task<IReadOnlyList<StorageElement>> GetCurrentSnapsAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.GetCurrentSnaps, server, () => Inner.GetCurrentSnapsAsync(server, element, cancellationToken), cancellationToken);

    public override Task<IReadOnlyList<QosValue>> GetQosListAsync(StorageServer server, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.GetQosList, server, () => Inner.GetQosListAsync(server, cancellationToken), cancellationToken);

    public override Task SetQosAsync(StorageServer server, StorageElement element, string qos, CancellationToken cancellationToken) =>
        DoAsync(GuideMethod.SetQos, server, () => Inner.SetQosAsync(server, element, qos, cancellationToken), cancellationToken);

    public override Task<StorageElement> GetAsyncProgressAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.GetAsyncProgress, server, () => Inner.GetAsyncProgressAsync(server, record, cancellationToken), cancellationToken);

    public override Task<bool> CancelAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.Cancel, server, () => Inner.CancelAsync(server, record, cancellationToken), cancellationToken);

    /// <summary>What happens to every call but list.</summary>
    /// <param name="method">The guide's name of the method.</param>
    /// <param name="server">The server it is for.</param>
    /// <param name="call">Does it.</param>
    /// <param name="cancellationToken">The token of the call.</param>
    protected abstract Task<T> CallAsync<T>(string method, StorageServer server, Func<Task<T>> call, CancellationToken cancellationToken);

    private Task<bool> DoAsync(string method, StorageServer server, Func<Task> call, CancellationToken cancellationToken) =>
        CallAsync(
            method,
            server,
            async () =>
            {
                await call();
                return true;
            },
            cancellationToken);
}
