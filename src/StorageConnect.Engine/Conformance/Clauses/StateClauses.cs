namespace StorageConnect.Engine.Conformance.Clauses;

/// <summary>online and offline.</summary>
internal static class StateClauses
{
    [Clause("STATE-1", "offline()", 0, "offline sets an element offline.")]
    public static async Task Offline(Bench b)
    {
        var element = await OfflineAsync(b);
        Claim.Equal(StorageElementState.Offline, (await b.InfoAsync(element)).State, "the state");
    }

    [Clause("STATE-2", "online()", 0, "online sets an element online.")]
    public static async Task Online(Bench b)
    {
        var element = await OfflineAsync(b);
        await b.Array.OnlineAsync(element, b.Token);
        Claim.Equal(StorageElementState.Online, (await b.InfoAsync(element)).State, "the state");
    }

    [Clause("STATE-3", "offline()", 0, "offline repeated succeeds and changes nothing.")]
    public static async Task OfflineAgain(Bench b)
    {
        var element = await OfflineAsync(b);
        await b.Array.OfflineAsync(element, b.Token);
        Claim.Equal(StorageElementState.Offline, (await b.InfoAsync(element)).State, "the state");
    }

    [Clause("STATE-4", "online()", 0, "online repeated succeeds and changes nothing.")]
    public static async Task OnlineAgain(Bench b)
    {
        var element = await b.CreateAsync();
        await b.Array.OnlineAsync(element, b.Token);
        await b.Array.OnlineAsync(element, b.Token);
        Claim.Equal(StorageElementState.Online, (await b.InfoAsync(element)).State, "the state");
    }

    [Clause("STATE-5", "offline()", 13, "offline leaves the presentation alone.", Needs = [AbilityKey.AccessControl])]
    public static async Task OfflineLeavesPresentation(Bench b)
    {
        var element = await PresentedAsync(b);
        await b.Array.OfflineAsync(element, b.Token);
        Claim.Same(element.AccessGroupNames, (await b.InfoAsync(element)).AccessGroupNames, "groups that it is presented to");
    }

    [Clause("STATE-6", "online()", 13, "online leaves the presentation alone.", Needs = [AbilityKey.AccessControl])]
    public static async Task OnlineLeavesPresentation(Bench b)
    {
        var element = await PresentedAsync(b);
        await b.Array.OfflineAsync(element, b.Token);
        await b.Array.OnlineAsync(element, b.Token);
        Claim.Same(element.AccessGroupNames, (await b.InfoAsync(element)).AccessGroupNames, "groups that it is presented to");
    }

    [Clause("STATE-7", "offline()", 0, "offline of an element that isn't there is NotFound.")]
    public static async Task OfflineUnknown(Bench b) =>
        await Claim.RefusedAsync<NotFoundException>(() => b.Array.OfflineAsync(b.Unknown, b.Token), "an unknown element");

    [Clause("STATE-8", "online()", 0, "online of an element that isn't there is NotFound.")]
    public static async Task OnlineUnknown(Bench b) =>
        await Claim.RefusedAsync<NotFoundException>(() => b.Array.OnlineAsync(b.Unknown, b.Token), "an unknown element");

    [Clause("STATE-9", "offline()", 0, "offline and online change nothing else of the element, nor another one.")]
    public static async Task NothingElseChanges(Bench b)
    {
        var (element, other) = (await b.CreateAsync(), await b.InfoAsync(await b.CreateAsync()));
        await b.Array.OfflineAsync(element, b.Token);
        Claim.Unchanged(element, await b.InfoAsync(element));
        var after = await b.InfoAsync(other);
        Claim.Unchanged(other, after);
        Claim.Equal(other.State, after.State, "the other's state");
        await b.Array.OnlineAsync(element, b.Token);
        Claim.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("STATE-10", "offline()", 0, "The data of an element outlive offline and online.")]
    public static async Task DataOutliveIt(Bench b)
    {
        const byte mark = 0x5c;
        var element = await b.CreateAsync();
        await b.WriteAsync(element, mark);
        await b.Array.OfflineAsync(element, b.Token);
        await b.Array.OnlineAsync(element, b.Token);
        Claim.Equal(mark, await b.ReadAsync(element), "the mark written");
    }

    private static async Task<StorageElement> OfflineAsync(Bench b)
    {
        var element = await b.CreateAsync();
        await b.Array.OfflineAsync(element, b.Token);
        return element;
    }

    private static async Task<StorageElement> PresentedAsync(Bench b)
    {
        var (element, group) = (await b.CreateAsync(), await b.CreateGroupAsync());
        return await b.Array.StartPresentAsync(element, [group.Name], b.Token);
    }
}
