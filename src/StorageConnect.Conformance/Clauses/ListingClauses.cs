namespace StorageConnect.Conformance.Clauses;

/// <summary>list.</summary>
[Chapter(40, "Listing")]
internal static class ListingClauses
{
    private const string Guide = "list()";

    [Clause("LIST-1", Guide, 11, "Without types asked for, list returns LUNs and clones, never a snapshot.", ReadOnly = true)]
    public static async Task NoSnapshots(ClauseContext b)
    {
        foreach (var element in await SeenAsync(b, () => RawAsync(b, new())))
        {
            Check.That(element.Type is StorageElementType.Lun or StorageElementType.SnapClone, "a LUN or a clone", $"'{element.Name}', a {element.Type}");
        }
    }

    [Clause("LIST-2", Guide, 11,
        "Every element has a page 0x83 id as multipath-tools writes it, or none yet where identities belong to the presentation.", ReadOnly = true)]
    public static async Task Page83Ids(ClauseContext b)
    {
        foreach (var element in await SeenAsync(b, () => b.ListAsync()))
        {
            b.CheckPage83Id(element);
        }
    }

    [Clause("LIST-3", Guide, 11, "No two elements have the same page 0x83 id.", ReadOnly = true)]
    public static async Task Page83IdsDiffer(ClauseContext b) => Differ(
        [.. (await SeenAsync(b, () => b.ListAsync(), 2)).Where(element => !b.HasNoIdentityYet(element))], element => element.Page83Id, "page 0x83 id");

    [Clause("LIST-4", Guide, 0, "Every element has an identity of 32 lower-case hex digits, no two the same.", ReadOnly = true)]
    public static async Task Uuids(ClauseContext b)
    {
        var elements = await SeenAsync(b, () => b.ListAsync(), 2);
        foreach (var element in elements)
        {
            Check.IsUuid(element);
        }

        Differ(elements, element => element.Uuid, "identity");
    }

    [Clause("LIST-5", Guide, 0, "Every element has a name, no two the same.", ReadOnly = true)]
    public static async Task Names(ClauseContext b)
    {
        var elements = await SeenAsync(b, () => b.ListAsync(), 2);
        Check.That(elements.All(element => element.Name.Length > 0), "elements with names", "one without");
        Differ(elements, element => element.Name, "name");
    }

    [Clause("LIST-6", Guide, 0, "Every element has a size above 0.", ReadOnly = true)]
    public static async Task Sizes(ClauseContext b)
    {
        foreach (var element in await SeenAsync(b, () => b.ListAsync()))
        {
            Check.That(element.SizeBytes > 0, $"a size of '{element.Name}' above 0", element.SizeBytes);
        }
    }

    [Clause("LIST-7", Guide, 0, "Asked for LUNs alone, list returns no clone; asked for clones alone, no LUN.", Needs = [AbilityKey.Clone])]
    public static async Task TypesBind(ClauseContext b)
    {
        var lun = await b.CreateAsync();
        var clone = await b.CloneAsync(lun);
        foreach (var type in StorageElementFilter.DefaultTypes)
        {
            var found = await RawAsync(b, new() { Types = [type] });
            Check.That(found.All(element => element.Type == type), $"elements of type {type}", found.Find(element => element.Type != type));
            Check.That(found.Exists(element => element.Uuid == lun.Uuid) == (type == lun.Type), $"'{lun.Name}' among those of its type alone", type);
            Check.That(found.Exists(element => element.Uuid == clone.Uuid) == (type == clone.Type), $"'{clone.Name}' among those of its type alone", type);
        }
    }

    [Clause("LIST-8", Guide, 11, "A snapshot that was just made is not listed.", Needs = [AbilityKey.Snapshot])]
    public static async Task ANewSnapshotIsNotListed(ClauseContext b)
    {
        var source = await b.CreateAsync();
        var snapshot = await b.SnapAsync(source);
        var listed = await RawAsync(b, new());
        Check.Contains(source, listed, "listed");
        Check.Lacks(snapshot, listed, "listed");
    }

    [Clause("LIST-9", Guide, 0,
        "A hint hides nothing that matches it, clones and offline elements neither: name, its beginning and end in any case, identity, page 0x83 id.")]
    public static async Task HintsHideNothing(ClauseContext b)
    {
        List<StorageElement> elements = [await b.SubjectAsync()];
        if (b.Implements(GuideMethod.Create))
        {
            elements.AddRange(await CloneClauses.SubjectsAsync(b));
        }

        foreach (var element in elements)
        {
            StorageElementFilter[] hints =
            [
                new() { Name = element.Name }, new() { Uuid = element.Uuid }, new() { NamePrefix = element.Name[..^1].ToUpperInvariant() },
                new() { NameSuffix = element.Name[1..].ToUpperInvariant() }, new() { Page83Id = element.Page83Id },
                new() { Name = element.Name, Uuid = element.Uuid, Page83Id = element.Page83Id, NamePrefix = element.Name, NameSuffix = element.Name },
            ];
            foreach (var hint in hints)
            {
                Check.Contains(element, await b.ListAsync(hint), $"found by {hint}");
            }
        }
    }

    [Clause("LIST-10", Guide, 0, "list doesn't look whether this host sees an element: it tells no device paths.")]
    public static async Task NoDevicePaths(ClauseContext b)
    {
        var element = await b.SubjectAsync();
        var listed = (await RawAsync(b, new())).Find(other => other.Uuid == element.Uuid);
        Check.That(listed is not null, $"'{element.Name}' listed", "it isn't");
        Check.Same([], listed!.DevicePaths, "device paths");
    }

