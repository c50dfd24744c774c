using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Names;
using StorageConnect.Engine.Operations;
using StorageConnect.Engine.Results;

namespace StorageConnect.Engine.Arrays;

/// <content>Snapshots and clones.</content>
public sealed partial class StorageArray
{
    // Represents the plug-in's null: a result is never null.
    private static readonly IReadOnlyList<StorageElement> NotIndexed = new List<StorageElement>();

    /// <summary>How many thin clones there can be, of an element or at all; -1 = unlimited. Guide: getCloneLimits().</summary>
    public async Task<long> GetCloneLimitsAsync(StorageElement? element, CancellationToken cancellationToken) =>
        await CheckedAsync(await OpenAsync(cancellationToken), GuideMethod.GetCloneLimits, element,
            static (plugin, server, e, token) => plugin.GetCloneLimitsAsync(server, e, token),
            static (limit, _) => ResultRules.FindLimitProblem(limit),
            cancellationToken);

    /// <summary>How many snapshots there can be, of an element or at all; -1 = unlimited. Guide: getSnapLimits().</summary>
    public async Task<long> GetSnapLimitsAsync(StorageElement? element, CancellationToken cancellationToken) =>
        await CheckedAsync(await OpenAsync(cancellationToken), GuideMethod.GetSnapLimits, element,
            static (plugin, server, e, token) => plugin.GetSnapLimitsAsync(server, e, token),
            static (limit, _) => ResultRules.FindLimitProblem(limit),
            cancellationToken);

    /// <summary>Whether a thin clone can be made at this moment. Guide: isCloneable().</summary>
    public Task<bool> IsCloneableAsync(StorageElement element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.IsCloneable, element, static (plugin, server, e, token) => plugin.IsCloneableAsync(server, e, token), cancellationToken);

    /// <summary>Whether a clone can be split for good at this moment. Guide: isSplittable().</summary>
    public Task<bool> IsSplittableAsync(StorageElement element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.IsSplittable, element, static (plugin, server, e, token) => plugin.IsSplittableAsync(server, e, token), cancellationToken);

    /// <summary>Whether a snapshot can be made at this moment. Guide: isSnapable().</summary>
    public Task<bool> IsSnapableAsync(StorageElement? element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.IsSnapable, element, static (plugin, server, e, token) => plugin.IsSnapableAsync(server, e, token), cancellationToken);

    /// <summary>Whether a restore would be safe at this moment. Guide: isRestorable().</summary>
    public Task<bool> IsRestorableAsync(StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.IsRestorable, (snapshot, element),
            static (plugin, server, s, token) => plugin.IsRestorableAsync(server, s.snapshot, s.element, token), cancellationToken);

    /// <summary>The clones on the array, or of an element. Guide: getCurrentClones().</summary>
    public async Task<IReadOnlyList<StorageElement>> GetCurrentClonesAsync(StorageElement? element, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        var clones = await CheckedAsync(session, GuideMethod.GetCurrentClones, element,
            static (plugin, server, e, token) => plugin.GetCurrentClonesAsync(server, e, token),
            static (answer, _) => ResultRules.FindCloneListProblem(answer),
            cancellationToken);
        return [.. Unique(session, GuideMethod.GetCurrentClones, clones).Select(Own)];
    }

    /// <summary>The snapshots on the array, or of an element. Guide: getCurrentSnaps().</summary>
    public async Task<IReadOnlyList<StorageElement>> GetCurrentSnapsAsync(StorageElement? element, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        var snapshots = await CheckedAsync(session, GuideMethod.GetCurrentSnaps, element,
            static (plugin, server, e, token) => plugin.GetCurrentSnapsAsync(server, e, token),
            ResultRules.FindSnapshotListProblem,
            cancellationToken);
        return [.. Unique(session, GuideMethod.GetCurrentSnaps, snapshots).Select(Own)];
    }

    /// <summary>The snapshots of this name or Uuid, where the plug-in finds them without listing all; else null.</summary>
    public async Task<IReadOnlyList<StorageElement>?> FindSnapshotsAsync(string nameOrUuid, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        var found = await CheckedAsync(session, GuideMethod.GetCurrentSnaps, nameOrUuid,
            static async (plugin, server, n, token) => await plugin.FindSnapshotsAsync(server, n, token) ?? NotIndexed,
            static (answer, _) => ResultRules.FindSnapshotListProblem(answer, null),
            cancellationToken);
        return ReferenceEquals(found, NotIndexed)
            ? null
            : [.. Unique(session, GuideMethod.GetCurrentSnaps, found).Where(one => one.Name == nameOrUuid || one.Uuid == nameOrUuid).Select(Own)];
    }

