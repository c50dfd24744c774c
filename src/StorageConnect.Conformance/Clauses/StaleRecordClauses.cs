namespace StorageConnect.Conformance.Clauses;

/// <summary>Records that are older than what the array holds.</summary>
[Chapter(280, "StaleRecords")]
internal static class StaleRecordClauses
{
    private const string Guide = "Class methods";

    [Clause("STALE-1", "getInfo()", 0, "getInfo by an old record tells what is, not what was.", Needs = [AbilityKey.AccessControl])]
    public static async Task InfoIsOfNow(ClauseContext b)
    {
        var old = await b.CreateAsync();
        var group = await b.CreateGroupAsync();
        await b.Array.StartPresentAsync(old, [group.Name], b.Token);
        Check.Same([group.Name], (await b.InfoAsync(old)).AccessGroupNames, "groups");
    }

    [Clause("STALE-2", "startPresent()", 13, "Presenting by an old record loses no group that was added since.", Needs = [AbilityKey.AccessControl])]
    public static async Task PresentLosesNothing(ClauseContext b)
    {
        var old = await b.CreateAsync();
        var (one, other) = (await b.CreateGroupAsync(), await b.CreateGroupAsync());
        await b.Array.StartPresentAsync(old, [one.Name], b.Token);
        Check.Same([one.Name, other.Name], (await b.Array.StartPresentAsync(old, [other.Name], b.Token)).AccessGroupNames, "groups");
    }

    [Clause("STALE-3", "stopPresent()", 13, "Withdrawing by a record that knows of no presentation works.", Needs = [AbilityKey.AccessControl])]
    public static async Task StopPresentWorks(ClauseContext b)
    {
        var old = await b.CreateAsync();
        var group = await b.CreateGroupAsync();
        await b.Array.StartPresentAsync(old, [group.Name], b.Token);
        await b.Array.StopPresentAsync(old, [group.Name], b.Token);
        Check.Same([], (await b.InfoAsync(old)).AccessGroupNames, "groups");
    }

    [Clause("STALE-4", "remove()", 15, "An old record that knows of no presentation removes nothing that is presented.", Needs = [AbilityKey.AccessControl])]
    public static async Task RemoveLooks(ClauseContext b)
    {
        var old = await b.CreateAsync();
        await b.Array.StartPresentAsync(old, [(await b.CreateGroupAsync()).Name], b.Token);
        var server = await b.ValidatedServerAsync();
        await Check.RefusedAsync<StorageElementBusyException>(() => b.Raw.RemoveAsync(server, old, b.Token), "removing it");
        await b.InfoAsync(old);
    }

    [Clause("STALE-5", Guide, 0, "A record of a removed element is not taken for a new one of the same name: NotFound.")]
    public static async Task ANamesakeIsAnother(ClauseContext b)
    {
        var (server, old) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        await b.Array.RemoveAsync(old, b.Token);
        var namesake = await b.CreateAsync(old.Name);
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.RemoveAsync(server, old, b.Token), "removing the old one");
        await Check.RefusedAsync<NotFoundException>(() => b.Raw.OfflineAsync(server, old, b.Token), "setting the old one offline");
        Check.Unchanged(namesake, await b.InfoAsync(namesake));
    }

    [Clause("STALE-6", "resize()", 14, "A resize by an old record goes by the size that is.", Needs = [AbilityKey.Resize])]
    public static async Task ResizeGoesByNow(ClauseContext b)
    {
        var old = await b.CreateAsync();
        var grown = await b.ResizeAsync(old, b.Size * 2);
        Check.Equal(grown.SizeBytes, (await b.ResizeAsync(old, grown.SizeBytes)).SizeBytes, "the size");
    }

    [Clause("STALE-7", "createSnap()", 0, "A snapshot by an old record is of the element as it is.", Needs = [AbilityKey.Snapshot, AbilityKey.Resize])]
    public static async Task SnapshotIsOfNow(ClauseContext b)
    {
        var old = await b.CreateAsync();
        await b.ResizeAsync(old, b.Size * 2);
        var snapshot = await b.SnapAsync(old);
        Check.That(snapshot.SizeBytes > old.SizeBytes, $"more than the {old.SizeBytes} bytes of before", snapshot.SizeBytes);
    }
}
