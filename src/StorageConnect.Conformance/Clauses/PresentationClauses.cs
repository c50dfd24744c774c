namespace StorageConnect.Conformance.Clauses;

/// <summary>startPresent and stopPresent.</summary>
[Chapter(110, "Presentation")]
internal static class PresentationClauses
{
    private const string Start = "startPresent()";
    private const string Stop = "stopPresent()";

    [Clause("PRESENT-1", Start, 13, "startPresent presents the element, and getInfo tells so.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsPresented(ClauseContext b)
    {
        var (element, groups) = await PreparedAsync(b, 1);
        Check.Same(groups, (await b.Array.StartPresentAsync(element, groups, b.Token)).AccessGroupNames, "groups answered");
        Check.Same(groups, (await b.InfoAsync(element)).AccessGroupNames, "groups then");
    }

    [Clause("PRESENT-2", Start, 13, "startPresent answers all groups that the element is presented to, earlier ones too.", Needs = [AbilityKey.AccessControl])]
    public static async Task AnswersAll(ClauseContext b)
    {
        var (element, groups) = await PreparedAsync(b, 2);
        await b.Array.StartPresentAsync(element, [groups[0]], b.Token);
        Check.Same(groups, (await StartAgainAsync(b, element, [groups[1]])).AccessGroupNames, "groups answered");
    }

    [Clause("PRESENT-3", Start, 13, "An element is presented to several groups in one call.", Needs = [AbilityKey.AccessControl])]
    public static async Task SeveralAtOnce(ClauseContext b)
    {
        var (element, groups) = await PreparedAsync(b, 3);
        await StartAgainAsync(b, element, groups);
        Check.Same(groups, (await b.InfoAsync(element)).AccessGroupNames, "groups");
    }

    [Clause("PRESENT-4", Start, 13, "startPresent repeated succeeds and changes nothing.", Needs = [AbilityKey.AccessControl])]
    public static async Task Again(ClauseContext b)
    {
        var (element, groups) = await PresentedAsync(b, 1);
        Check.Same(groups, (await b.Array.StartPresentAsync(element, groups, b.Token)).AccessGroupNames, "groups");
    }

    [Clause("PRESENT-5", Start, 13, "Presenting to a group that isn't there is NotFound, and nothing is presented.", Needs = [AbilityKey.AccessControl])]
    public static async Task UnknownGroup(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await Check.RefusedAsync<NotFoundException>(() => b.Array.StartPresentAsync(element, [b.NewName()], b.Token), "an unknown group");
        Check.Same([], (await b.InfoAsync(element)).AccessGroupNames, "groups");
    }

    [Clause("PRESENT-6", Start, 0, "Presenting an element that isn't there is NotFound.", Needs = [AbilityKey.AccessControl])]
    public static async Task UnknownElement(ClauseContext b)
    {
        var group = await b.CreateGroupAsync();
        await Check.RefusedAsync<NotFoundException>(() => b.Array.StartPresentAsync(b.Unknown, [group.Name], b.Token), "an unknown element");
    }

    [Clause("PRESENT-7", Start, 0, "Presenting changes nothing else of the element, nor another one.", Needs = [AbilityKey.AccessControl])]
    public static async Task NothingElseChanges(ClauseContext b)
    {
        var (element, groups) = await PreparedAsync(b, 1);
        var other = await b.CreateAsync();
        await b.Array.StartPresentAsync(element, groups, b.Token);
        var after = await b.InfoAsync(element);
        var identity = b.HasNoIdentityYet(element) ? after.Page83Id : element.Page83Id;
        Check.Unchanged(element with { AccessGroupNames = groups.ToValueList(), Page83Id = identity }, after);
        Check.Unchanged(other, await b.InfoAsync(other));
    }

    [Clause("PRESENT-8", Stop, 13, "stopPresent withdraws the element from the groups named, and leaves the others.", Needs = [AbilityKey.AccessControl])]
    public static async Task IsWithdrawn(ClauseContext b)
    {
        var (element, groups) = await PresentedAsync(b, 2);
        Check.Same([groups[1]], (await b.Array.StopPresentAsync(element, [groups[0]], b.Token)).AccessGroupNames, "groups answered");
        Check.Same([groups[1]], (await b.InfoAsync(element)).AccessGroupNames, "groups then");
    }

    [Clause("PRESENT-9", Stop, 13, "Withdrawing from a group that it isn't presented to changes nothing.", Needs = [AbilityKey.AccessControl])]
    public static async Task NotPresented(ClauseContext b)
    {
        var (element, groups) = await PresentedAsync(b, 1);
        var another = await b.CreateGroupAsync();
        Check.Same(groups, (await b.Array.StopPresentAsync(element, [another.Name], b.Token)).AccessGroupNames, "groups");
    }

    [Clause("PRESENT-10", Stop, 0, "Withdrawing an element that isn't there is NotFound.", Needs = [AbilityKey.AccessControl])]
    public static async Task StopUnknownElement(ClauseContext b)
    {
        var group = await b.CreateGroupAsync();
        await Check.RefusedAsync<NotFoundException>(() => b.Array.StopPresentAsync(b.Unknown, [group.Name], b.Token), "an unknown element");
    }

    [Clause("PRESENT-11", Stop, 13, "Withdrawn from all groups, the element is presented to none, and stays.", Needs = [AbilityKey.AccessControl])]
    public static async Task WithdrawnFromAll(ClauseContext b)
    {
        var (element, groups) = await PresentedAsync(b, 2);
        Check.Same([], (await b.Array.StopPresentAsync(element, groups, b.Token)).AccessGroupNames, "groups");
        Check.Contains(element, await b.ListAsync(), "listed");
    }

    [Clause("PRESENT-12", Stop, 13, "Withdrawing one element leaves another's presentation alone.", Needs = [AbilityKey.AccessControl])]
    public static async Task AnotherStays(ClauseContext b)
    {
        var (element, groups) = await PresentedAsync(b, 1);
        var other = await b.Array.StartPresentAsync(await b.CreateAsync(), groups, b.Token);
        await b.Array.StopPresentAsync(element, groups, b.Token);
        Check.Same(groups, (await b.InfoAsync(other)).AccessGroupNames, "groups of the other");
    }

    [Clause("PRESENT-13", Start, 11, "Where identities belong to the presentation, a presented element says at which targets and LUN numbers hosts find it.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task SaysWhere(ClauseContext b)
    {
        RequirePresentationIdentity(b);
        var (element, _) = await PresentedAsync(b, 1);
        Check.That((await b.InfoAsync(element)).LunAddresses.Any(place => place.TargetName.Length > 0), "a target and a LUN number", "none");
    }

    [Clause("PRESENT-14", Start, 11,
        "Where identities belong to the presentation, two elements that are presented at the same time are never in the same place.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task PlacesDiffer(ClauseContext b)
    {
        RequirePresentationIdentity(b);
        var (one, groups) = await PresentedAsync(b, 1);
        var other = await b.Array.StartPresentAsync(await b.CreateAsync(), groups, b.Token);
        var both = (await b.InfoAsync(one)).LunAddresses.Intersect((await b.InfoAsync(other)).LunAddresses).ToList();
        Check.That(both.Count == 0, "two places", both.Count == 0 ? null : $"{both[0].TargetName}, LUN {both[0].Lun} of both");
    }

    [Clause("PRESENT-15", Stop, 11, "Where identities belong to the presentation, an element that is presented to nobody says no target and no LUN number.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task ThePlaceGoesWithThePresentation(ClauseContext b)
    {
        RequirePresentationIdentity(b);
        var (element, groups) = await PresentedAsync(b, 1);
        await b.Array.StopPresentAsync(element, groups, b.Token);
        Check.Same([], (await b.InfoAsync(element)).LunAddresses.Select(place => $"{place.TargetName}, LUN {place.Lun}"), "places");
    }

    // Hosts prove such an element by its place alone. Over Fibre Channel nothing proves it.
    private static void RequirePresentationIdentity(ClauseContext b)
    {
        if (!b.Descriptor.IdentityFromPresentation || b.Server.StorageType != StorageType.iSCSI)
        {
            throw ClauseContext.Skip("Identities don't belong to the presentation here, or it is no iSCSI server.");
        }
    }

    [Clause("PRESENT-16", Start, 13, "Presenting to a group that is there and one that isn't is NotFound, and the element is presented to neither.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task KnownAndUnknown(ClauseContext b)
    {
        var (element, groups) = await PreparedAsync(b, 1);
        var server = await b.ValidatedServerAsync();
        foreach (var names in new string[][] { [groups[0], b.NewName()], [b.NewName(), groups[0]] })
        {
            await Check.RefusedAsync<NotFoundException>(() => b.Raw.StartPresentAsync(server, element, names, b.Token), "an unknown group beside a known one");
            Check.Same([], (await b.InfoAsync(element)).AccessGroupNames, "groups");
        }
    }

    [Clause("PRESENT-17", Start, 13, "Of groups to which the element is presented and others, it is presented to all, to each once.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task PresentedAndNew(ClauseContext b)
    {
        var (element, groups) = await PreparedAsync(b, 3);
        await b.Array.StartPresentAsync(element, [groups[0]], b.Token);
        // The record is the one of before: what counts is on the array.
        Check.Same(groups, (await StartAgainAsync(b, element, [groups[1], groups[0], groups[2], groups[1]])).AccessGroupNames, "groups answered");
        Check.Same(groups, (await b.InfoAsync(element)).AccessGroupNames, "groups then");
    }

    [Clause("PRESENT-18", Stop, 13, "Of groups to which the element is presented, others and unknown ones, it is withdrawn from the first, or nothing changes.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task WithdrawnFromSome(ClauseContext b)
    {
        var (element, groups) = await PresentedAsync(b, 2);
        var another = await b.CreateGroupAsync();
        Check.Same([groups[1]], (await b.Array.StopPresentAsync(element, [another.Name, groups[0]], b.Token)).AccessGroupNames, "groups answered");
        Check.Same([groups[1]], (await b.InfoAsync(element)).AccessGroupNames, "groups then");
        await StartAgainAsync(b, element, groups);
        var server = await b.ValidatedServerAsync();
        StorageElement? answer = null;
        if (await ClauseContext.TryAsync(async () => answer = await b.Raw.StopPresentAsync(server, element, [b.NewName(), groups[1]], b.Token)))
        {
            Check.Same([groups[0]], answer!.AccessGroupNames, "groups answered, with an unknown one among those named");
            Check.Same([groups[0]], (await b.InfoAsync(element)).AccessGroupNames, "groups then");
        }
        else
        {
            Check.Same(groups, (await b.InfoAsync(element)).AccessGroupNames, "groups after it was refused");
        }
    }

    [Clause("PRESENT-19", Start, 13, "startPresent and stopPresent answer what getInfo tells then, of a clone too.", Needs = [AbilityKey.AccessControl])]
    public static async Task AnswersAgreeWithInfo(ClauseContext b)
    {
        var quality = await b.AnyQualityAsync();
        var elements = new List<StorageElement> { await b.CreateAsync(qos: quality), await b.CreateAsync(thin: false) };
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            elements.Add(await b.CloneAsync(elements[0]));
        }

        var groups = new List<string> { (await b.CreateGroupAsync()).Name, (await b.CreateGroupAsync()).Name };
        foreach (var element in elements)
        {
            var before = await b.InfoAsync(element);
            var started = await StartAgainAsync(b, element, groups);
            var info = await b.InfoAsync(element);
            Check.Unchanged(started, info);
            Check.Unchanged(before with { AccessGroupNames = groups.ToValueList(), Page83Id = info.Page83Id }, info);
            Check.Unchanged(info, started);
            var stopped = await b.Array.StopPresentAsync(element, groups, b.Token);
            info = await b.InfoAsync(element);
            Check.Unchanged(stopped, info);
            Check.Unchanged(before with { Page83Id = info.Page83Id }, info);
            Check.Unchanged(info, stopped);
        }
    }

    [Clause("PRESENT-20", Start, 13, "startPresent and stopPresent with no group named change nothing, whether they are refused or not.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task NoGroupNamed(ClauseContext b)
    {
        var (element, groups) = await PresentedAsync(b, 1);
        await b.CreateGroupAsync();
        var server = await b.ValidatedServerAsync();
        await ClauseContext.TryAsync(() => b.Raw.StartPresentAsync(server, element, [], b.Token));
        Check.Same(groups, (await b.InfoAsync(element)).AccessGroupNames, "groups after startPresent");
        await ClauseContext.TryAsync(() => b.Raw.StopPresentAsync(server, element, [], b.Token));
        Check.Same(groups, (await b.InfoAsync(element)).AccessGroupNames, "groups after stopPresent");
    }

    private static async Task<(StorageElement Element, List<string> Groups)> PreparedAsync(ClauseContext b, int count)
    {
        var groups = new List<string>();
        while (groups.Count < count)
        {
            groups.Add((await b.CreateGroupAsync()).Name);
        }

        return (await b.CreateAsync(), groups);
    }

    private static async Task<(StorageElement Element, List<string> Groups)> PresentedAsync(ClauseContext b, int count)
    {
        var (element, groups) = await PreparedAsync(b, count);
        return (count == 1 ? await b.Array.StartPresentAsync(element, groups, b.Token) : await StartAgainAsync(b, element, groups), groups);
    }

    /// <summary>Presents to more than one group; the clause is skipped where the array presents an element to one alone.</summary>
    private static async Task<StorageElement> StartAgainAsync(ClauseContext b, StorageElement element, List<string> groups)
    {
        try
        {
            return await b.Array.StartPresentAsync(element, groups, b.Token);
        }
        catch (LimitExceededException e)
        {
            throw ClauseContext.Skip($"The array presents an element to one group alone: {e.Message}");
        }
    }
}
