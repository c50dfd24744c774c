using StorageConnect.Engine.Arrays;
using StorageConnect.Plugins.GenericIscsi;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Plugins;

/// <summary>The passive plug-in behind the engine's door, with a host that a test furnishes.</summary>
public sealed class GenericIscsiTests : IDisposable
{
    private const string Target = "iqn.2026-01.test:t1";

    private readonly TestBed _bed = new();

    public GenericIscsiTests()
    {
        var folder = Directory.CreateDirectory(_bed.FolderOf("GenericIscsi")).FullName;
        File.Copy(typeof(GenericIscsiPlugin).Assembly.Location, Path.Combine(folder, "StorageConnect.Plugins.GenericIscsi.dll"));
        _bed.Host.Portals["10.0.0.1"] = [new() { TargetName = Target, Portal = "10.0.0.1:3260" }];
        _bed.Host.Luns.Add(new() { Page83Id = "3600a", SizeBytes = 1 << 30, Model = "LIO-ORG vol1", TargetNames = [Target], Paths = 2, UsablePaths = 1 });
        _bed.Host.Luns.Add(new() { Page83Id = "3600b", SizeBytes = 2L << 30, TargetNames = ["iqn.2026-01.test:other"], Paths = 1, UsablePaths = 1 });
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task It_shows_what_this_host_sees_behind_the_targets_that_were_found()
    {
        var array = await RegisterAsync();
        Assert.Empty(await ListAsync(array));
        Assert.Equal("No targets found yet", await array.GetStatusAsync(null, Cancellation));

        await _bed.Engine.DiscoverAsync("lab", Cancellation);
        Assert.Equal("Not connected", await array.GetStatusAsync(null, Cancellation));
        await array.StartAsync(null, null, Cancellation);

        var element = Assert.Single(await ListAsync(array));
        Assert.Equal(("3600a", "3600a", 1L << 30, StorageElementState.Online, "1 of 2 paths"),
            (element.Name, element.Page83Id, element.SizeBytes, element.State, element.Status));
        Assert.Equal("Connected to 1 of 1 portals", await array.GetStatusAsync(null, Cancellation));
        Assert.Equal("1 of 2 paths", await array.GetStatusAsync(element, Cancellation));
        var info = await array.GetInfoAsync(Cancellation);
        Assert.Equal((1L << 30, "iSCSI targets, as they are: LIO-ORG vol1"), (info.TotalBytes, info.Description));
    }

    [Fact]
    public async Task An_element_is_the_same_in_every_process_and_gone_when_the_host_no_longer_sees_it()
    {
        var array = await ConnectAsync();
        var element = Assert.Single(await ListAsync(array));

        Assert.Equal(element.Uuid, Assert.Single(await ListAsync(_bed.NewEngine().GetArray("lab"))).Uuid);
        Assert.Matches("^[0-9a-f]{32}$", element.Uuid);
        Assert.Equal(element, await array.GetInfoAsync(element, Cancellation));
        _bed.Host.Luns.Clear();
        await Expect.FailureAsync<NotFoundException>("StorageElementNotFound", "3600a", () => array.GetInfoAsync(element, Cancellation));
    }

    [Fact]
    public async Task Without_any_path_an_element_is_offline()
    {
        _bed.Host.Luns[0] = _bed.Host.Luns[0] with { UsablePaths = 0 };

        Assert.Equal(StorageElementState.Offline, Assert.Single(await ListAsync(await ConnectAsync())).State);
    }

    [Fact]
    public async Task It_has_one_access_group_and_everything_is_presented_to_it()
    {
        var array = await ConnectAsync();
        var element = Assert.Single(await ListAsync(array));

        var group = Assert.Single(await array.GetAccessGroupsAsync(null, Cancellation));
        Assert.Empty(group.Entries);
        Assert.Equal([group.Name], element.AccessGroupNames);
        Assert.Equal([group.Name], (await array.StartPresentAsync(element, [group.Name], Cancellation)).AccessGroupNames);
        await Expect.FailureAsync<NoSuchOperationException>("PassiveArray", "lab", () => array.StartPresentAsync(element, ["other"], Cancellation));
    }

    [Fact]
    public async Task Whatever_would_change_the_array_can_not_be_done_and_the_error_says_why()
    {
        var array = await ConnectAsync();
        var server = array.Server;
        var element = Assert.Single(await ListAsync(array));
        var plugin = new GenericIscsiPlugin();

        foreach (var call in new Func<Task>[]
        {
            () => plugin.CreateAccessGroupsAsync(server, [], Cancellation),
            () => plugin.RemoveAccessGroupsAsync(server, [], Cancellation),
            () => plugin.RenameAccessGroupAsync(server, "a", "b", Cancellation),
            () => plugin.AddToAccessGroupAsync(server, "a", [], Cancellation),
            () => plugin.RemoveFromAccessGroupAsync(server, "a", [], Cancellation),
            () => array.OnlineAsync(element, Cancellation),
            () => array.OfflineAsync(element, Cancellation),
            () => array.CreateAsync("new", 1 << 20, null, true, null, Cancellation),
            () => array.StopPresentAsync(element, ["everyone"], Cancellation),
            () => plugin.ResizeAsync(server, element, 1 << 20, Cancellation),
            () => plugin.RemoveAsync(server, element, Cancellation),
            () => plugin.CloneAsync(server, element, null, null, Cancellation),
            () => plugin.SplitCloneAsync(server, element, Cancellation),
            () => plugin.CloneFromSnapAsync(server, element, element, null, null, Cancellation),
            () => plugin.GetCurrentClonesAsync(server, null, Cancellation),
            () => plugin.CreateSnapAsync(server, element, null, Cancellation),
            () => plugin.CreateMultiSnapAsync(server, [element], null, Cancellation),
            () => plugin.SnapRestoreAsync(server, element, null, Cancellation),
            () => plugin.SnapRemoveAsync(server, element, Cancellation),
            () => plugin.GetCurrentSnapsAsync(server, null, Cancellation),
            () => array.SetQosAsync(element, "gold", Cancellation),
        })
        {
            var error = await Expect.FailureAsync<NoSuchOperationException>("PassiveArray", "lab", call);
            Assert.Contains("plain iSCSI target", error.Message);
        }

        // Through the door the ability says it first.
        await Assert.ThrowsAsync<NoSuchOperationException>(() => array.ResizeAsync(element, 1 << 20, true, Cancellation));
        Assert.False(await array.IsSnapableAsync(element, Cancellation) || await array.IsCloneableAsync(element, Cancellation));
        Assert.Equal((0L, 0L), (await array.GetSnapLimitsAsync(element, Cancellation), await array.GetCloneLimitsAsync(null, Cancellation)));
        Assert.Empty(await array.GetQosListAsync(Cancellation));
    }

    [Fact]
    public async Task A_server_without_a_host_or_with_what_a_target_does_not_have_is_refused()
    {
        foreach (var draft in new[]
        {
            Draft() with { AccessContexts = [] },
            Draft() with { AdminHost = "array.example" },
            Draft() with { ExtraInfo = "SSL=yes" },
        })
        {
            await Expect.FailureAsync<InvalidStorageArrayException>("GenericIscsiServerInvalid", "lab",
                () => _bed.Engine.RegisterAsync(draft, "GenericIscsi", false, Cancellation));
        }
    }

    private static StorageServer Draft() => new() { Name = "lab", StorageType = StorageType.iSCSI, AccessContexts = [new() { Host = "10.0.0.1" }] };

    private static async Task<List<StorageElement>> ListAsync(StorageArray array) => await array.ListAsync(new(), Cancellation).ToListAsync(Cancellation);

    private async Task<StorageArray> RegisterAsync()
    {
        await _bed.Engine.RegisterAsync(Draft(), "GenericIscsi", false, Cancellation);
        return _bed.Engine.GetArray("lab");
    }

    private async Task<StorageArray> ConnectAsync()
    {
        var array = await RegisterAsync();
        await _bed.Engine.DiscoverAsync("lab", Cancellation);
        await array.StartAsync(null, null, Cancellation);
        return array;
    }
}
