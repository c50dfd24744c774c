namespace StorageConnect;

/// <content>Clones and snapshots.</content>
public abstract partial class StorageArrayPlugin
{
    /// <summary>How many thin clones there can be. Guide: getCloneLimits(). REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="element">The limit for this element, or null for the array's.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The number; -1 = unlimited.</returns>
    public virtual Task<long> GetCloneLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        AnswerAsync(server, element, 0L, cancellationToken);

    /// <summary>Whether a thin clone of the element can be made at this moment, limits considered. Guide: isCloneable(). REQUIRED.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element. Of a snapshot it may tell whether cloneFromSnap would work, or say false.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<bool> IsCloneableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        AnswerAsync(server, element, false, cancellationToken);

    /// <summary>Makes a thin clone. Guide: clone(). REQUIRED; needs the ability <c>clone</c>.</summary>
    /// <remarks>Where the array needs an intermediate snapshot, make it, and remove it afterwards when that is possible.</remarks>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The source.</param>
    /// <param name="destination">Type, StorageServerUuid and Name of the clone; null without <c>custom_clone_name</c>.</param>
    /// <param name="qos">A <see cref="QosValue.Value"/>, or null for the array's choice.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The clone, with Page83Id and the QoS in force.</returns>
    [Rule(17, "An intermediate snapshot is removed when it can be.", "clone()")]
    public virtual Task<StorageElement> CloneAsync(StorageServer server, StorageElement element, StorageElement? destination, string? qos,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Clone);

    /// <summary>Whether the element can be split from its parent or peers at this moment, for good. Guide: isSplittable(). REQUIRED.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False too where the array would make them share again (deduplication).</returns>
    public virtual Task<bool> IsSplittableAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        AnswerAsync(server, element, false, cancellationToken);