    /// <summary>The snapshot of this name or Uuid.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public async Task<StorageElement> FindSnapshotAsync(string nameOrUuid, CancellationToken cancellationToken) =>
        await TryFindSnapshotAsync(nameOrUuid, cancellationToken)
        ?? throw ElementErrors.SnapshotNotFound(nameOrUuid, Name);

    /// <summary>Makes a thin clone; it may go on in the background (<see cref="OperationService"/>). Guide: clone().</summary>
    public async Task<StorageElement> CloneAsync(StorageElement element, string? name, string? qos, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        var now = await CheckCapabilityAsync(session, GuideMethod.Clone, element, cancellationToken);
        var destination = Destination(session, StorageElementType.SnapClone, name, AbilityKey.CustomCloneName, now!);
        var made = await CheckedAsync(session, GuideMethod.Clone, (element, destination, qos, now: now!, plugin: session.Plugin.Descriptor),
            static (plugin, server, s, token) => plugin.CloneAsync(server, s.element, s.destination, s.qos, token),
            static (answer, s) => ResultRules.FindElementProblem(answer, s.plugin)
                ?? ResultRules.FindCopyProblem(answer, s.element)
                ?? ResultRules.FindNameProblem(answer, s.destination)
                ?? ResultRules.FindAsyncProblem(answer, AbilityKey.CloneIsSync, s.now),
            cancellationToken);
        return Own(await WithQosAsync(session, GuideMethod.Clone, made, cancellationToken));
    }

    /// <summary>
    /// Makes a thin clone of an element as it was at a snapshot; it may go on in the background (<see cref="OperationService"/>). Guide: cloneFromSnap().
    /// </summary>
    public async Task<StorageElement> CloneFromSnapAsync(StorageElement element, StorageElement snapshot, string? name, string? qos,
        CancellationToken cancellationToken)
    {
        // The record may be old: what the array tells of the snapshot decides.
        if (snapshot.SourceUuids.Count > 0 && !snapshot.SourceUuids.Contains(element.Uuid)
            && await GetInfoAsync(snapshot, cancellationToken) is { SourceUuids.Count: > 0 } present && !present.SourceUuids.Contains(element.Uuid))
        {
            throw ElementErrors.SnapshotNotFoundFor(snapshot.Name, element.Name);
        }

        var session = await OpenAsync(cancellationToken);
        var now = await CheckCapabilityAsync(session, GuideMethod.CloneFromSnap, element, cancellationToken);
        var destination = Destination(session, StorageElementType.SnapClone, name, AbilityKey.CustomCloneName, now!);
        var made = await CheckedAsync(session, GuideMethod.CloneFromSnap, (element, snapshot, destination, qos, now: now!, plugin: session.Plugin.Descriptor),
            static (plugin, server, s, token) => plugin.CloneFromSnapAsync(server, s.element, s.snapshot, s.destination, s.qos, token),
            static (answer, s) => ResultRules.FindElementProblem(answer, s.plugin)
                ?? ResultRules.FindCopyProblem(answer, s.element, s.snapshot)
                ?? ResultRules.FindNameProblem(answer, s.destination)
                ?? ResultRules.FindAsyncProblem(answer, AbilityKey.SnapCloneIsSync, s.now),
            cancellationToken);
        return Own(await WithQosAsync(session, GuideMethod.CloneFromSnap, made, cancellationToken));
    }

    /// <summary>Makes a clone share nothing any more; it may go on in the background (<see cref="OperationService"/>). Guide: splitClone().</summary>
    public async Task<StorageElement> SplitCloneAsync(StorageElement element, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        var now = await CheckCapabilityAsync(session, GuideMethod.SplitClone, element, cancellationToken);
        await CheckSplitWhileOpenAsync(session, element, now!, cancellationToken);
        return Own(await NamingObstaclesAsync(
            () => CheckedAsync(session, GuideMethod.SplitClone, (element, now: now!, plugin: session.Plugin.Descriptor),
                static (plugin, server, s, token) => plugin.SplitCloneAsync(server, s.element, token),
                static (answer, s) => ResultRules.FindElementProblem(answer, s.plugin) ?? ResultRules.FindOtherProblem(answer, s.element)
                    ?? ResultRules.FindAsyncProblem(answer, AbilityKey.SplitCloneIsSync, s.now),
                cancellationToken),
            () => FindDependantsAsync(element, cancellationToken)));
    }

