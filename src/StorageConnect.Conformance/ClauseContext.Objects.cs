using StorageConnect.Engine.Arrays;

namespace StorageConnect.Conformance;

/// <content>Making what clauses need.</content>
internal sealed partial class ClauseContext
{
    private int _initiators;

    public string? VolumeGroup => session.Options.VolumeGroup ?? (Server.VolumeGroups.Count > 0 ? Server.VolumeGroups[0] : null);

    /// <summary>The user has said which volume group is to be used: no other may be.</summary>
    public bool IsVolumeGroupGiven => session.Options.VolumeGroup is not null;

    /// <summary>A new LUN in one of the array's volume groups, ready for use.</summary>
    public async Task<StorageElement> CreateInAsync(string volumeGroup)
    {
        RequireOwn(GuideMethod.Create);
        return await FinishAsync(await Array.CreateAsync(NewName(), Size, volumeGroup, true, null, Token), OscOperationKind.Create);
    }

    /// <summary>A new LUN, ready for use.</summary>
    public Task<StorageElement> CreateAsync(string? name = null, long? size = null, bool thin = true, string? qos = null) =>
        CreateThroughAsync(Array, name, size, thin, qos);

    /// <summary>A new LUN, ready for use, made by another instance of the plug-in.</summary>
    public async Task<StorageElement> CreateThroughAsync(StorageArray door, string? name = null, long? size = null, bool thin = true, string? qos = null)
    {
        RequireOwn(GuideMethod.Create);
        return await FinishAsync(await door.CreateAsync(name ?? NewName(), size ?? Size, VolumeGroup, thin, qos, Token), OscOperationKind.Create);
    }

    /// <summary>Skips the clause where the plug-in leaves a method to the base class.</summary>
    public void RequireOwn(string method)
    {
        if (!Implements(method))
        {
            throw Skip($"The plug-in has no {method}.");
        }
    }

    /// <summary>An element to ask about, not to change: a new one, or where the plug-in creates none, one that is there.</summary>
    public async Task<StorageElement> SubjectAsync() => Implements(GuideMethod.Create)
        ? await CreateAsync()
        : (await ListAsync()).FirstOrDefault() ?? throw Skip("There are no elements on the array, and the plug-in creates none.");

    /// <summary>A clone, ready for use; the source is as it was before.</summary>
    public Task<StorageElement> CloneAsync(StorageElement source, string? qos = null) => CloneAsync(source, NewName(), qos);

    /// <inheritdoc cref="CloneAsync(StorageElement, string?)"/>
    public Task<StorageElement> CloneAsync(StorageElement source, string? name, string? qos) =>
        WhileReadyAsync(AbilityKey.Clone, [source],
            async () => await FinishAsync(await Array.CloneAsync(source, await TakenAsync(name, AbilityKey.CustomCloneName), qos, Token),
                OscOperationKind.Clone));

    /// <summary>A clone of an element as it was at a snapshot, ready for use.</summary>
    public Task<StorageElement> CloneFromSnapAsync(StorageElement source, StorageElement snapshot, string? name = null, string? qos = null) =>
        WhileReadyAsync(AbilityKey.SnapClone, [source],
            async () => await FinishAsync(await Array.CloneFromSnapAsync(source, snapshot, await TakenAsync(name ?? NewName(), AbilityKey.CustomCloneName), qos,
                Token), OscOperationKind.Clone));

    /// <summary>A snapshot, complete; the source is as it was before.</summary>
    public Task<StorageElement> SnapAsync(StorageElement source) => SnapAsync(source, NewName());

    /// <inheritdoc cref="SnapAsync(StorageElement)"/>
    public Task<StorageElement> SnapAsync(StorageElement source, string? name) =>
        WhileReadyAsync(AbilityKey.Snapshot, [source],
            async () => await FinishAsync(await Array.CreateSnapAsync(source, await TakenAsync(name, AbilityKey.CustomSnapName), Token),
                OscOperationKind.Snapshot));

