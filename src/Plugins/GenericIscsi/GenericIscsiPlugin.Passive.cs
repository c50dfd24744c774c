namespace StorageConnect.Plugins.GenericIscsi;

/// <content>What only an array's management could do, and the answers that follow from there being none.</content>
public sealed partial class GenericIscsiPlugin
{
    /// <summary>What is presented to everyone stays so; there is nobody else.</summary>
    public override Task<StorageElement> StartPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return accessGroupNames.All(name => name == GroupName)
            ? Task.FromResult(Require(server, element))
            : throw Passive(server, "present LUNs");
    }

    public override Task<long> GetCloneLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) => Task.FromResult(0L);

    public override Task<bool> IsCloneableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) => Task.FromResult(false);

    public override Task<bool> IsSplittableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) => Task.FromResult(false);

    public override Task<long> GetSnapLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) => Task.FromResult(0L);

    public override Task<bool> IsSnapableAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) => Task.FromResult(false);

    public override Task<bool> IsRestorableAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        Task.FromResult(false);

    public override Task<IReadOnlyList<QosValue>> GetQosListAsync(StorageServer server, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<QosValue>>([]);

    public override Task<IReadOnlyList<AccessGroup>> CreateAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) => throw Passive(server, "make access groups");

    public override Task<IReadOnlyList<AccessGroup>> RemoveAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) => throw Passive(server, "remove access groups");

    public override Task<IReadOnlyList<AccessGroup>> RenameAccessGroupAsync(StorageServer server, string name, string newName,
        CancellationToken cancellationToken) => throw Passive(server, "rename access groups");

    public override Task<AccessGroup> AddToAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) => throw Passive(server, "change access groups");

    public override Task<AccessGroup> RemoveFromAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) => throw Passive(server, "change access groups");

    public override Task OnlineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        throw Passive(server, "set LUNs online");

    public override Task OfflineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        throw Passive(server, "set LUNs offline");

    public override Task<StorageElement> CreateAsync(StorageServer server, StorageElement element, bool thinProvision, string? qos,
        CancellationToken cancellationToken) => throw Passive(server, "create LUNs");

    public override Task<StorageElement> StopPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken) => throw Passive(server, "stop presenting LUNs");

    public override Task<StorageElement> ResizeAsync(StorageServer server, StorageElement element, long newSizeBytes, CancellationToken cancellationToken) =>
        throw Passive(server, "resize LUNs");

    public override Task RemoveAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) => throw Passive(server, "remove LUNs");

    public override Task<StorageElement> CloneAsync(StorageServer server, StorageElement element, StorageElement? destination, string? qos,
        CancellationToken cancellationToken) => throw Passive(server, "clone LUNs");

    public override Task<StorageElement> SplitCloneAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        throw Passive(server, "split clones");

    public override Task<StorageElement> CloneFromSnapAsync(StorageServer server, StorageElement element, StorageElement snapshot, StorageElement? destination,
        string? qos, CancellationToken cancellationToken) => throw Passive(server, "clone snapshots");

    public override Task<IReadOnlyList<StorageElement>> GetCurrentClonesAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) => throw Passive(server, "tell clones");

    public override Task<StorageElement> CreateSnapAsync(StorageServer server, StorageElement element, StorageElement? destination,
        CancellationToken cancellationToken) => throw Passive(server, "make snapshots");

    public override Task<StorageElement> CreateMultiSnapAsync(StorageServer server, IReadOnlyList<StorageElement> elements, StorageElement? destination,
        CancellationToken cancellationToken) => throw Passive(server, "make snapshots");

    public override Task SnapRestoreAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        throw Passive(server, "restore snapshots");

    public override Task SnapRemoveAsync(StorageServer server, StorageElement snapshot, CancellationToken cancellationToken) =>
        throw Passive(server, "remove snapshots");

    public override Task<IReadOnlyList<StorageElement>> GetCurrentSnapsAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) => throw Passive(server, "tell snapshots");

    public override Task SetQosAsync(StorageServer server, StorageElement element, string qos, CancellationToken cancellationToken) =>
        throw Passive(server, "change the quality of service");

    private static NoSuchOperationException Passive(StorageServer server, string what) =>
        new($"The array '{server.Name}' can't {what} from here: it is used as a plain iSCSI target, which tells nobody how to manage it.")
        {
            ErrorId = "PassiveArray",
            Element = server.Name,
            Recommendation = "Do it with the array's own tools, then Update-OscHostStorage; or register the array with a plug-in made for it (Get-OscPlugin).",
        };
}
