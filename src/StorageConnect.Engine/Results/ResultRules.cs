namespace StorageConnect.Engine.Results;

/// <summary>Checks a plug-in's results against the guide. A violation is a fault of the plug-in.</summary>
internal static class ResultRules
{
    /// <summary>Reports a problem if the answer has another Uuid: callers continue with the returned record.</summary>
    [Rule(5, "An answer about an element is about the one that was asked for.", "Class methods")]
    public static string? FindOtherProblem(StorageElement answer, StorageElement asked) =>
        answer.Uuid != asked.Uuid ? $"it answers for '{answer.Name}', while '{asked.Name}' was asked for" : null;

    /// <summary>Why a record that list returned can't be, or null.</summary>
    [Rule(11, "list never returns snapshots, and every element has a page 0x83 id.", "list()")]
    public static string? FindListProblem(StorageElement element, PluginDescriptor plugin) =>
        element.Type == StorageElementType.Snapshot
            ? $"'{element.Name}' is a snapshot, which list must not return"
            : FindElementProblem(element, plugin);

    /// <summary>Why a LUN or clone can't be, or null.</summary>
    [Rule(11, "Every result of create, clone and cloneFromSnap has a page 0x83 id, unless identities belong to the presentation.", "create()")]
    public static string? FindElementProblem(StorageElement element, PluginDescriptor plugin) =>
        element.Uuid.Length == 0 ? $"'{element.Name}' has no uuid"
        : element.Type == StorageElementType.Snapshot ? $"'{element.Name}' is a snapshot, not a LUN or clone"
        : element.Page83Id.Length == 0 && element.AsyncProgress is null && !plugin.IdentityFromPresentation
            ? $"'{element.Name}' has no page83_id"
        : null;

    /// <summary>Why a copy can't be a new element, or null. With the identity of its source, removing the copy would remove the source.</summary>
    [Rule(12, "What clone and cloneFromSnap return is new: it has neither the uuid nor the page 0x83 id of what it was made of.", "clone()")]
    public static string? FindCopyProblem(StorageElement made, params ReadOnlySpan<StorageElement> sources)
    {
        foreach (var source in sources)
        {
            if (made.Uuid == source.Uuid)
            {
                return $"'{made.Name}' has the uuid of '{source.Name}', of which it was made";
            }

            if (made.Page83Id.Length > 0 && made.Page83Id == source.Page83Id)
            {
                return $"'{made.Name}' has the page83_id of '{source.Name}', of which it was made";
            }
        }

        return null;
    }

    /// <summary>Why what was made can't be what a destination named, or null.</summary>
    [Rule(7, "A name that was passed is the name of what is made.", "clone()")]
    public static string? FindNameProblem(StorageElement made, StorageElement? destination) =>
        destination is not null && made.Name != destination.Name ? $"it is named '{made.Name}', though the name '{destination.Name}' was passed" : null;

    /// <summary>Why the result of createSnap or createMultiSnap can't be, or null.</summary>
    [Rule(19, "A multi-snapshot is one snapshot of all its members.", "createMultiSnap()")]
    public static string? FindSnapshotProblem(StorageElement snapshot, IReadOnlyList<StorageElement> members) =>
        snapshot.Uuid.Length == 0 ? $"the snapshot '{snapshot.Name}' has no uuid"
        : snapshot.Type != StorageElementType.Snapshot ? $"'{snapshot.Name}' is a {snapshot.Type}, not a snapshot"
        : members.Any(member => member.Uuid == snapshot.Uuid) ? $"the snapshot '{snapshot.Name}' has the uuid of what it is of"
        : members.FirstOrDefault(member => !snapshot.SourceUuids.Contains(member.Uuid)) is { } missing
            ? $"the snapshot '{snapshot.Name}' does not name '{missing.Name}' as a source"
        : null;

    /// <summary>Why a list of snapshots can't be, or null: callers remove and restore what it names.</summary>
    [Rule(5, "getCurrentSnaps returns snapshots, and of an element only its own.", "getCurrentSnaps()")]
    public static string? FindSnapshotListProblem(IReadOnlyList<StorageElement> answer, StorageElement? element) =>
        answer.FirstOrDefault(one => one.Type != StorageElementType.Snapshot) is { } other ? $"'{other.Name}' is a {other.Type}, not a snapshot"
        : element is not null && answer.FirstOrDefault(one => one.SourceUuids.Count > 0 && !one.SourceUuids.Contains(element.Uuid)) is { } foreign
            ? $"the snapshot '{foreign.Name}' is none of the element that was asked for, '{(element.Name.Length > 0 ? element.Name : element.Uuid)}'"
        : null;

    /// <summary>Why a list of clones can't be, or null.</summary>
    [Rule(5, "getCurrentClones returns no snapshots.", "getCurrentClones()")]
    public static string? FindCloneListProblem(IReadOnlyList<StorageElement> answer) =>
        answer.FirstOrDefault(one => one.Type == StorageElementType.Snapshot) is { } snapshot ? $"'{snapshot.Name}' is a snapshot, not a clone" : null;

    /// <summary>Why an answer of startPresent or stopPresent can't be, or null.</summary>
    [Rule(13, "startPresent and stopPresent return all currently active group names.", "startPresent()")]
    public static string? FindPresentationProblem(StorageElement answer, IReadOnlyList<string> groups, bool presented) =>
        groups.FirstOrDefault(group => answer.AccessGroupNames.Contains(group) != presented) is { } wrong
            ? $"'{answer.Name}' is {(presented ? "not yet" : "still")} presented to '{wrong}' in its answer"
            : null;

    /// <summary>Why the result of resize can't be, or null.</summary>
    [Rule(14, "resize returns the actual size.", "resize()")]
    public static string? FindResizeProblem(StorageElement element) =>
        element.SizeBytes <= 0 && element.AsyncProgress is null ? $"'{element.Name}' has no size in its answer" : null;

    /// <summary>
    /// Why the size in the result of resize is not the element's, or null. Callers grow file systems to the size that is returned. An element that is larger
    /// by now was resized again, by another process.
    /// </summary>
    [Rule(14, "The size that resize returns is the element's.", "resize()")]
    public static string? FindResizeProblem(StorageElement resized, StorageElement present) =>
        resized.SizeBytes > present.SizeBytes ? $"it answered {resized.SizeBytes} bytes for '{resized.Name}', which has {present.SizeBytes}" : null;

    /// <summary>Why a limit can't be, or null.</summary>
    [Rule(16, "A limit is a number, or -1 for unlimited.", "getCloneLimits()")]
    public static string? FindLimitProblem(long limit) => limit < Capabilities.Unlimited ? $"{limit} is no limit; the least is -1, unlimited" : null;

    /// <summary>Why an answer of getAsyncProgress can't belong to what a call began, or null.</summary>
    [Rule(21, "The final record equals the one of a synchronous call.", "getAsyncProgress()")]
    public static string? FindProgressProblem(StorageElement answer, StorageElement begun, PluginDescriptor plugin) =>
        FindOtherProblem(answer, begun) ?? (answer.Type == StorageElementType.Snapshot
            ? null
            : FindElementProblem(answer, plugin) ?? FindResizeProblem(answer));

    /// <summary>Why progress can't be what a call returned, or null.</summary>
    [Rule(21, "A call is asynchronous only where its *_is_sync ability is not Yes.", "getAsyncProgress()")]
    public static string? FindAsyncProblem(StorageElement record, AbilityKey? syncKey, Capabilities array) =>
        record.AsyncProgress is not null && syncKey is { } key && array[key] == Ability.Yes ? $"the call goes on in the background though {key} is Yes" : null;
}
