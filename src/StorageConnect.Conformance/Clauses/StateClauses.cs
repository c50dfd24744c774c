namespace StorageConnect.Conformance.Clauses;

/// <summary>online and offline.</summary>
[Chapter(90, "State")]
internal static class StateClauses
{
    [Clause("STATE-1", "offline()", 0, "offline sets an element offline.")]
    public static async Task Offline(ClauseContext b)
    {
        var element = await OfflineAsync(b);
        Check.Equal(StorageElementState.Offline, (await b.InfoAsync(element)).State, "the state");
    }

    [Clause("STATE-2", "online()", 0, "online sets an element online.")]
    public static async Task Online(ClauseContext b)
    {
        var element = await OfflineAsync(b);
        await b.Array.OnlineAsync(element, b.Token);
        Check.Equal(StorageElementState.Online, (await b.InfoAsync(element)).State, "the state");
    }

    [Clause("STATE-3", "offline()", 0, "offline repeated succeeds and changes nothing.")]
    public static async Task OfflineAgain(ClauseContext b)
    {
        var element = await OfflineAsync(b);
        await b.Array.OfflineAsync(element, b.Token);
        Check.Equal(StorageElementState.Offline, (await b.InfoAsync(element)).State, "the state");
    }

    [Clause("STATE-4", "online()", 0, "online repeated succeeds and changes nothing.")]
    public static async Task OnlineAgain(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await b.Array.OnlineAsync(element, b.Token);
        await b.Array.OnlineAsync(element, b.Token);
        Check.Equal(StorageElementState.Online, (await b.InfoAsync(element)).State, "the state");
    }

    [Clause("STATE-5", "offline()", 13,
        "offline leaves the presentation alone; or it refuses a presented element with StorageElementBusy, and nothing changes.",
        Needs = [AbilityKey.AccessControl])]
    public static async Task OfflineLeavesPresentation(ClauseContext b)
    {
        var element = await PresentedAsync(b);
        var state = await TryOfflineAsync(b, element) ? StorageElementState.Offline : element.State;
        Check.Unchanged(element with { State = state }, await b.InfoAsync(element));
    }

    [Clause("STATE-6", "online()", 13, "online leaves the presentation alone.", Needs = [AbilityKey.AccessControl])]
    public static async Task OnlineLeavesPresentation(ClauseContext b)
    {
        var element = await PresentedAsync(b);
        if (!await TryOfflineAsync(b, element))
        {
            throw ClauseContext.Skip("The array sets no presented element offline.");
        }

        await b.Array.OnlineAsync(element, b.Token);
        Check.Same(element.AccessGroupNames, (await b.InfoAsync(element)).AccessGroupNames, "groups that it is presented to");
    }

    [Clause("STATE-7", "offline()", 0, "offline of an element that isn't there is NotFound.")]
    public static async Task OfflineUnknown(ClauseContext b)
    {
        b.RequireOwn(GuideMethod.Offline);
        await Check.RefusedAsync<NotFoundException>(() => b.Array.OfflineAsync(b.Unknown, b.Token), "an unknown element");
    }

    [Clause("STATE-8", "online()", 0, "online of an element that isn't there is NotFound.")]
    public static async Task OnlineUnknown(ClauseContext b)
    {
        b.RequireOwn(GuideMethod.Online);
        await Check.RefusedAsync<NotFoundException>(() => b.Array.OnlineAsync(b.Unknown, b.Token), "an unknown element");
    }

    [Clause("STATE-9", "offline()", 0, "offline and online change nothing else of the element, nor another one.")]
    public static async Task NothingElseChanges(ClauseContext b)
    {
        var (element, other) = (await b.CreateAsync(), await b.InfoAsync(await b.CreateAsync()));
        await b.Array.OfflineAsync(element, b.Token);
        Check.Unchanged(element with { State = StorageElementState.Offline }, await b.InfoAsync(element));
        var after = await b.InfoAsync(other);
        Check.Unchanged(other, after);
        Check.Equal(other.State, after.State, "the other's state");
        await b.Array.OnlineAsync(element, b.Token);
        Check.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("STATE-10", "offline()", 0, "The data of an element outlive offline and online.")]
    public static async Task DataOutliveIt(ClauseContext b)
    {
        const byte mark = 0x5c;
        var element = await b.CreateAsync();
        await b.WriteAsync(element, mark);
        await b.Array.OfflineAsync(element, b.Token);
        await b.Array.OnlineAsync(element, b.Token);
        Check.Equal(mark, await b.ReadAsync(element), "the mark written");
    }

    private static async Task<StorageElement> OfflineAsync(ClauseContext b)
    {
        var element = await b.CreateAsync();
        await b.Array.OfflineAsync(element, b.Token);
        return element;
    }

    private static async Task<bool> TryOfflineAsync(ClauseContext b, StorageElement element)
    {
        try
        {
            await b.Array.OfflineAsync(element, b.Token);
            return true;
        }
        catch (StorageElementBusyException)
        {
            return false;
        }
    }

    private static async Task<StorageElement> PresentedAsync(ClauseContext b)
    {
        var (element, group) = (await b.CreateAsync(), await b.CreateGroupAsync());
        return await b.Array.StartPresentAsync(element, [group.Name], b.Token);
    }
}
