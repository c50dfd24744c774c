namespace StorageConnect.Benchmarks;

/// <summary>Answers a few questions at once and from memory, without allocating; the rest is not asked.</summary>
[StorageArrayPlugin(
    "Instant",
    "StorageConnect",
    "1.0.0-1",
    "Answers at once.",
    StorageType.SAN,
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
    AccessControl = Ability.Unsupported,
    MaxAccessEntries = -1)]
public sealed class InstantPlugin : StorageArrayPlugin
{
    private readonly Task<Capabilities> _capabilities = Task.FromResult(new Capabilities());
    private readonly Task<string> _status = Task.FromResult("OK");
    private readonly Task<long> _unlimited = Task.FromResult(-1L);
    private readonly Task<IReadOnlyList<string>> _noNames = Task.FromResult<IReadOnlyList<string>>([]);

    /// <inheritdoc/>
    public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override Task<Capabilities> GetCapabilitiesAsync(StorageServer server, CancellationToken cancellationToken) => _capabilities;

    /// <inheritdoc/>
    public override Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken) => Task.FromResult(server);

    /// <inheritdoc/>
    public override Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Task.FromResult(element);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<string>> GetStorageNamesAsync(StorageServer server, CancellationToken cancellationToken) => _noNames;

    /// <inheritdoc/>
    public override Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        throw Unused();

    /// <inheritdoc/>
    public override Task<IReadOnlyList<AccessGroup>> CreateAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<IReadOnlyList<AccessGroup>> RemoveAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<IReadOnlyList<AccessGroup>> RenameAccessGroupAsync(StorageServer server, string name, string newName,
        CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<AccessGroup> AddToAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<AccessGroup> RemoveFromAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override IAsyncEnumerable<StorageElement> ListAsync(StorageServer server, StorageElementFilter filter, CancellationToken cancellationToken) =>
        Enumerable.Range(0, 10_000).Select(number => new StorageElement
        {
            Uuid = $"{number:x32}",
            StorageServerUuid = server.Uuid,
            Name = $"element{number}",
            SizeBytes = 1 << 30,
            Page83Id = $"36025c0c{number:x25}",
            VolumeGroupName = "pool",
            Status = "ok",
            AccessGroupNames = ["hosts"],
        }).ToAsyncEnumerable();

    /// <inheritdoc/>
    public override Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) => _status;

    /// <inheritdoc/>
    public override Task OnlineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task OfflineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<StorageElement> CreateAsync(StorageServer server, StorageElement element, bool thinProvision, string? qos,
        CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<StorageElement> StartPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<StorageElement> StopPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<StorageElement> ResizeAsync(StorageServer server, StorageElement element, long newSizeBytes, CancellationToken cancellationToken) =>
        throw Unused();

    /// <inheritdoc/>
    public override Task RemoveAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<long> GetCloneLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) => _unlimited;

    /// <inheritdoc/>
    public override Task<bool> IsCloneableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<StorageElement> CloneAsync(StorageServer server, StorageElement element, StorageElement? destination, string? qos,
        CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<bool> IsSplittableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<StorageElement> SplitCloneAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<StorageElement> CloneFromSnapAsync(StorageServer server, StorageElement element, StorageElement snapshot, StorageElement? destination,
        string? qos, CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<IReadOnlyList<StorageElement>> GetCurrentClonesAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<long> GetSnapLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) => _unlimited;

    /// <inheritdoc/>
    public override Task<bool> IsSnapableAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<StorageElement> CreateSnapAsync(StorageServer server, StorageElement element, StorageElement? destination,
        CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<StorageElement> CreateMultiSnapAsync(StorageServer server, IReadOnlyList<StorageElement> elements, StorageElement? destination,
        CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<bool> IsRestorableAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        throw Unused();

    /// <inheritdoc/>
    public override Task SnapRestoreAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        throw Unused();

    /// <inheritdoc/>
    public override Task SnapRemoveAsync(StorageServer server, StorageElement snapshot, CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<IReadOnlyList<StorageElement>> GetCurrentSnapsAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task<IReadOnlyList<QosValue>> GetQosListAsync(StorageServer server, CancellationToken cancellationToken) => throw Unused();

    /// <inheritdoc/>
    public override Task SetQosAsync(StorageServer server, StorageElement element, string qos, CancellationToken cancellationToken) => throw Unused();

    private static NoSuchOperationException Unused() => new("No benchmark asks this.");
}
