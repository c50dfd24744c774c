namespace StorageConnect.Tests.Recording;

/// <summary>
/// Leads each call to the <see cref="RecordingArray"/> that the server means. The engine finds plug-ins in folders, so tests put an empty
/// subclass with a descriptor there: see <see cref="PluginBlueprint"/>.
/// </summary>
public class RecordingPlugin : StorageArrayPlugin
{
    public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken) =>
        Ask(GuideMethod.Validate, server, [], _ => default(Done), cancellationToken);

    public override Task<Capabilities> GetCapabilitiesAsync(StorageServer server, CancellationToken cancellationToken) =>
        Ask(GuideMethod.GetCapabilities, server, [], array => array.Abilities, cancellationToken);

    public override Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken) =>
        Ask(GuideMethod.GetInfo, server, [], array => array.Describe(server), cancellationToken);

    public override Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.GetInfo, server, [element], array => array.Get(element), cancellationToken);

    public override Task<IReadOnlyList<string>> GetStorageNamesAsync(StorageServer server, CancellationToken cancellationToken) =>
        Ask(GuideMethod.GetStorageNames, server, [], array => array.StorageNames, cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.GetAccessGroups, server, [element], array => array.GroupsOf(element), cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> CreateAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) =>
        Ask(GuideMethod.CreateAccessGroups, server, [groups], array => array.CreateGroups(groups), cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> RemoveAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) =>
        Ask(GuideMethod.RemoveAccessGroups, server, [groups], array => array.RemoveGroups(groups), cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> RenameAccessGroupAsync(StorageServer server, string name, string newName,
        CancellationToken cancellationToken) =>
        Ask(GuideMethod.RenameAccessGroup, server, [name, newName], array => array.RenameGroup(name, newName), cancellationToken);

    public override Task<AccessGroup> AddToAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) =>
        Ask(GuideMethod.AddToAccessGroup, server, [groupName, entries], array => array.AddEntries(groupName, entries), cancellationToken);

    public override Task<AccessGroup> RemoveFromAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) =>
        Ask(GuideMethod.RemoveFromAccessGroup, server, [groupName, entries], array => array.RemoveEntries(groupName, entries), cancellationToken);

    public override async IAsyncEnumerable<StorageElement> ListAsync(
        StorageServer server,
        StorageElementFilter filter,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var element in await Ask(GuideMethod.List, server, [filter], array => array.List(filter), cancellationToken))
        {
            yield return element;
        }
    }

    public override Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.GetStatus, server, [element], array => element is null ? array.Status : array.Get(element).Status!, cancellationToken);

    public override Task OnlineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.Online, server, [element], array => array.SetState(element, StorageElementState.Online), cancellationToken);

    public override Task OfflineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.Offline, server, [element], array => array.SetState(element, StorageElementState.Offline), cancellationToken);

    public override Task<StorageElement> CreateAsync(StorageServer server, StorageElement element, bool thinProvision, string? qos,
        CancellationToken cancellationToken) =>
        Ask(GuideMethod.Create, server, [element, thinProvision, qos], array => array.Create(element, thinProvision, qos), cancellationToken);

    public override Task<StorageElement> StartPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken) =>
        Ask(GuideMethod.StartPresent, server, [element, accessGroupNames], array => array.Present(element, accessGroupNames), cancellationToken);

    public override Task<StorageElement> StopPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken) =>
        Ask(GuideMethod.StopPresent, server, [element, accessGroupNames], array => array.Unpresent(element, accessGroupNames), cancellationToken);

    public override Task<StorageElement> ResizeAsync(StorageServer server, StorageElement element, long newSizeBytes, CancellationToken cancellationToken) =>
        Ask(GuideMethod.Resize, server, [element, newSizeBytes], array => array.Resize(element, newSizeBytes), cancellationToken);

    public override Task RemoveAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.Remove, server, [element], array => array.Remove(element), cancellationToken);

    public override Task<long> GetCloneLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.GetCloneLimits, server, [element], array => array.LimitOf(element, array.CloneLimit), cancellationToken);

    public override Task<bool> IsCloneableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.IsCloneable, server, [element], array => array.CanClone(element), cancellationToken);

    public override Task<StorageElement> CloneAsync(StorageServer server, StorageElement element, StorageElement? destination, string? qos,
        CancellationToken cancellationToken) =>
        Ask(GuideMethod.Clone, server, [element, destination, qos], array => array.Clone(element, destination, qos), cancellationToken);

    public override Task<bool> IsSplittableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.IsSplittable, server, [element], array => array.Get(element).Type == StorageElementType.SnapClone, cancellationToken);

    public override Task<StorageElement> SplitCloneAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.SplitClone, server, [element], array => array.Split(element), cancellationToken);

    public override Task<StorageElement> CloneFromSnapAsync(StorageServer server, StorageElement element, StorageElement snapshot, StorageElement? destination,
        string? qos, CancellationToken cancellationToken) =>
        Ask(GuideMethod.CloneFromSnap, server, [element, snapshot, destination, qos],
            array => array.CloneFromSnap(element, snapshot, destination, qos), cancellationToken);

    public override Task<IReadOnlyList<StorageElement>> GetCurrentClonesAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) =>
        Ask(GuideMethod.GetCurrentClones, server, [element], array => array.MadeOf(element, StorageElementType.SnapClone), cancellationToken);

    public override Task<long> GetSnapLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.GetSnapLimits, server, [element], array => array.LimitOf(element, array.SnapLimit), cancellationToken);

    public override Task<bool> IsSnapableAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.IsSnapable, server, [element], array => array.CanSnap(element), cancellationToken);

    public override Task<StorageElement> CreateSnapAsync(StorageServer server, StorageElement element, StorageElement? destination,
        CancellationToken cancellationToken) =>
        Ask(GuideMethod.CreateSnap, server, [element, destination], array => array.Snap([element], destination), cancellationToken);

    public override Task<StorageElement> CreateMultiSnapAsync(StorageServer server, IReadOnlyList<StorageElement> elements, StorageElement? destination,
        CancellationToken cancellationToken) =>
        Ask(GuideMethod.CreateMultiSnap, server, [elements, destination], array => array.Snap(elements, destination), cancellationToken);

    public override Task<bool> IsRestorableAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.IsRestorable, server, [snapshot, element], array => array.CanRestore(snapshot, element), cancellationToken);

    public override Task SnapRestoreAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        Ask(GuideMethod.SnapRestore, server, [snapshot, element], array => array.Restore(snapshot, element), cancellationToken);

    public override Task SnapRemoveAsync(StorageServer server, StorageElement snapshot, CancellationToken cancellationToken) =>
        Ask(GuideMethod.SnapRemove, server, [snapshot], array => array.RemoveSnapshot(snapshot), cancellationToken);

    public override Task<IReadOnlyList<StorageElement>> GetCurrentSnapsAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) =>
        Ask(GuideMethod.GetCurrentSnaps, server, [element], array => array.MadeOf(element, StorageElementType.Snapshot), cancellationToken);

    public override Task<IReadOnlyList<QosValue>> GetQosListAsync(StorageServer server, CancellationToken cancellationToken) =>
        Ask(GuideMethod.GetQosList, server, [], array => array.Qualities, cancellationToken);

    public override Task SetQosAsync(StorageServer server, StorageElement element, string qos, CancellationToken cancellationToken) =>
        Ask(GuideMethod.SetQos, server, [element, qos], array => array.SetQos(element, qos), cancellationToken);

    public override Task<StorageElement> GetAsyncProgressAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken) =>
        Ask(GuideMethod.GetAsyncProgress, server, [record], array => array.Progress(record), cancellationToken);

    public override Task<bool> CancelAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken) =>
        Ask(GuideMethod.Cancel, server, [record], array => array.Cancel(record), cancellationToken);

    /// <summary>Writes the call down; the array does it, unless the test has it done in another way.</summary>
    protected static Task<T> Ask<T>(string method, StorageServer server, object?[] arguments, Func<MemoryArray, T> normally,
        CancellationToken cancellationToken) =>
        RecordingArray.Of(server).Answer(new(method, server, arguments), normally, cancellationToken);
}