    /// <summary>Makes a clone share no block with any other element. Guide: splitClone(). REQUIRED; needs the ability <c>splitclone</c>.</summary>
    /// <remarks>A snapshot that the clone was made of stays, unless clone made it in passing.</remarks>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The clone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The element, now a <see cref="StorageElementType.Lun"/>; with AsyncProgress while the array works on it.</returns>
    /// <exception cref="NoSuchOperationException">The array makes no deep copies.</exception>
    public virtual Task<StorageElement> SplitCloneAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.SplitClone);

    /// <summary>Makes a thin clone of an element as it was at a snapshot. Guide: cloneFromSnap(). REQUIRED; needs the ability <c>snapclone</c>.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element that was snapshot.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="destination">Type, StorageServerUuid and Name of the clone; null without <c>custom_clone_name</c>.</param>
    /// <param name="qos">A <see cref="QosValue.Value"/>, or null for the array's choice.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The clone, with Page83Id and the QoS in force, in the element's size at the snapshot.</returns>
    /// <exception cref="InvalidRequestException">The element is no member of the snapshot, or what is in the snapshot's place is none.</exception>
    public virtual Task<StorageElement> CloneFromSnapAsync(StorageServer server, StorageElement element, StorageElement snapshot, StorageElement? destination,
        string? qos, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.CloneFromSnap);

    /// <summary>The clones on the array, or those made of an element. Guide: getCurrentClones(). REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="element">An element of any type, snapshots too; null for all clones.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="NoSuchOperationException">The array can't list them.</exception>
    public virtual Task<IReadOnlyList<StorageElement>> GetCurrentClonesAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.GetCurrentClones);

    /// <summary>How many snapshots there can be. Guide: getSnapLimits(). REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="element">The limit for this element, or null for the array's.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The number; -1 = unlimited.</returns>
    public virtual Task<long> GetSnapLimitsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        AnswerAsync(server, element, 0L, cancellationToken);

    /// <summary>Whether a snapshot can be made at this moment, limits and licences considered. Guide: isSnapable(). REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="element">The element, or null for the array as a whole.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<bool> IsSnapableAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        AnswerAsync(server, element, false, cancellationToken);

    /// <summary>Makes a snapshot of an element. Guide: createSnap(). REQUIRED; needs the ability <c>snapshot</c>.</summary>
    /// <param name="server">The server it is on.</param>
    /// <param name="element">The element.</param>
    /// <param name="destination">Type, StorageServerUuid and Name of the snapshot; null without <c>custom_snap_name</c>, or when the user gave no name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The snapshot, with the element in <see cref="StorageElement.SourceUuids"/>.</returns>
    public virtual Task<StorageElement> CreateSnapAsync(StorageServer server, StorageElement element, StorageElement? destination,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.CreateSnap);

    /// <summary>Makes one snapshot of several elements at the same instant. Guide: createMultiSnap(). REQUIRED; needs the ability <c>snapshot</c>.</summary>
    /// <param name="server">The server they are on.</param>
    /// <param name="elements">The elements, two or more.</param>
    /// <param name="destination">Type, StorageServerUuid and Name of the snapshot; null without <c>custom_snap_name</c>, or when the user gave no name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>One snapshot, with all the elements in <see cref="StorageElement.SourceUuids"/>.</returns>
    /// <exception cref="NoSuchOperationException">The array can't do it in a single operation.</exception>
    /// <exception cref="InvalidRequestException">Of no element there is no snapshot. One that is named twice is one member, or refused.</exception>
    [Rule(19, "A snapshot of no element is refused; a member that is named twice is one member.", "createMultiSnap()")]
    public virtual Task<StorageElement> CreateMultiSnapAsync(StorageServer server, IReadOnlyList<StorageElement> elements, StorageElement? destination,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.CreateMultiSnap);

    /// <summary>Whether a restore would be safe at this moment. Guide: isRestorable(). REQUIRED.</summary>
    /// <param name="server">The server they are on.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="element">Only this element: then nothing else on the array may be affected. Null: the whole snapshot.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<bool> IsRestorableAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        AnswerAsync(server, snapshot, false, cancellationToken);

    /// <summary>Rolls back to a snapshot. Guide: snapRestore(). REQUIRED; synchronous.</summary>
    /// <remarks>
    /// With an element: that element and under no circumstance anything else. Without: all members of that snapshot, and nothing else. Newer snapshots
    /// are something else: an array that would lose them refuses. Of the members everything that is no data stays as it is, and not as it was at the
    /// snapshot: state, presentation, quality of service, identities. Their size may become the one at the snapshot.
    /// </remarks>
    /// <param name="server">The server they are on.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="element">The element to roll back, or null for all members of the snapshot.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="SnapRestoreNotSafeException">Something else would be affected; nothing was touched.</exception>
    /// <exception cref="StorageElementBusyException">It is in use.</exception>
    public virtual Task SnapRestoreAsync(StorageServer server, StorageElement snapshot, StorageElement? element, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.SnapRestore);

    /// <summary>Removes a snapshot. Guide: snapRemove(). REQUIRED; synchronous.</summary>
    /// <remarks>Clones that were made of it stay, or it is busy. An element that is no snapshot is refused, whatever type the record tells.</remarks>
    /// <param name="server">The server it is on.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageElementBusyException">It is busy.</exception>
    [Rule(20, "A busy snapshot is StorageElementBusy.", "snapRemove()")]
    public virtual Task SnapRemoveAsync(StorageServer server, StorageElement snapshot, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.SnapRemove);

    /// <summary>The snapshots on the array that have this name or this Uuid. Not in the guide.</summary>
    /// <remarks>
    /// Override it where the array finds a snapshot without listing all of them: looking for one costs the same then, however many there are.
    /// </remarks>
    /// <param name="server">The server to ask.</param>
    /// <param name="nameOrUuid">The name, case-sensitive, or the Uuid.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The snapshots, none where there is none; null where all have to be listed.</returns>
    public virtual Task<IReadOnlyList<StorageElement>?> FindSnapshotsAsync(StorageServer server, string nameOrUuid, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StorageElement>?>(null);

    /// <summary>What was made directly of any of these elements and snapshots: snapshots, clones, and clones that were split since. Not in the guide.</summary>
    /// <remarks>
    /// Override it, together with <see cref="FindSnapshotsAsync"/>, where the array finds them without listing all: the family of one element costs no
    /// more than its members then.
    /// </remarks>
    /// <param name="server">The server to ask.</param>
    /// <param name="uuids">The Uuids of the sources; what they name may be gone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>All whose <see cref="StorageElement.SourceUuids"/> have one of these Uuids, none where there is none; null where all have to be
    /// listed.</returns>
    public virtual Task<IReadOnlyList<StorageElement>?> FindCopiesAsync(
        StorageServer server, IReadOnlyCollection<string> uuids, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StorageElement>?>(null);

    /// <summary>The snapshots on the array, or those of an element. Guide: getCurrentSnaps(). REQUIRED.</summary>
    /// <param name="server">The server to ask.</param>
    /// <param name="element">The element, or null for all snapshots.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="NoSuchOperationException">The array can't list them.</exception>
    public virtual Task<IReadOnlyList<StorageElement>> GetCurrentSnapsAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.GetCurrentSnaps);
}
