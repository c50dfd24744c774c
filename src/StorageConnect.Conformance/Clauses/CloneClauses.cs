namespace StorageConnect.Conformance.Clauses;

/// <summary>clone, isCloneable, getCurrentClones.</summary>
[Chapter(160, "Clones")]
internal static partial class CloneClauses
{
    private const string Guide = "clone()";
    private const string Current = "getCurrentClones()";

    [Clause("CLONE-1", Guide, 11, "A clone has identities of its own, for the array and for hosts.", Needs = [AbilityKey.Clone])]
    public static async Task HasIdentities(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var clone = await b.CloneAsync(source);
        Check.IsUuid(clone);
        b.CheckPage83Id(clone);
        Check.That(clone.Uuid != source.Uuid && b.DifferForHosts(clone, source), "identities other than the source's", $"{clone.Uuid} {clone.Page83Id}");
    }

    [Clause("CLONE-2", Guide, 7, "A clone has the name given.", Needs = [AbilityKey.Clone, AbilityKey.CustomCloneName])]
    public static async Task HasTheName(ClauseContext b)
    {
        var name = b.NewName();
        Check.Equal(name, (await b.CloneAsync(await b.CreateAsync(), name, null)).Name, "the name");
    }

    [Clause("CLONE-3", Guide, 7, "Without a destination the array names clones itself, each differently.", Needs = [AbilityKey.Clone])]
    public static async Task IsNamedByTheArray(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var (one, other) = (await b.CloneAsync(source, null, null), await b.CloneAsync(source, null, null));
        Check.That(one.Name.Length > 0 && other.Name.Length > 0 && one.Name != other.Name, "two names", $"'{one.Name}' and '{other.Name}'");
    }

    [Clause("CLONE-4", Guide, 0, "A clone's name that is taken is refused.", Needs = [AbilityKey.Clone, AbilityKey.CustomCloneName])]
    public static async Task ATakenNameIsRefused(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await Check.RefusedAsync<AlreadyExistsException>(() => b.CloneAsync(source, source.Name, null), "the source's name");
    }

    [Clause("CLONE-5", Guide, 0, "A clone has its source's size.", Needs = [AbilityKey.Clone])]
    public static async Task HasTheSize(ClauseContext b)
    {
        var source = await b.CreateAsync();
        Check.Equal(source.SizeBytes, (await b.CloneAsync(source)).SizeBytes, "the size");
    }

    [Clause("CLONE-6", Guide, 0, "A clone is a clone that names its source, or a LUN where it is a full copy.", Needs = [AbilityKey.Clone])]
    public static async Task NamesItsSource(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var clone = await b.CloneAsync(source);
        Check.That(clone.Type is StorageElementType.SnapClone or StorageElementType.Lun, "a clone or a LUN", clone.Type);
        await CheckSourceAsync(b, clone, source);
    }

    [Clause("CLONE-7", Guide, 0, "A clone is listed from then on, as getInfo tells of it.", Needs = [AbilityKey.Clone])]
    public static async Task IsListed(ClauseContext b)
    {
        var clone = await b.CloneAsync(await b.CreateAsync());
        Check.Contains(clone, await b.ListAsync(), "listed");
        Check.Unchanged(clone, await b.InfoAsync(clone));
    }

    [Clause("CLONE-8", Guide, 0, "A clone leaves its source as it was.", Needs = [AbilityKey.Clone])]
    public static async Task TheSourceStays(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.CloneAsync(source);
        Check.Unchanged(source, await b.InfoAsync(source));
    }

    [Clause("CLONE-9", Guide, 13, "A clone of a presented element is presented to nobody.", Needs = [AbilityKey.Clone, AbilityKey.AccessControl])]
    public static async Task IsPresentedToNobody(ClauseContext b)
    {
        var source = await b.Array.StartPresentAsync(await b.CreateAsync(), [(await b.CreateGroupAsync()).Name], b.Token);
        var second = await b.CreateGroupAsync();
        await ClauseContext.TryAsync(() => b.Array.StartPresentAsync(source, [second.Name], b.Token));
        Check.Same([], (await b.CloneAsync(source)).AccessGroupNames, "groups of the clone");
    }

    [Clause("CLONE-10", Guide, 17, "An intermediate snapshot is removed, when it can be.", Needs = [AbilityKey.Clone])]
    public static async Task NoSnapshotIsLeft(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.CloneAsync(source);
        var snapshots = await b.CurrentSnapsAsync(source);
        Check.Happened();
        foreach (var snapshot in snapshots)
        {
            try
            {
                await b.Array.SnapRemoveAsync(snapshot, b.Token);
            }
            catch (StorageElementBusyException)
            {
                continue;
            }

            throw new ClauseFailedException("no snapshot that could be removed", $"'{snapshot.Name}', which could");
        }
    }

