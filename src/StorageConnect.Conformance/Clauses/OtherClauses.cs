using StorageConnect.Engine.Arrays;

namespace StorageConnect.Conformance.Clauses;

/// <summary>Another record of the same array, and a process of its own: what counts is on the array.</summary>
[Chapter(295, "Others")]
internal static partial class OtherClauses
{
    private const string Guide = "Class methods";
    private const string Class = "Class definition";

    [Clause("OTHER-1", Guide, 0, "A second record of the same array, under another name and Uuid, shows the same elements.")]
    public static async Task ASecondRecord(ClauseContext b)
    {
        var (server, element) = (await b.ValidatedServerAsync(), await b.CreateAsync());
        await b.ListAsync();
        var second = await SecondAsync(b, server);
        Check.Unchanged(element, await b.Raw.GetInfoAsync(second, element, b.Token));
        var made = await b.FinishAsync(await b.Raw.CreateAsync(second, new()
        {
            Name = b.NewName(),
            SizeBytes = b.Size,
            VolumeGroupName = b.VolumeGroup,
            StorageServerUuid = second.Uuid,
        }, true, null, b.Token), OscOperationKind.Create);
        var listed = await b.Raw.ListAsync(second, new(), b.Token).ToListAsync(b.Token);
        Check.Contains(made, listed, "listed by the second record");
        Check.Contains(element, listed, "listed by the second record");
        b.Cache.Clear();
        Check.Unchanged(made, await b.InfoAsync(made));
        Check.Contains(made, await b.ListAsync(), "listed by the first record");
        Check.Equal(second.Uuid, (await b.Raw.GetInfoAsync(second, b.Token)).Uuid, "the record that getInfo returns");
        Check.Equal(server.Uuid, (await b.Raw.GetInfoAsync(server, b.Token)).Uuid, "the record that getInfo returns for the first");
    }

    [Clause("OTHER-2", "validate()", 4, "A second record that validate refuses, or whose array doesn't answer, changes nothing for the first.")]
    public static async Task ABrokenRecord(ClauseContext b)
    {
        var (server, element) = (await b.ValidatedServerAsync(), await b.SubjectAsync());
        using var wrong = new Secret("osc-conf-wrong-secret");
        var elsewhere = Second(server) with
        {
            ExtraInfo = "osc-conf=no-such-setting",
            AdminHost = server.AdminHost is null ? null : Elsewhere(server.AdminHost),
            StorageName = server.StorageName is null ? null : "osc-conf-no-such-storage",
        };
        var unauthorized = server.GetAdminSecret() is null ? elsewhere : Second(server).WithAdminSecret(wrong);
        foreach (var broken in new[] { elsewhere, unauthorized })
        {
            await ClauseContext.TryAsync(() => b.Raw.ValidateAsync(broken, b.Token));
            Check.Unchanged(element, await b.Raw.GetInfoAsync(server, element, b.Token));
            Check.Contains(element, await b.Raw.ListAsync(server, new(), b.Token).ToListAsync(b.Token), "listed");
            Check.Equal(server.Uuid, (await b.Raw.GetInfoAsync(server, b.Token)).Uuid, "the record that getInfo returns");
        }

        await b.Array.ValidateAsync(b.Token);
        Check.Unchanged(element, await b.InfoAsync(element));
    }

