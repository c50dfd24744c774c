using StorageConnect.Engine.Arrays;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 22: what discover found is what start and stop act on, through the access contexts given.</summary>
public sealed class TargetTests
{
    private static readonly IscsiTarget One = new() { TargetName = "iqn.2026-01.test:one", Portal = "10.0.0.1:3260" };
    private static readonly IscsiTarget Two = new() { TargetName = "iqn.2026-01.test:two", Portal = "10.0.0.2:3260" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_its_own_a_plug_in_has_the_engines_discover_and_the_targets_are_kept()
    {
        using var bed = new TestBed();
        var array = await OpenAsync(bed);

        var server = await bed.Engine.DiscoverAsync("lab", Cancellation);

        Assert.Equal([One.TargetName, Two.TargetName], server.IscsiTargets.Select(target => target.TargetName));
        Assert.All(server.IscsiTargets, target => Assert.Equal(array.Uuid, target.StorageServerUuid));
        Assert.Equal(server.IscsiTargets, bed.NewEngine().GetArray("lab").GetTargets()); // as another process sees it
        Assert.Equal(server.IscsiTargets, array.GetTargets());
    }

    [Breaks(22, By.Caller)]
    [Fact]
    public async Task Nothing_is_started_that_was_not_discovered()
    {
        using var bed = new TestBed();
        var array = await OpenAsync(bed);

        await Expect.FailureAsync<InvalidRequestException>("TargetNotDiscovered", "lab", () => array.StartAsync(null, null, Cancellation));
        await bed.Engine.DiscoverAsync("lab", Cancellation);
        await Expect.FailureAsync<InvalidRequestException>(
            "TargetNotDiscovered", "iqn.2026-01.test:three", () => array.StartAsync([One with { TargetName = "iqn.2026-01.test:three" }], null, Cancellation));

        Assert.Empty(bed.Host.Actions);
    }

    [Fact]
    public async Task Start_and_stop_act_on_the_targets_named_and_tell_how_they_are_now()
    {
        using var bed = new TestBed();
        var array = await OpenAsync(bed);
        await bed.Engine.DiscoverAsync("lab", Cancellation);

        Assert.True(Assert.Single(await array.StartAsync([Two], null, Cancellation)).Connected);
        Assert.Equal([false, true], array.GetTargets().Select(target => target.Connected));
        Assert.Equal([false, false], (await array.StopAsync(null, null, Cancellation)).Select(target => target.Connected));

        Assert.Equal(
            [$"start {Two.TargetName} {Two.Portal}", $"stop {One.TargetName} {One.Portal}", $"stop {Two.TargetName} {Two.Portal}"], bed.Host.Actions);
    }

    [Fact]
    public async Task A_portal_that_fails_beside_others_is_told_by_discover_and_by_start()
    {
        using var bed = new TestBed();
        var array = await OpenAsync(bed);
        var dead = new ArrayUnreachableException("Nobody answers at 10.0.0.9.");
        bed.Host.Failures.Add(dead);
        var errors = new List<StorageConnectException>();
        var warnings = new List<string>();

        await bed.Engine.DiscoverAsync("lab", errors.Add, Cancellation);
        await array.StartAsync(null, null, warnings.Add, Cancellation);

        Assert.Equal([dead], errors);
        Assert.Equal([dead.Message], warnings);
    }

    [Breaks(22, By.Caller)]
    [Fact]
    public async Task Targets_found_where_the_server_no_longer_is_are_forgotten_but_for_those_this_host_is_connected_to()
    {
        using var bed = new TestBed();
        var array = await OpenAsync(bed);
        await bed.Engine.DiscoverAsync("lab", Cancellation);
        await array.StartAsync([Two], null, Cancellation);

        await bed.Engine.ChangeAsync("lab", server => server with { AccessContexts = [new() { Host = "p9" }, new() { Host = "p2" }] }, null, Cancellation);

        Assert.Equal([Two.TargetName], bed.NewEngine().GetArray("lab").GetTargets().Select(target => target.TargetName));
    }

    [Fact]
    public async Task Targets_stay_where_a_context_comes_or_its_user_changes()
    {
        using var bed = new TestBed();
        await OpenAsync(bed);
        await bed.Engine.DiscoverAsync("lab", Cancellation);

        await bed.Engine.ChangeAsync(
            "lab", server => server with { AccessContexts = [new() { Host = "P1", NetDevice = "eth1" }, new() { Host = "p2" }, new() { Host = "p3" }] },
            null, Cancellation);

        Assert.Equal([One.TargetName, Two.TargetName], bed.NewEngine().GetArray("lab").GetTargets().Select(target => target.TargetName));
    }

    [Breaks(22, By.Caller)]
    [Fact]
    public async Task Only_the_access_contexts_given_reach_the_host_with_their_secrets()
    {
        using var bed = new TestBed();
        using var secret = new Secret("chapsecret123");
        var array = await OpenAsync(bed, new AccessContext { Host = "p1", ChapUser = "u" }.WithSecrets(secret, null));
        await bed.Engine.DiscoverAsync("lab", Cancellation);

        await array.StartAsync(null, [array.Server.AccessContexts[0]], Cancellation);

        var context = Assert.Single(bed.Host.Contexts);
        Assert.Equal("p1", context.Host);
        Assert.Equal("chapsecret123", context.GetChapSecret()!.Use(text => new string(text)));
        await Expect.FailureAsync<InvalidRequestException>("AccessContextUnknown", "p9", () => array.StartAsync(null, [new() { Host = "p9" }], Cancellation));
    }

    [Fact]
    public async Task Targets_that_another_process_finds_while_information_is_read_stay()
    {
        using var bed = new TestBed();
        await OpenAsync(bed);
        var isDone = 0;
        bed.Array.Before("getInfo", async (_, _) =>
        {
            if (Interlocked.Exchange(ref isDone, 1) == 0)
            {
                await bed.NewEngine().DiscoverAsync("lab", Cancellation);
            }
        });

        await bed.Engine.RefreshAsync("lab", Cancellation);

        Assert.Equal([One, Two], Assert.Single(bed.NewEngine().GetServers()).IscsiTargets.Select(target => target with { StorageServerUuid = "" }));
    }

    [Fact]
    public async Task Of_two_access_contexts_of_one_host_the_one_of_the_same_user_gives_its_secret()
    {
        using var bed = new TestBed();
        using var first = new Secret("secret-of-a-123");
        using var second = new Secret("secret-of-b-456");
        bed.Host.Portals["p1"] = [One];
        var array = await bed.OpenAsync(bed.Draft() with
        {
            StorageType = StorageType.iSCSI,
            AccessContexts =
            [
                new AccessContext { Host = "p1", ChapUser = "a" }.WithSecrets(first, null),
                new AccessContext { Host = "p1", ChapUser = "b" }.WithSecrets(second, null),
            ],
        });
        await bed.Engine.DiscoverAsync("lab", Cancellation);

        await array.StartAsync(null, [new() { Host = "p1", ChapUser = "b" }], Cancellation);

        Assert.Equal("secret-of-b-456", Assert.Single(bed.Host.Contexts).GetChapSecret()?.Use(text => new string(text)));
    }

    [Breaks(22, By.Plugin)]
    [Fact]
    public async Task A_plug_ins_storage_id_goes_back_to_it_untouched_and_nothing_else_of_its_answer_is_taken()
    {
        using var bed = new TestBed(new() { Base = typeof(RecordingIscsiPlugin) });
        var array = await OpenAsync(bed);

        var server = await bed.Engine.DiscoverAsync("lab", Cancellation);
        Assert.Equal("opaque", server.StorageId);
        await bed.NewEngine().GetArray("lab").StartAsync(null, [array.Server.AccessContexts[1]], Cancellation);
        await array.StopAsync(null, null, Cancellation);

        var calls = bed.Array.Calls.Where(call => call.Method is "start" or "stop").ToList();
        Assert.Equal(["start", "stop"], calls.Select(call => call.Method));
        Assert.All(calls, call => Assert.Equal("opaque", call.Server!.StorageId));
        Assert.Equal(["p2"], calls[0].Server!.AccessContexts.Select(context => context.Host));
        Assert.Empty(bed.Host.Actions);
    }

    [Breaks(22, By.Caller)]
    [Fact]
    public async Task A_SAN_array_has_no_targets()
    {
        using var bed = new TestBed();
        var array = await bed.OpenAsync();

        await Expect.FailureAsync<NoSuchOperationException>("NotIscsi", "lab", () => array.DiscoverAsync(Cancellation));
        await Expect.FailureAsync<NoSuchOperationException>("NotIscsi", "lab", () => array.StartAsync(null, null, Cancellation));
        await Expect.FailureAsync<NoSuchOperationException>("NotIscsi", "lab", () => array.StopAsync(null, null, Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_check_ends_before_the_host_or_the_plug_in_does_anything(bool hasOwn)
    {
        using var bed = new TestBed(new() { Base = hasOwn ? typeof(RecordingIscsiPlugin) : typeof(RecordingPlugin) });
        var array = await OpenAsync(bed);
        await Expect.FailureAsync<InvalidRequestException>("TargetNotDiscovered", "lab", () => CheckAsync(token => array.StartAsync(null, null, token)));
        await bed.Engine.DiscoverAsync("lab", Cancellation);

        await CheckAsync(token => array.StartAsync(null, null, token));
        await CheckAsync(token => array.StopAsync(null, [array.Server.AccessContexts[1]], token));
        await CheckAsync(array.RefreshAsync);

        Assert.Empty(bed.Host.Actions);
        Assert.Empty(bed.Array.CalledMethods.Intersect(["start", "stop", "refresh"]));
        await Expect.FailureAsync<InvalidRequestException>(
            "AccessContextUnknown", "p9", () => CheckAsync(token => array.StopAsync(null, [new() { Host = "p9" }], token)));

        Task CheckAsync(Func<CancellationToken, Task> change) => array.CheckAsync(change, new(), Cancellation);
    }

    [Fact]
    public async Task What_the_host_would_refuse_is_refused_by_a_check()
    {
        using var bed = new TestBed();
        var array = await OpenAsync(bed);
        await bed.Engine.DiscoverAsync("lab", Cancellation);
        bed.Host.IsBusy = true;

        await Expect.FailureAsync<StorageElementBusyException>(
            "DeviceBusy", One.TargetName, () => array.CheckAsync(token => array.StopAsync(null, null, token), new(), Cancellation));
    }

    [Fact]
    public async Task Without_a_refresh_of_its_own_the_bus_is_looked_through_behind_its_targets()
    {
        using var bed = new TestBed();
        var array = await OpenAsync(bed);
        await bed.Engine.DiscoverAsync("lab", Cancellation);

        Assert.False(await array.RefreshAsync(Cancellation));

        Assert.Equal([$"rescan iSCSI {One.TargetName}, {Two.TargetName}"], bed.Host.Actions);
    }

    private static async Task<StorageArray> OpenAsync(TestBed bed, AccessContext? first = null)
    {
        bed.Host.Portals["p1"] = [One];
        bed.Host.Portals["p2"] = [Two];
        return await bed.OpenAsync(
            bed.Draft() with { StorageType = StorageType.iSCSI, AccessContexts = [first ?? new() { Host = "p1" }, new() { Host = "p2" }] });
    }
}
