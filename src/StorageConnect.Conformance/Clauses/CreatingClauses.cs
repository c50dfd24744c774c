namespace StorageConnect.Conformance.Clauses;

/// <summary>create.</summary>
[Chapter(50, "Creating")]
internal static class CreatingClauses
{
    private const string Guide = "create()";

    [Clause("CREATE-1", Guide, 0, "What is created has an identity of 32 lower-case hex digits.")]
    public static async Task HasUuid(ClauseContext b) => Check.IsUuid(await b.CreateAsync());

    [Clause("CREATE-2", Guide, 11, "What is created has a page 0x83 id as multipath-tools writes it, or none yet where identities belong to the presentation.")]
    public static async Task HasPage83Id(ClauseContext b) => b.CheckPage83Id(await b.CreateAsync());

    [Clause("CREATE-3", Guide, 7, "What is created has the name given.")]
    public static async Task HasTheName(ClauseContext b)
    {
        var name = b.NewName();
        Check.Equal(name, (await b.CreateAsync(name)).Name, "the name");
    }

    [Clause("CREATE-4", Guide, 0, "What is created has the size wanted at least.")]
    public static async Task HasTheSize(ClauseContext b)
    {
        var element = await b.CreateAsync();
        Check.That(element.SizeBytes >= b.Size, $"{b.Size} bytes or more", element.SizeBytes);
    }

    [Clause("CREATE-5", Guide, 12, "What is created tells its quality of service, one of the array's, where the array has any.")]
    public static async Task HasQos(ClauseContext b)
    {
        var qualities = await b.QualitiesAsync();
        var element = await b.CreateAsync();
        Check.That(qualities.Contains(element.Qos), $"one of {Check.Show(qualities)}", element.Qos);
    }

    [Clause("CREATE-6", Guide, 0, "What is created is a LUN, made of nothing.")]
    public static async Task IsALun(ClauseContext b)
    {
        var element = await b.CreateAsync();
        Check.Equal(StorageElementType.Lun, element.Type, "the type");
        Check.Same([], element.SourceUuids, "what it was made of");
    }

    [Clause("CREATE-7", Guide, 0, "What is created is listed from then on.")]
    public static async Task IsListed(ClauseContext b) => Check.Contains(await b.CreateAsync(), await b.ListAsync(), "listed");

    [Clause("CREATE-8", Guide, 5, "create answers what getInfo tells then.")]
    public static async Task AgreesWithInfo(ClauseContext b)
    {
        var element = await b.CreateAsync();
        Check.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("CREATE-9", Guide, 13, "What is created is presented to nobody.")]
    public static async Task IsPresentedToNobody(ClauseContext b) => Check.Same([], (await b.CreateAsync()).AccessGroupNames, "access groups");

    [Clause("CREATE-10", Guide, 0, "A name that is taken is refused, and the element that has it stays as it was.")]
    public static async Task ATakenNameIsRefused(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await Check.RefusedAsync<AlreadyExistsException>(() => b.CreateAsync(element.Name), "creating the same again");
        Check.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("CREATE-11", Guide, 0, "A name that is taken is refused with another size too, and nothing is changed.")]
    public static async Task ATakenNameWithAnotherSizeIsRefused(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await Check.RefusedAsync<AlreadyExistsException>(() => b.CreateAsync(element.Name, b.Size * 2), "creating it in another size");
        Check.Unchanged(element, await b.InfoAsync(element));
        Check.Equal(1, (await b.ListAsync()).Count(other => other.Name == element.Name), "elements of that name");
    }

    [Clause("CREATE-12", Guide, 11, "Two elements have two identities, for the array and for hosts.")]
    public static async Task IdentitiesDiffer(ClauseContext b)
    {
        var (one, other) = (await b.CreateAsync(), await b.CreateAsync());
        Check.That(one.Uuid != other.Uuid && b.DifferForHosts(one, other), "different identities",
            $"{one.Uuid} {one.Page83Id} and {other.Uuid} {other.Page83Id}");
    }

    [Clause("CREATE-13", Guide, 11, "The name of a removed element is free again; its identities are not given to another.")]
    public static async Task IdentitiesAreNotReused(ClauseContext b)
    {
        var first = await b.CreateAsync();
        await b.Array.RemoveAsync(first, b.Token);
        var second = await b.CreateAsync(first.Name);
        Check.That(first.Uuid != second.Uuid && b.DifferForHosts(first, second), "different identities", $"{second.Uuid} {second.Page83Id}");
    }

    [Clause("CREATE-14", Guide, 0, "With thin_provision false the element isn't thin.")]
    public static async Task ThickIsThick(ClauseContext b)
    {
        var element = await b.CreateAsync(thin: false);
        Check.That(element.ThinProvisioned != true, "an element with its blocks reserved", "a thin one");
    }

    [Clause("CREATE-15", Guide, 0, "A volume group that isn't there is refused, and nothing is created.")]
    public static async Task AnUnknownVolumeGroupIsRefused(ClauseContext b)
    {
        if (b.VolumeGroup is null)
        {
            throw ClauseContext.Skip("The array has no volume groups.");
        }

        b.RequireOwn(GuideMethod.Create);
        var name = b.NewName();
        await Check.RefusedAsync(() => b.Array.CreateAsync(name, b.Size, "osc-conf-no-such-group", true, null, b.Token), "creating it there",
            typeof(NotFoundException), typeof(InvalidRequestException));
        Check.That((await b.ListAsync()).TrueForAll(other => other.Name != name), "nothing of that name", "an element");
    }

    [Clause("CREATE-16", Guide, 0, "What is created is in the volume group wanted.")]
    public static async Task IsInTheVolumeGroup(ClauseContext b)
    {
        if (b.VolumeGroup is not { } group)
        {
            throw ClauseContext.Skip("The array has no volume groups.");
        }

        Check.Equal(group, (await b.CreateAsync()).VolumeGroupName, "the volume group");
    }

    [Clause("CREATE-18", Guide, 0,
        "What is created is in the volume group wanted, whichever of the array's that is, is listed and stays there; or it is refused.")]
    public static async Task IsInEachVolumeGroup(ClauseContext b)
    {
        var groups = (await b.Array.GetInfoAsync(b.Token)).VolumeGroups;
        if (b.IsVolumeGroupGiven || groups.Count < 2)
        {
            throw ClauseContext.Skip("There is one volume group in which elements may be created here.");
        }

        foreach (var group in groups.Skip(1).Take(3))
        {
            StorageElement? made = null;
            if (await ClauseContext.TryAsync(async () => made = await b.CreateInAsync(group)))
            {
                Check.Equal(group, made!.VolumeGroupName, "the volume group answered");
                Check.Equal(group, (await b.InfoAsync(made)).VolumeGroupName, "the volume group that getInfo tells");
                Check.Unchanged(made, (await b.ListAsync()).Find(other => other.Uuid == made.Uuid)
                    ?? throw new ClauseFailedException($"'{made.Name}' in the volume group '{group}' listed", "it isn't"));
                if (await b.AbilityAsync(AbilityKey.Resize) is Ability.Online or Ability.Yes)
                {
                    await b.ResizeAsync(made, b.Size * 2);
                    Check.Equal(group, (await b.InfoAsync(made)).VolumeGroupName, "the volume group after a resize");
                }
            }
        }
    }

    [Clause("CREATE-17", Guide, 0, "Creating leaves other elements alone.")]
    public static async Task OthersStay(ClauseContext b)
    {
        var other = await b.CreateAsync();
        await b.CreateAsync();
        Check.Unchanged(other, await b.InfoAsync(other));
    }
}