    [Clause("CLONE-11", Guide, 0, "A clone has its source's data.", Needs = [AbilityKey.Clone])]
    public static async Task HasTheData(ClauseContext b)
    {
        const byte mark = 0x5c;
        var source = await b.CreateAsync();
        await b.WriteAsync(source, mark);
        Check.Equal(mark, await b.ReadAsync(await b.CloneAsync(source)), "the mark");
    }

    [Clause("CLONE-12", Guide, 0, "What is written to a clone doesn't reach its source, nor the other way round.", Needs = [AbilityKey.Clone])]
    public static async Task DataAreApart(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.WriteAsync(source, 1);
        var clone = await b.CloneAsync(source);
        await b.WriteAsync(clone, 2);
        Check.Equal((byte)1, await b.ReadAsync(source), "the source's mark");
        await b.WriteAsync(source, 3);
        Check.Equal((byte)2, await b.ReadAsync(clone), "the clone's mark");
    }

    [Clause("CLONE-13", "isCloneable()", 16, "Where isCloneable says yes, clone works.", Needs = [AbilityKey.Clone])]
    public static async Task CloneableIsTrue(ClauseContext b)
    {
        var source = await b.CreateAsync();
        if (await b.AbilityAsync(AbilityKey.Clone) == Ability.Offline)
        {
            await b.Array.OfflineAsync(source, b.Token);
        }

        Check.That(await b.Array.IsCloneableAsync(source, b.Token), "isCloneable of a new element: yes", "no");
        await b.CloneAsync(source);
    }

    [Clause("CLONE-14", "isCloneable()", 0, "isCloneable of an element that isn't there is NotFound.", ReadOnly = true)]
    public static async Task CloneableUnknown(ClauseContext b) =>
        await Check.RefusedAsync<NotFoundException>(() => b.Array.IsCloneableAsync(b.Unknown, b.Token), "an unknown element");