    /// <summary>Makes a snapshot; it may go on in the background (<see cref="OperationService"/>). Guide: createSnap().</summary>
    public async Task<StorageElement> CreateSnapAsync(StorageElement element, string? name, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        var now = await CheckCapabilityAsync(session, GuideMethod.CreateSnap, element, cancellationToken);
        var destination = Destination(session, StorageElementType.Snapshot, name, AbilityKey.CustomSnapName, now!);
        return Own(await CheckedAsync(session, GuideMethod.CreateSnap, (element, destination, now: now!),
            static (plugin, server, s, token) => plugin.CreateSnapAsync(server, s.element, s.destination, token),
            static (answer, s) => ResultRules.FindSnapshotProblem(answer, [s.element])
                ?? ResultRules.FindNameProblem(answer, s.destination)
                ?? ResultRules.FindAsyncProblem(answer, AbilityKey.SnapIsSync, s.now),
            cancellationToken));
    }

    /// <summary>
    /// Makes one snapshot of several elements at one instant; it may go on in the background (<see cref="OperationService"/>). Guide: createMultiSnap().
    /// </summary>
    public async Task<StorageElement> CreateMultiSnapAsync(IReadOnlyList<StorageElement> elements, string? name, CancellationToken cancellationToken)
    {
        if (elements.Count == 0)
        {
            throw ElementErrors.StorageElementNeeded(name);
        }

        var session = await OpenAsync(cancellationToken);
        Capabilities? now = null;
        foreach (var element in elements)
        {
            now = await CheckCapabilityAsync(session, GuideMethod.CreateMultiSnap, element, cancellationToken);
        }

        var destination = Destination(session, StorageElementType.Snapshot, name, AbilityKey.CustomSnapName, now!);
        return Own(await CheckedAsync(session, GuideMethod.CreateMultiSnap, (elements, destination, now: now!),
            static (plugin, server, s, token) => plugin.CreateMultiSnapAsync(server, s.elements, s.destination, token),
            static (answer, s) => ResultRules.FindSnapshotProblem(answer, s.elements)
                ?? ResultRules.FindNameProblem(answer, s.destination)
                ?? ResultRules.FindAsyncProblem(answer, AbilityKey.SnapIsSync, s.now),
            cancellationToken));
    }

    /// <summary>Rolls back an element, or all members of a snapshot. Guide: snapRestore().</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="element">The element to roll back; null for all members.</param>
    /// <param name="allowShrink">False: a restore that makes an element smaller is an error.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    [Rule(18, "With an element, nothing else is ever rolled back.", "snapRestore()")]
    public Task SnapRestoreAsync(
        StorageElement snapshot, StorageElement? element, bool allowShrink, CancellationToken cancellationToken) => NamingObstaclesAsync(
        async () =>
        {
            // A snapshot of this element alone can't touch another; for any other, and one of unknown sources, the array must say that it is safe.
            if (element is not null && !(snapshot.SourceUuids is [var only] && only == element.Uuid)
                && !await IsRestorableAsync(snapshot, element, cancellationToken))
            {
                throw ElementErrors.SnapRestoreNotSafe(element.Name, snapshot.Name, Name);
            }

            // Last: the array's answer may take long, and an element may grow meanwhile.
            if (!allowShrink)
            {
                await CheckRestoredSizeAsync(snapshot, element, cancellationToken);
            }

            await DoAsync(GuideMethod.SnapRestore, (snapshot, element),
                static (plugin, server, s, token) => plugin.SnapRestoreAsync(server, s.snapshot, s.element, token), cancellationToken);
        },
        () => FindBesideAsync(snapshot, element, cancellationToken));