    [Clause("OTHER-3", Class, 0, "What this process makes and changes, a process of its own sees: elements, groups, presentations, copies.")]
    public static async Task AnotherProcessSees(ClauseContext b)
    {
        var other = await ProcessAsync(b);
        var element = await b.CreateAsync();
        Check.Unchanged(element, await other.GetInfoAsync(element, b.Token));
        Check.Contains(element, await other.ListAsync(new(), b.Token).ToListAsync(b.Token), "listed by another process");
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.AccessControl)))
        {
            var group = await b.CreateGroupAsync();
            await b.Array.StartPresentAsync(element, [group.Name], b.Token);
            Check.Same(group.Entries, (await other.FindAccessGroupAsync(group.Name, b.Token)).Entries, "entries of the group in another process");
        }

        Check.Unchanged(await b.InfoAsync(element), await other.GetInfoAsync(element, b.Token));
        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Snapshot)))
        {
            var snapshot = await b.SnapAsync(element);
            Check.Unchanged(await b.InfoAsync(snapshot), await other.GetInfoAsync(snapshot, b.Token));
            await b.CurrentSnapsAsync(element);
            Check.Contains(snapshot, await other.GetCurrentSnapsAsync(element, b.Token), "among the element's snapshots in another process");
        }

        if (ClauseContext.Can(await b.AbilityAsync(AbilityKey.Clone)))
        {
            var clone = await b.CloneAsync(element);
            Check.Unchanged(await b.InfoAsync(clone), await other.GetInfoAsync(clone, b.Token));
        }
    }

    [Clause("OTHER-4", Class, 0, "What a process of its own makes, changes and removes, this process sees.")]
    public static async Task AnotherProcessChanges(ClauseContext b)
    {
        var other = await ProcessAsync(b);
        await b.ListAsync();
        var element = await b.CreateThroughAsync(other);
        b.Cache.Clear();
        Check.Unchanged(element, await b.InfoAsync(element));
        Check.Contains(element, await b.ListAsync(), "listed");
        if (b.Implements(GuideMethod.Offline) && await ClauseContext.TryAsync(() => other.OfflineAsync(element, b.Token)))
        {
            b.Cache.Clear();
            Check.Equal(StorageElementState.Offline, (await b.InfoAsync(element)).State, "the state");
        }

        await other.RemoveAsync(element, b.Token);
        b.Cache.Clear();
        await Check.RefusedAsync<NotFoundException>(() => b.InfoAsync(element), "getInfo of what another process removed");
        Check.Lacks(element, await b.ListAsync(), "listed");
    }

    [Clause("OTHER-5", "getAsyncProgress()", 21, "What this process began, a process of its own can ask about and see the end of.")]
    public static async Task AnotherProcessAsks(ClauseContext b)
    {
        var works = await AsyncClauses.BeginAllAsync(b);
        var other = await ProcessAsync(b);
        foreach (var work in works)
        {
            var made = await b.FinishAsync(work.Record, work.Kind, other);
            b.Cache.Clear();
            Check.Unchanged(made, await b.InfoAsync(made));
        }
    }

    private static StorageServer Second(StorageServer server) => server with { Uuid = Guid.NewGuid().ToString("n"), Name = "osc-conf-second" };

    /// <summary>A second record that the plug-in has validated; the clause is skipped where it takes none.</summary>
    private static async Task<StorageServer> SecondAsync(ClauseContext b, StorageServer server)
    {
        var second = Second(server);
        try
        {
            await b.Raw.ValidateAsync(second, b.Token);
            return second;
        }
        catch (StorageConnectException e)
        {
            throw ClauseContext.Skip($"The plug-in takes no second record of this array: {e.Message}");
        }
    }

    // Where nothing listens: the answer comes at once.
    private static string Elsewhere(string host) =>
        Uri.TryCreate(host, UriKind.Absolute, out var address) && address.Host.Length > 0
            ? new UriBuilder(address) { Host = "127.0.0.1", Port = 1 }.Uri.ToString()
            : "127.0.0.1:1";

    /// <summary>
    /// A door to the array through a process of its own; the clause is skipped where there is none, and where that process sees another array: one that is
    /// kept in the memory of this process. That is asked once: later, a process may have kept what it saw at first.
    /// </summary>
    private static async Task<StorageArray> ProcessAsync(ClauseContext b)
    {
        var door = await b.OpenInProcessAsync();
        b.HasSharedProcess ??= await IsSharedAsync(b, door);
        return b.HasSharedProcess.Value
            ? door
            : throw ClauseContext.Skip("Another process sees another array: this one is in the memory of its process.");
    }

    private static async Task<bool> IsSharedAsync(ClauseContext b, StorageArray door)
    {
        var element = await b.CreateAsync();
        if ((await door.ListAsync(new(), b.Token).ToListAsync(b.Token)).Exists(other => other.Uuid == element.Uuid))
        {
            return true;
        }

        var made = await b.CreateThroughAsync(door);
        b.Cache.Clear();
        return (await b.ListAsync()).Exists(other => other.Uuid == made.Uuid);
    }
}