    /// <summary>One snapshot of several; the clause is skipped where the array makes none.</summary>
    public Task<StorageElement> MultiSnapAsync(params StorageElement[] sources) => MultiSnapAsync(NewName(), sources);

    /// <inheritdoc cref="MultiSnapAsync(StorageElement[])"/>
    public async Task<StorageElement> MultiSnapAsync(string name, params StorageElement[] sources)
    {
        try
        {
            return await WhileReadyAsync(AbilityKey.Snapshot, sources, async () =>
                await FinishAsync(await Array.CreateMultiSnapAsync(sources, await TakenAsync(name, AbilityKey.CustomSnapName), Token),
                    OscOperationKind.Snapshot));
        }
        catch (NoSuchOperationException e)
        {
            throw Skip($"The array makes no snapshot of several elements: {e.Message}");
        }
    }

    /// <summary>The element at another size.</summary>
    public Task<StorageElement> ResizeAsync(StorageElement element, long size) =>
        WhileReadyAsync(AbilityKey.Resize, [element],
            async () => await FinishAsync(await Array.ResizeAsync(element, size, allowShrink: true, Token), OscOperationKind.Resize));

    /// <summary>A clone that stands by itself.</summary>
    public Task<StorageElement> SplitAsync(StorageElement clone) =>
        WhileReadyAsync(AbilityKey.SplitClone, [clone], async () => await FinishAsync(await Array.SplitCloneAsync(clone, Token), OscOperationKind.Split));

    /// <summary>A clone that shares blocks with its source; the clause is skipped where clones are full copies.</summary>
    public async Task<StorageElement> ShallowCloneAsync(StorageElement source)
    {
        var clone = await CloneAsync(source);
        return clone.Type == StorageElementType.SnapClone ? clone : throw Skip("Clones are full copies here: they share nothing that could be split.");
    }

    /// <summary>A group with an initiator of nobody's.</summary>
    public async Task<AccessGroup> CreateGroupAsync(string? name = null, params string[] entries)
    {
        var wanted = new AccessGroup { Name = name ?? NewName(), Entries = (entries.Length > 0 ? entries : [NewInitiator()]).ToValueList() };
        var changes = await Array.CreateAccessGroupsAsync([wanted], Token);
        return changes.Errors is [var error, ..] ? throw error : changes.Done[0];
    }

    /// <summary>The name of an initiator that isn't anybody's.</summary>
    public string NewInitiator()
    {
        var number = Interlocked.Increment(ref _initiators);
        var random = Guid.NewGuid().ToString("n");
        return Server.StorageType == StorageType.iSCSI
            ? $"iqn.2001-04.com.example:{random[..12]}-{number}"
            : string.Join(':', ("50" + random[..14]).Chunk(2).Select(pair => new string(pair)));
    }

    /// <summary>
    /// Takes elements offline where a feature works on offline elements alone, and brings them back when it is done: background work has to be complete
    /// by then.
    /// </summary>
    private async Task<T> WhileReadyAsync<T>(AbilityKey key, IReadOnlyList<StorageElement> elements, Func<Task<T>> work)
    {
        var back = new List<StorageElement>();
        if (await AbilityAsync(key) == Ability.Offline)
        {
            foreach (var element in elements)
            {
                if ((await InfoAsync(element)).State == StorageElementState.Online)
                {
                    await Array.OfflineAsync(element, Token);
                    back.Add(element);
                }
            }
        }

        try
        {
            return await work();
        }
        finally
        {
            foreach (var element in back)
            {
                await Array.OnlineAsync(element, Token);
            }
        }
    }

    /// <summary>The name, where the array takes one.</summary>
    private async Task<string?> TakenAsync(string? name, AbilityKey key) => name is not null && await AbilityAsync(key) == Ability.Yes ? name : null;
}