    /// <summary>Rolls back an element, or all members of a snapshot, whatever their sizes. Guide: snapRestore().</summary>
    public Task SnapRestoreAsync(StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        SnapRestoreAsync(snapshot, element, allowShrink: true, cancellationToken);

    /// <summary>Removes a snapshot. Guide: snapRemove().</summary>
    public async Task SnapRemoveAsync(StorageElement snapshot, CancellationToken cancellationToken)
    {
        await NamingObstaclesAsync(
            () => DoAsync(GuideMethod.SnapRemove, snapshot, static (plugin, server, s, token) => plugin.SnapRemoveAsync(server, s, token), cancellationToken),
            () => FindDependantsAsync(snapshot, cancellationToken));
        Names.Forget(snapshot);
    }

    // Where the sizes of its members are not known, their total is compared: if a snapshot has less, one of them would become smaller.
    private async Task CheckRestoredSizeAsync(StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken)
    {
        var sources = snapshot.SourceUuids.Count > 0 ? snapshot.SourceUuids
            : element is not null ? new([element.Uuid])
            : throw ElementErrors.RestoreSizesUnknown(snapshot.Name, isSize: false);
        if (element is not null && !sources.Contains(element.Uuid))
        {
            return; // The restore itself refuses an element that is not in the snapshot.
        }

        var isKnown = snapshot.SourceSizes.Count == sources.Count;
        if (!isKnown && snapshot.SizeBytes == 0)
        {
            throw ElementErrors.RestoreSizesUnknown(snapshot.Name, isSize: true);
        }

        var restored = sources.Select((uuid, i) => (Uuid: uuid, Size: isKnown ? snapshot.SourceSizes[i] : 0))
            .Where(member => !isKnown || element is null || member.Uuid == element.Uuid).ToList();
        var members = new List<StorageElement>();
        foreach (var (uuid, size) in restored)
        {
            try
            {
                var member = await FindByUuidAsync(uuid, cancellationToken);
                if (isKnown && size < member.SizeBytes)
                {
                    throw ElementErrors.RestoreShrinks(member.Name, snapshot.Name, member.SizeBytes, size);
                }

                members.Add(member);
            }
            catch (NotFoundException e) when (ElementErrors.IsAbsence(e))
            {
                // It is gone: the restore itself reports that, or restores those that are left.
            }
        }

        if (!isKnown && members.Sum(member => member.SizeBytes) is var present && snapshot.SizeBytes < present)
        {
            throw ElementErrors.RestoreShrinks(string.Join(", ", members.Select(member => member.Name)), snapshot.Name, present, snapshot.SizeBytes);
        }
    }

    private async Task<StorageElement?> TryFindSnapshotAsync(string nameOrUuid, CancellationToken cancellationToken)
    {
        var snapshots = await FindSnapshotsAsync(nameOrUuid, cancellationToken) ?? await GetCurrentSnapsAsync(null, cancellationToken);
        return Only([.. snapshots.Where(snapshot => snapshot.Name == nameOrUuid)]) ?? snapshots.FirstOrDefault(snapshot => snapshot.Uuid == nameOrUuid);
    }

    /// <summary>Type, server and name for what is to be made, or null when no name is to be passed.</summary>
    [Rule(7, "Without custom_snap_name or custom_clone_name no destination is passed; a name the user asked for is then an error.", "clone()")]
    [Rule(12, "The calls with a destination pass only type, server and name.", "clone()")]
    private StorageElement? Destination(Session session, StorageElementType type, string? name, AbilityKey key, Capabilities now)
    {
        if (name is null)
        {
            return null;
        }

        NameRule.Check(name, type == StorageElementType.Snapshot ? "snapshot" : "clone");
        if (session.Plugin.Descriptor.Ability[key] != Ability.Yes || now[key] != Ability.Yes)
        {
            throw ElementErrors.CustomNameUnsupported(name, type == StorageElementType.Snapshot ? "snapshots" : "clones", key, Name);
        }

        return new() { Type = type, StorageServerUuid = Uuid, Name = name };
    }

    private async Task CheckSplitWhileOpenAsync(Session session, StorageElement element, Capabilities now, CancellationToken cancellationToken)
    {
        if (now.SplitCloneWhileOpen == Ability.Yes && session.Plugin.Descriptor.Ability.SplitCloneWhileOpen == Ability.Yes)
        {
            return;
        }

        // Whether a host has it open is not known here. Online and presented means that one may.
        if (await GetInfoAsync(session, element, cancellationToken) is { State: StorageElementState.Online, AccessGroupNames.Count: > 0 } open)
        {
            throw ElementErrors.StorageElementInUse(open.Name, open.AccessGroupNames, Name);
        }
    }
}