    [Clause("CLONE-15", Guide, 0, "A clone of an element that isn't there is NotFound.", Needs = [AbilityKey.Clone])]
    public static async Task OfUnknown(ClauseContext b)
    {
        var server = await b.ValidatedServerAsync();
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.CloneAsync(server, b.Unknown, null, null, b.Token), "an unknown element");
    }

    [Clause("CLONE-16", Current, 0, "getCurrentClones returns an element's clones, and those of no other.", Needs = [AbilityKey.Clone])]
    public static async Task CurrentOfAnElement(ClauseContext b)
    {
        var (source, other) = (await b.CreateAsync(), await b.CreateAsync());
        var clone = await b.ShallowCloneAsync(source);
        await b.CloneAsync(other);
        Check.Same([clone.Uuid], (await b.CurrentClonesAsync(source)).Select(all => all.Uuid), "clones of the element");
    }

    [Clause("CLONE-17", Current, 0, "Without an element getCurrentClones returns all clones, and nothing but clones.", Needs = [AbilityKey.Clone])]
    public static async Task CurrentOfTheArray(ClauseContext b)
    {
        var (one, other) = (await b.ShallowCloneAsync(await b.CreateAsync()), await b.ShallowCloneAsync(await b.CreateAsync()));
        var all = await b.CurrentClonesAsync(null);
        Check.Contains(one, all, "among all clones");
        Check.Contains(other, all, "among all clones");
        Check.That(all.All(clone => clone.Type == StorageElementType.SnapClone), "clones",
            all.FirstOrDefault(clone => clone.Type != StorageElementType.SnapClone));
    }

    [Clause("CLONE-18", Current, 0, "getCurrentClones of an element that isn't there is NotFound.", ReadOnly = true)]
    public static async Task CurrentOfUnknown(ClauseContext b) =>
        await Check.RefusedAsync(() => b.Array.GetCurrentClonesAsync(b.Unknown, b.Token), "an unknown element", typeof(NotFoundException),
            typeof(NoSuchOperationException));

    [Clause("CLONE-19", Guide, 0, "A clone can be cloned, and its clone too, where isCloneable says so.", Needs = [AbilityKey.Clone])]
    public static async Task OfAClone(ClauseContext b)
    {
        var clone = await b.CloneAsync(await b.CreateAsync());
        for (var generation = 2; generation <= 4; generation++)
        {
            await b.ReadyAsync(AbilityKey.Clone, clone);
            if (!await b.Array.IsCloneableAsync(clone, b.Token))
            {
                throw ClauseContext.Skip($"isCloneable says no of a clone of generation {generation - 1}.");
            }

            var second = await b.CloneAsync(clone);
            Check.That(second.Uuid != clone.Uuid && b.DifferForHosts(second, clone), "an identity of its own", second.Page83Id);
            clone = second;
        }
    }

    [Clause("CLONE-20", Guide, 0,
        "Each of several clones, of one element too, has its own identities and names its source: in the answer, getInfo, list and getCurrentClones.",
        Needs = [AbilityKey.Clone])]
    public static async Task EachNamesItsOwnSource(ClauseContext b)
    {
        StorageElement[] sources = [await b.CreateAsync(), await b.CreateAsync(), await b.CreateAsync()];
        var clones = new List<StorageElement>();
        // Not in the order of creation, and two of one.
        foreach (var source in new[] { sources[1], sources[0], sources[2], sources[1] })
        {
            var clone = await b.CloneAsync(source);
            Check.That(clones.TrueForAll(other => other.Uuid != clone.Uuid && b.DifferForHosts(other, clone)), "identities of its own",
                $"{clone.Uuid} {clone.Page83Id}, which another clone has");
            clones.Add(clone);
            await CheckSourceAsync(b, clone, source);
            Check.Unchanged(clone, await b.InfoAsync(clone));
            Check.Unchanged(clone, (await b.ListAsync()).Find(other => other.Uuid == clone.Uuid)
                ?? throw new ClauseFailedException("the clone listed", "it isn't"));
            if (clone.Type == StorageElementType.SnapClone)
            {
                var current = (await b.CurrentClonesAsync(source)).FirstOrDefault(other => other.Uuid == clone.Uuid);
                Check.That(current is not null, $"'{clone.Name}' among the clones of its source", "it isn't");
                Check.Unchanged(clone, current!);
            }
        }
    }

    [Clause("CLONE-21", "isCloneable()", 16, "isCloneable, asked again after each clone, tells the truth: after yes clone works, after no it is refused.",
        Needs = [AbilityKey.Clone])]
    public static async Task CloneableStaysTrue(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.ReadyAsync(AbilityKey.Clone, source);
        await Predicates.HoldAsync(() => b.Array.IsCloneableAsync(source, b.Token), () => b.CloneAsync(source), "isCloneable");
    }

    [Clause("CLONE-22", Guide, 0, "A clone has its source's size where that is odd, where the source was resized, and of a clone too.",
        Needs = [AbilityKey.Clone])]
    public static async Task OddSizes(ClauseContext b)
    {
        var odd = await b.CreateAsync(size: b.Size + 4097);
        var clone = await b.CloneAsync(odd);
        Check.Equal(odd.SizeBytes, clone.SizeBytes, "the size of a clone of an odd size");
        Check.Equal(odd.SizeBytes, (await b.InfoAsync(clone)).SizeBytes, "the size that getInfo tells");
        await b.CheckLengthAsync(clone);
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Resize)))
        {
            var grown = await b.ResizeAsync(odd, b.Size * 2);
            clone = await b.CloneAsync(odd);
            Check.Equal(grown.SizeBytes, clone.SizeBytes, "the size of a clone of a resized element");
            await b.CheckLengthAsync(clone);
        }
    }

    [Clause("CLONE-23", Guide, 0, "Clones made one after the other have the data of their time each.", Needs = [AbilityKey.Clone])]
    public static async Task DataOfTheirTime(ClauseContext b)
    {
        var source = await b.CreateAsync();
        await b.WriteAsync(source, 1);
        var older = await b.CloneAsync(source);
        await b.WriteAsync(source, 2);
        var newer = await b.CloneAsync(source);
        var ofClone = await b.CloneAsync(older);
        await b.WriteAsync(source, 3);
        Check.Equal((byte)1, await b.ReadAsync(older), "the older clone's mark");
        Check.Equal((byte)2, await b.ReadAsync(newer), "the newer clone's mark");
        Check.Equal((byte)1, await b.ReadAsync(ofClone), "the mark of the older clone's clone");
    }

    /// <summary>A clone that shares blocks names its source, or the snapshot of it that the array needed; a full copy may name none.</summary>
    /// <param name="b">The context.</param>
    /// <param name="clone">The clone.</param>
    /// <param name="source">The element that was cloned.</param>
    /// <param name="snapshot">The snapshot that was cloned, if any.</param>
    public static async Task CheckSourceAsync(ClauseContext b, StorageElement clone, StorageElement source, StorageElement? snapshot = null)
    {
        if (clone is { Type: StorageElementType.Lun, SourceUuids.Count: 0 })
        {
            return;
        }

        Check.Equal(1, clone.SourceUuids.Count, $"sources of '{clone.Name}'");
        var uuid = clone.SourceUuids[0];
        if (uuid == source.Uuid || uuid == snapshot?.Uuid)
        {
            Check.Happened();
            return;
        }

        StorageElement? through = null;
        await ClauseContext.TryAsync(async () => through = await b.InfoAsync(new() { Uuid = uuid, Name = uuid, Type = StorageElementType.Snapshot }));
        Check.That(through is { Type: StorageElementType.Snapshot } && through.SourceUuids.Contains(source.Uuid),
            $"'{clone.Name}' made of '{source.Name}' ({source.Uuid})", uuid);
    }
}