    [Clause("LIST-11", Guide, 0, "list tells the same of an element as getInfo.")]
    public static async Task AgreesWithInfo(ClauseContext b)
    {
        var element = await b.SubjectAsync();
        var listed = (await b.ListAsync()).Find(other => other.Uuid == element.Uuid);
        Check.That(listed is not null, $"'{element.Name}' listed", "it isn't");
        var info = await b.InfoAsync(element);
        Check.Unchanged(info, listed!);
        Check.Equal(info.State, listed!.State, "its state");
    }

    [Clause("LIST-12", Guide, 0, "Of a clone, list tells what it was made of.", Needs = [AbilityKey.Clone])]
    public static async Task SourcesAreListed(ClauseContext b)
    {
        var clone = await b.ShallowCloneAsync(await b.CreateAsync());
        var listed = (await b.ListAsync()).Find(other => other.Uuid == clone.Uuid);
        Check.That(listed is not null, $"'{clone.Name}' listed", "it isn't");
        Check.Same(clone.SourceUuids, listed!.SourceUuids, "what it was made of");
    }

    [Clause("LIST-13", Guide, 0, "A hint that fits no element is no error: list then returns nothing that fits.")]
    public static async Task NothingFits(ClauseContext b)
    {
        await b.SubjectAsync();
        var name = b.NewName();
        foreach (var hint in new StorageElementFilter[]
        {
            new() { Name = name }, new() { NamePrefix = name }, new() { NameSuffix = name }, new() { Uuid = b.Unknown.Uuid },
            new() { Page83Id = b.Unknown.Page83Id },
        })
        {
            Check.Lacks(b.Unknown, await RawAsync(b, hint), $"found by {hint}");
            Check.Same([], (await b.ListAsync(hint)).Select(element => element.Name), $"elements found by {hint}");
        }
    }

    [Clause("LIST-14", Guide, 0, "What has several snapshots, clones and groups is told once by each call: list, getCurrentSnaps, getCurrentClones.")]
    public static async Task EachIsToldOnce(ClauseContext b)
    {
        var element = await b.CreateAsync();
        List<StorageElement> made = [element];
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            made.AddRange([await b.CloneAsync(element), await b.CloneAsync(element)]);
        }

        List<StorageElement> snapshots = [];
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            snapshots.AddRange([await b.SnapAsync(element), await b.SnapAsync(element)]);
            if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.SnapClone)))
            {
                made.AddRange([await b.CloneFromSnapAsync(element, snapshots[0]), await b.CloneFromSnapAsync(element, snapshots[0])]);
            }
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            foreach (var group in new[] { await b.CreateGroupAsync(), await b.CreateGroupAsync() })
            {
                foreach (var one in made)
                {
                    await ClauseContext.TryAsync(() => b.Array.StartPresentAsync(one, [group.Name], b.Token));
                }
            }
        }

        var server = await b.ValidatedServerAsync();
        AreTold(made, await RawAsync(b, new()), "list");
        if (snapshots.Count > 0)
        {
            await ClauseContext.TryAsync(async () =>
            {
                AreTold(snapshots, await b.Raw.GetCurrentSnapsAsync(server, element, b.Token), "getCurrentSnaps of the element");
                AreTold(snapshots, await b.Raw.GetCurrentSnapsAsync(server, null, b.Token), "getCurrentSnaps");
            });
        }

        var clones = made.Where(one => one.Type == StorageElementType.SnapClone).ToList();
        if (clones.Count > 0)
        {
            await ClauseContext.TryAsync(async () => AreTold(clones, await b.Raw.GetCurrentClonesAsync(server, null, b.Token), "getCurrentClones"));
        }

        void AreTold(IEnumerable<StorageElement> expected, IEnumerable<StorageElement> told, string method)
        {
            var uuids = told.Select(one => one.Uuid).ToList();
            Check.Each(expected, one => uuids.Count(uuid => uuid == one.Uuid) == 1, $"each of them once from {method}",
                one => $"'{one.Name}' {uuids.Count(uuid => uuid == one.Uuid)} times");
        }
    }

    /// <summary>The elements there are; where there are too few to test anything, some are created, or the clause is skipped.</summary>
    private static async Task<List<StorageElement>> SeenAsync(ClauseContext b, Func<Task<List<StorageElement>>> list, int least = 1)
    {
        var elements = await list();
        if (elements.Count >= least)
        {
            return elements;
        }

        if (!b.Destructive)
        {
            throw ClauseContext.Skip($"There {(elements.Count == 1 ? "is one element" : "are no elements")} on the array: with -Destructive some are created.");
        }

        for (var count = elements.Count; count < least; count++)
        {
            await b.CreateAsync();
        }

        return await list();
    }

    private static async Task<List<StorageElement>> RawAsync(ClauseContext b, StorageElementFilter filter)
    {
        var server = await b.ValidatedServerAsync();
        return await b.Raw.ListAsync(server, filter, b.Token).ToListAsync(b.Token);
    }

    private static void Differ(List<StorageElement> elements, Func<StorageElement, string> key, string what)
    {
        var twice = elements.GroupBy(key).FirstOrDefault(group => group.Count() > 1);
        Check.That(twice is null, $"each {what} once",
            twice is null ? null : $"'{twice.Key}' of {string.Join(" and ", twice.Select(element => $"'{element.Name}'"))}");
    }
}
