using StorageConnect.Plugins.Cinder;
using StorageConnect.Tests.Cinder.Support;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Cinder;

/// <summary>What goes wrong at a real service, and what others do there.</summary>
[Collection(nameof(CinderCloud))]
public sealed class CinderFaultTests(CinderCloud cloud)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_killed_between_a_request_and_its_answer_gets_no_second_volume_and_an_error_set_by_the_administrator_ends_the_operation()
    {
        using var project = await CinderProject.NewAsync(cloud);
        using var plugin = project.NewPlugin(inner => new InterruptedHandler(inner, HttpMethod.Post, "/volumes", RestartAsync));

        var begun = await plugin.CreateAsync(project.Server, New("lost", "stable"), true, null, Token);

        var found = Assert.Single(await project.ListAsync());
        Assert.Equal((begun.Uuid, "lost"), (found.Uuid, found.Name));
        if (found.Status != "available")
        {
            // What the service had not begun is lost with its queue; an administrator says so.
            await ActAsync(project, found, "os-reset_status", new { status = "error" });
            var error = await Assert.ThrowsAsync<LimitExceededException>(() => project.FinishAsync(plugin, begun));
            Assert.Equal("OperationFailed", error.ErrorId);
            await GoneAsync(project);
        }

        Assert.Equal("lost", (await project.CreateAsync("lost", "fake")).Name);
    }

    [Fact]
    public async Task An_attachment_whose_answer_a_killed_service_never_gave_is_found_and_given_back()
    {
        using var project = await CinderProject.NewAsync(cloud);
        var volume = await project.CreateAsync("data");
        using (var plugin = project.NewPlugin(inner => new InterruptedHandler(inner, HttpMethod.Post, "/attachments", cloud.KillServiceAsync)))
        {
            try
            {
                await Assert.ThrowsAsync<ArrayUnreachableException>(() => plugin.StartPresentAsync(project.Server, volume, ["here"], Token));
            }
            finally
            {
                await cloud.StartServiceAsync();
            }
        }

        Assert.Equal("reserved", (await project.InfoAsync(volume)).Status);
        Assert.Contains("half made", await project.Plugin.GetStatusAsync(project.Server, volume, Token), StringComparison.Ordinal);
        await project.UseAsync(volume, "write -P 0x11 0 4096");

        Assert.Equal("available", (await project.InfoAsync(volume)).Status);
        Assert.Empty(await AttachmentsAsync(project));
        await project.RemoveAsync(volume);
    }

    [Fact]
    public async Task A_removal_that_a_killed_service_forgot_is_done_after_the_administrator_ended_that_state()
    {
        using var project = await CinderProject.NewAsync(cloud);
        var volume = await project.CreateAsync("old");
        var id = Guid.ParseExact(volume.Uuid, "n").ToString("d");
        using var plugin = project.NewPlugin(inner => new InterruptedHandler(inner, HttpMethod.Delete, $"/volumes/{id}", RestartAsync));

        await Assert.ThrowsAsync<ArrayUnreachableException>(() => plugin.RemoveAsync(project.Server, volume, Token));

        // Either the service had removed it before it died, or does that after its start, or the request is lost with its queue: then an administrator has
        // to end that state.
        if (await project.ListAsync() is [{ Status: "deleting" }])
        {
            try
            {
                await ActAsync(project, volume, "os-reset_status", new { status = "error" });
                await plugin.RemoveAsync(project.Server, volume, Token);
            }
            catch (Exception e) when (e is NotFoundException or InvalidOperationException)
            {
                TestContext.Current.TestOutputHelper!.WriteLine($"It went in between: {e.Message}");
            }
        }

        await GoneAsync(project);
    }

    [Fact]
    public async Task A_full_quota_is_told_before_and_after_and_leaves_nothing()
    {
        using var project = await CinderProject.NewAsync(cloud);
        await cloud.AdminAsync(HttpMethod.Put, $"os-quota-sets/{project.Id}", new { quota_set = new { volumes = 2, gigabytes = 3, snapshots = 0 } });
        var volume = await project.CreateAsync("first", "fake");

        var tooLarge = await Assert.ThrowsAsync<LimitExceededException>(() => project.CreateAsync("large", "fake", 3 * CinderProject.GiB));
        var grown = await Assert.ThrowsAsync<LimitExceededException>(() => project.ResizeAsync(volume, 4 * CinderProject.GiB));
        Assert.True(await project.Plugin.IsCloneableAsync(project.Server, volume, Token));
        await project.CreateAsync("second", "fake");
        Assert.False(await project.Plugin.IsCloneableAsync(project.Server, volume, Token));
        Assert.False(await project.Plugin.IsSnapableAsync(project.Server, volume, Token));
        var third = await Assert.ThrowsAsync<LimitExceededException>(() => project.CreateAsync("third", "fake"));

        Assert.All([tooLarge, grown, third], error => Assert.Equal("QuotaExceeded", error.ErrorId));
        Assert.Equal(["first", "second"], (await project.ListAsync()).Select(element => element.Name));
        var server = await project.Plugin.GetInfoAsync(project.Server, Token);
        Assert.Contains("2 of 2 volumes", server.Status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_storage_is_stopped_operations_go_on_and_are_done_afterwards()
    {
        using var project = await CinderProject.NewAsync(cloud);
        var volume = await project.CreateAsync("data");
        List<StorageElement> begun = [];
        await cloud.SignalStorageAsync("STOP");
        try
        {
            begun.Add(await project.Plugin.CreateAsync(project.Server, New("made", "stable"), true, null, Token));
            Assert.Equal(-1, (await project.Plugin.GetAsyncProgressAsync(project.Server, begun[0], Token)).AsyncProgress);
            Assert.Equal("creating", (await project.ListAsync()).Single(element => element.Name == "made").Status);

            // The last: for a snapshot the service opens the image, and this one, all in one process, answers nothing more until that is done.
            begun.Add(await project.Plugin.CreateSnapAsync(project.Server, volume, new() { Name = "frozen" }, Token));
        }
        finally
        {
            await cloud.SignalStorageAsync("CONT");
        }

        Assert.Equal(["made", "frozen"], (await Task.WhenAll(begun.Select(project.FinishAsync))).Select(element => element.Name));
        await project.UseAsync(volume, "write -P 0x11 0 4096");
    }

    [Fact]
    public async Task What_an_administrator_resets_is_told_and_withdrawn_all_the_same()
    {
        using var project = await CinderProject.NewAsync(cloud);
        var volume = await project.CreateAsync("data");
        await project.ConnectAsync(volume);

        await ActAsync(project, volume, "os-reset_status", new { status = "error" });
        Assert.Equal("error", (await project.InfoAsync(volume)).Status);
        Assert.Equal(StorageElementState.Offline, (await project.InfoAsync(volume)).State);
        await ActAsync(project, volume, "os-reset_status", new { status = "available" });
        Assert.Contains("attached for", await project.Plugin.GetStatusAsync(project.Server, volume, Token), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<StorageConnectException>(() => project.RemoveAsync(volume));
        await project.RevokeAsync(volume);

        Assert.Empty(project.Host.Targets);
        Assert.Empty(await AttachmentsAsync(project));
        await project.RemoveAsync(volume);
    }

    [Fact]
    public async Task A_reservation_of_others_is_told_and_never_ended()
    {
        using var project = await CinderProject.NewAsync(cloud);
        var volume = await project.CreateAsync("theirs");
        var id = Guid.ParseExact(volume.Uuid, "n").ToString("d");
        await project.AdminAsync(HttpMethod.Post, "attachments", new { attachment = new { volume_uuid = id } });

        await Assert.ThrowsAsync<StorageElementBusyException>(() => project.GrantAsync(volume));
        await project.RevokeAsync(volume);

        Assert.Contains("of others", await project.Plugin.GetStatusAsync(project.Server, volume, Token), StringComparison.Ordinal);
        Assert.Single(await AttachmentsAsync(project));
    }

    [Fact]
    public async Task Two_processes_that_create_one_name_make_one_volume()
    {
        using var project = await CinderProject.NewAsync(cloud);
        CinderPlugin[] plugins = [project.NewPlugin(), project.NewPlugin()];

        var ends = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                return await project.FinishAsync(plugins[i % 2],
                    await plugins[i % 2].CreateAsync(project.Server, New("one", "fake"), true, null, Token)) is null ? "none" : "made";
            }
            catch (AlreadyExistsException)
            {
                return "taken";
            }
        }));

        Array.ForEach(plugins, plugin => plugin.Dispose());
        Assert.Single(ends, end => end == "made");
        Assert.Equal("one", Assert.Single(await project.ListAsync()).Name);
    }

    [Fact]
    public async Task Two_processes_that_present_and_withdraw_at_once_leave_what_the_register_says()
    {
        using var project = await CinderProject.NewAsync(cloud);
        CinderPlugin[] plugins = [project.NewPlugin(), project.NewPlugin()];
        var volume = await project.CreateAsync("data");

        for (var round = 0; round < 4; round++)
        {
            await Task.WhenAll(plugins.SelectMany(plugin => (Task[])[
                plugin.StartPresentAsync(project.Server, volume, ["here"], Token), plugin.StopPresentAsync(project.Server, volume, ["here"], Token)]));
            var now = await project.InfoAsync(volume);
            Assert.Equal(now.AccessGroupNames.Count, (await AttachmentsAsync(project)).Count);
            Assert.Equal(now.AccessGroupNames.Count == 0 ? "available" : "in-use", now.Status);
        }

        Array.ForEach(plugins, plugin => plugin.Dispose());
        await project.RevokeAsync(volume);
        await project.RemoveAsync(volume);
    }

    [Fact]
    public async Task Thousands_of_volumes_are_listed_in_pages()
    {
        const int count = 2500;
        using var project = await CinderProject.NewAsync(cloud);
        await project.CreateAsync("volume-one", "fake");
        var database = Path.Combine(cloud.ServiceFolder, "cinder.sqlite");
        var columns = Sqlite.Column(database, "select name from pragma_table_info('volumes')");
        var values = columns.Select(column => column switch
        {
            "id" => "printf('00000000-0000-4000-8000-%012d', i)",
            "display_name" => "'v' || i",
            _ => $"\"{column}\"",
        });
        try
        {
            Sqlite.Column(database, $"pragma foreign_keys = off; insert into volumes ({string.Join(',', columns.Select(column => $"\"{column}\""))}) "
                + $"with recursive n(i) as (select 1 union all select i + 1 from n where i < {count - 1}) "
                + $"select {string.Join(',', values)} from volumes, n where project_id = $1", project.Id);

            var listed = await project.ListAsync();

            Assert.Equal(count, listed.Select(element => element.Uuid).Distinct().Count());
            Assert.Equal(count, listed.Count);
            Assert.Equal("v2499", Assert.Single(await project.Plugin.ListAsync(project.Server, new() { Name = "v2499" }, Token).ToListAsync(Token)).Name);
        }
        finally
        {
            Sqlite.Column(database, "pragma foreign_keys = off; delete from volumes where project_id = $1 and id like '00000000-0000-4000-8000-%'", project.Id);
        }
    }

    private static StorageElement New(string name, string group) => new() { Name = name, SizeBytes = CinderProject.GiB, VolumeGroupName = group };

    private static Task<System.Text.Json.JsonElement> ActAsync(CinderProject project, StorageElement volume, string action, object parameters) =>
        project.AdminAsync(
            HttpMethod.Post, $"volumes/{Guid.ParseExact(volume.Uuid, "n"):d}/action", new Dictionary<string, object> { [action] = parameters });

    private static async Task<List<System.Text.Json.JsonElement>> AttachmentsAsync(CinderProject project) =>
        [.. (await project.AdminAsync(HttpMethod.Get, "attachments/detail")).GetProperty("attachments").EnumerateArray()];

    private static async Task GoneAsync(CinderProject project)
    {
        var backoff = new Backoff(TimeSpan.FromMinutes(2));
        while ((await project.ListAsync()).Count > 0)
        {
            Assert.True(await backoff.WaitAsync(Token), "The volume does not go.");
        }
    }

    private async Task RestartAsync()
    {
        await cloud.KillServiceAsync();
        await cloud.StartServiceAsync();
    }
}
