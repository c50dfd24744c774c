using System.Net;
using System.Text.Json;
using StorageConnect.Plugins.Cinder.Register;
using StorageConnect.Tests.Cinder.Support;
using StorageConnect.Tests.Recording;
using Xunit;
using static StorageConnect.Tests.Cinder.Support.ReplayedCinder;

namespace StorageConnect.Tests.Cinder;

/// <summary>Success is the wanted value read back: what a real service answered where it had accepted something and not done it.</summary>
public sealed class CinderOutcomeTests : IDisposable
{
    private const string ChapSecret = "<chap-secret>";

    private readonly TemporaryFolder _folder = new();
    private readonly ReplayedCinder _cinder = new();
    private readonly FakeHost _host = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _cinder.Dispose();
    }

    [Fact]
    public async Task An_extend_that_ends_available_with_the_old_size_has_failed_with_the_services_reason()
    {
        _cinder.On("GET", "/volumes/116f4160", _ => Captured("225"));
        _cinder.On("POST", "/volumes/116f4160.*/action$", _ => Empty(HttpStatusCode.Accepted));
        _cinder.On("GET", "/messages", _ => Captured("226"));
        using var plugin = _cinder.NewPlugin(_folder.Path);

        var begun = await plugin.ResizeAsync(Server(), Element("116f416022894f739ca052c133c597cc"), 2L << 30, Cancellation);
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => plugin.GetAsyncProgressAsync(Server(), begun, Cancellation));

        Assert.Equal(-1, begun.AsyncProgress);
        Assert.Equal("OperationFailed", error.ErrorId);
        Assert.Contains("Could not find any available weighted backend", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_retype_that_changed_nothing_has_failed()
    {
        _cinder.On("GET", "/volumes/814dfef6", _ => Captured("174"));
        _cinder.On("POST", "/volumes/814dfef6.*/action$", _ => Empty(HttpStatusCode.Accepted));
        using var plugin = _cinder.NewPlugin(_folder.Path);

        var error = await Assert.ThrowsAsync<LimitExceededException>(
            () => plugin.SetQosAsync(Server(), Element("814dfef64ac741ccad5830615bb0018c"), "fake", Cancellation));

        Assert.Contains("'shared'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_whose_answer_was_lost_is_found_and_no_second_one_is_made()
    {
        string? body = null;
        _cinder.On("GET", "/snapshots/detail", _ => Answer(new { snapshots = Array.Empty<object>() }));
        _cinder.On("GET", "/volumes/detail", _ => Answer(new { volumes = body is null ? [] : new[] { VolumeOf(body) } }));
        _cinder.On("POST", "/volumes$", request =>
        {
            body = request.Body;
            throw new HttpRequestException("The connection was reset.");
        });
        using var plugin = _cinder.NewPlugin(_folder.Path);

        var made = await plugin.CreateAsync(Server(), new() { Name = "lost", SizeBytes = 1 }, true, null, Cancellation);

        Assert.Equal("lost", made.Name);
        Assert.Equal(1L << 30, made.SizeBytes);
        Assert.Single(_cinder.Sent("POST", "/volumes$"));
    }

    [Fact]
    public async Task A_caller_that_leaves_once_a_volume_was_asked_for_gets_the_operation_all_the_same()
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        _cinder.On("GET", "/snapshots/detail", _ => Answer(new { snapshots = Array.Empty<object>() }));
        _cinder.On("GET", "/volumes/detail", _ => Answer(new { volumes = Array.Empty<object>() }));
        _cinder.On("POST", "/volumes$", request =>
        {
            wait.Cancel();
            return Answer(new { volume = VolumeOf(request.Body!) }, HttpStatusCode.Accepted);
        });
        using var plugin = _cinder.NewPlugin(_folder.Path);

        var begun = await plugin.CreateAsync(Server(), new() { Name = "v", SizeBytes = 1 }, true, null, wait.Token);

        Assert.Equal(("v", -1), (begun.Name, begun.AsyncProgress));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => plugin.CreateAsync(Server(), new() { Name = "w", SizeBytes = 1 }, true, null, wait.Token));
        Assert.Single(_cinder.Sent("POST", "/volumes$"));
    }

    [Fact]
    public async Task A_caller_that_leaves_once_an_extend_was_asked_for_gets_the_operation_all_the_same()
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        _cinder.On("GET", "/volumes/116f4160", _ => Captured("225"));
        _cinder.On("POST", "/volumes/116f4160.*/action$", _ =>
        {
            wait.Cancel();
            return Empty(HttpStatusCode.Accepted);
        });
        using var plugin = _cinder.NewPlugin(_folder.Path);

        var begun = await plugin.ResizeAsync(Server(), Element("116f416022894f739ca052c133c597cc"), 2L << 30, wait.Token);

        Assert.Equal(-1, begun.AsyncProgress);
    }

    [Theory]
    [InlineData("error_restoring")]
    [InlineData("error_extending")]
    [InlineData("maintenance")]
    public async Task A_volume_that_was_made_once_is_never_removed_by_a_question_about_its_creation(string status)
    {
        var now = "creating";
        using var plugin = NewCreating(() => now);
        var begun = await plugin.CreateAsync(Server(), new() { Name = "v", SizeBytes = 1 }, true, null, Cancellation);
        now = status;

        Assert.Null((await plugin.GetAsyncProgressAsync(Server(), begun, Cancellation)).AsyncProgress);
        now = "error";
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => plugin.GetAsyncProgressAsync(Server(), begun, Cancellation));

        Assert.Equal("CreationInError", error.ErrorId);
        Assert.Empty(_cinder.Sent("DELETE", ""));
    }

    [Fact]
    public async Task What_failed_is_removed_by_the_process_that_began_it_and_by_no_other()
    {
        using var plugin = NewCreating(() => "error");
        _cinder.On("DELETE", "/volumes/", _ => Empty(HttpStatusCode.Accepted));
        var begun = await plugin.CreateAsync(Server(), new() { Name = "v", SizeBytes = 1 }, true, null, Cancellation);

        var error = await Assert.ThrowsAsync<LimitExceededException>(() => plugin.GetAsyncProgressAsync(Server(), begun, Cancellation));
        var again = await Assert.ThrowsAsync<LimitExceededException>(() => plugin.GetAsyncProgressAsync(Server(), begun, Cancellation));

        Assert.Equal(("OperationFailed", "CreationInError"), (error.ErrorId, again.ErrorId));
        Assert.Single(_cinder.Sent("DELETE", "/volumes/"));
    }

    [Theory]
    [InlineData("snapshots", "snapshot", 2)]
    [InlineData("group_snapshots", "group_snapshot", 3)]
    public async Task A_snapshot_with_an_error_of_later_is_made_and_another_process_removes_none(string path, string envelope, int kind)
    {
        const string id = "9f40c3fe-0a41-4bb5-9d6e-4d6f1c7a0002";
        var now = "error_deleting";
        _cinder.On("GET", $"/{path}/{id}", _ => Answer(new Dictionary<string, object> { [envelope] = new { id, name = "s", volume_id = id, status = now } }));
        _cinder.On("GET", "/snapshots/detail", _ => Answer(new { snapshots = Array.Empty<object>() }));
        if (kind == 3)
        {
            _cinder.On("GET", $"/snapshots/{id}", _ => Refusal(HttpStatusCode.NotFound, "Snapshot could not be found."));
        }

        using var plugin = _cinder.NewPlugin(_folder.Path);
        var record = new StorageElement
        {
            Uuid = id.Replace("-", "", StringComparison.Ordinal),
            Name = "s",
            Type = StorageElementType.Snapshot,
            AsyncHandle = $$"""{"Kind":{{kind}},"Id":"{{id}}","Size":1,"V":1}""",
        };

        Assert.Equal(now, (await plugin.GetAsyncProgressAsync(Server(), record, Cancellation)).Status);
        now = "error";
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => plugin.GetAsyncProgressAsync(Server(), record, Cancellation));

        Assert.Equal("CreationInError", error.ErrorId);
        Assert.Empty(_cinder.Sent("DELETE", ""));
    }

    [Fact]
    public async Task A_creation_that_was_accepted_is_told_whatever_fails_afterwards()
    {
        var asked = false;
        _cinder.On("GET", "/snapshots/detail", _ => Answer(new { snapshots = Array.Empty<object>() }));
        _cinder.On("GET", "/volumes/detail", _ =>
            asked ? Refusal(HttpStatusCode.ServiceUnavailable, "later") : Answer(new { volumes = Array.Empty<object>() }));
        _cinder.On("POST", "/volumes$", request =>
        {
            asked = true;
            return Answer(new { volume = VolumeOf(request.Body!) }, HttpStatusCode.Accepted);
        });
        _host.Initiator = static () => throw PluginError.AccessDenied("initiatorname.iscsi", "It can't be read.", "Be root.");
        using var plugin = _cinder.NewPlugin(_folder.Path, _host);

        var begun = await plugin.CreateAsync(Server(), new() { Name = "v", SizeBytes = 1 }, true, null, Cancellation);

        Assert.Equal(-1, begun.AsyncProgress);
    }

    [Fact]
    public async Task Without_room_the_quota_is_told()
    {
        _cinder.On("GET", "/snapshots/detail", _ => Answer(new { snapshots = Array.Empty<object>() }));
        _cinder.On("GET", "/volumes/detail", _ => Answer(new { volumes = Array.Empty<object>() }));
        _cinder.On("POST", "/volumes$", _ => Captured("059"));
        using var plugin = _cinder.NewPlugin(_folder.Path);

        var error = await Expect.FailureAsync<LimitExceededException>("QuotaExceeded", "big",
            () => plugin.CreateAsync(Server(), new() { Name = "big", SizeBytes = 100000L << 30 }, true, null, Cancellation));

        Assert.Contains("quota is 3000G", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_quotas_of_the_project_are_its_limits()
    {
        using var plugin = _cinder.NewPlugin(_folder.Path);

        Assert.Equal(10, await plugin.GetCloneLimitsAsync(Server(), null, Cancellation));
        Assert.Equal(10, await plugin.GetSnapLimitsAsync(Server(), null, Cancellation));
    }

    [Fact]
    public async Task All_pages_are_listed_though_a_volume_goes_between_two_of_them()
    {
        var ids = Enumerable.Range(0, 2500).Select(i => $"00000000-0000-0000-0000-{i:d12}").ToList();
        _cinder.On("GET", "/volumes/detail", request =>
        {
            var query = System.Web.HttpUtility.ParseQueryString(new Uri(request.Url).Query);
            var marker = query["marker"];
            if (marker == ids[999] && _cinder.Sent("GET", $"marker={marker}").Count() == 1)
            {
                return Refusal(HttpStatusCode.NotFound, $"Volume {marker} could not be found.");
            }

            var page = ids.Skip(marker is null ? 0 : ids.IndexOf(marker) + 1).Take(1000)
                .Select(id => new { id, name = id, size = 1, status = "available" }).ToList();
            return page.Count == 1000 ? Answer(new { volumes = page, volumes_links = new[] { new { rel = "next", href = "http://unreachable/" } } })
                : Answer(new { volumes = page });
        });
        using var plugin = _cinder.NewPlugin(_folder.Path);

        var listed = await plugin.ListAsync(Server(), new(), Cancellation).ToListAsync(Cancellation);

        Assert.Equal(ids, listed.Select(element => element.Name));
    }

    [Fact]
    public async Task A_presentation_is_one_completed_attachment_and_its_secret_is_in_no_record_and_no_file()
    {
        using var plugin = await PresentedAsync();

        var element = await plugin.GetInfoAsync(Server(), Volume, Cancellation);

        Assert.Equal(["hosts"], element.AccessGroupNames);
        Assert.Equal(("iqn.2010-10.org.openstack:volume-442358a3-e07b-4ed6-9e11-45b4d51711c4", 1),
            (Assert.Single(element.LunAddresses).TargetName, element.LunAddresses[0].Lun));
        Assert.Single(_cinder.Sent("POST", "/attachments/.*/action$"));
        var register = Assert.Single(Directory.GetFiles(_folder.Path, "*.json"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(register).UnixFileMode);
        Assert.DoesNotContain("chap", File.ReadAllText(register), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("chap", JsonSerializer.Serialize(element), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task This_host_logs_in_with_the_volumes_own_secret_and_is_logged_out_before_the_attachment_ends()
    {
        using var plugin = await PresentedAsync();
        var found = await plugin.DiscoverAsync(Server(), Cancellation);

        await plugin.StartAsync(found, Cancellation);

        var context = Assert.Single(_host.Contexts);
        Assert.Equal("<chap-user>", context.ChapUser);
        Assert.True(_host.IsConnected(Assert.Single(found.IscsiTargets)));
        Assert.NotNull(context.GetChapSecret());
        Assert.DoesNotContain(ChapSecret, JsonSerializer.Serialize(found), StringComparison.Ordinal);
        _cinder.On("DELETE", "/attachments/", _ =>
        {
            Assert.Contains("logout", _host.Actions[^1], StringComparison.Ordinal);
            return Answer(new { attachments = Array.Empty<object>() });
        });
        await plugin.StopPresentAsync(Server(), Volume, ["hosts"], Cancellation);
        Assert.Single(_cinder.Sent("DELETE", "/attachments/5f3298a6"));
        Assert.Empty(_host.Sessions);
    }

    [Fact]
    public async Task The_session_of_a_target_that_has_another_volume_for_this_host_stays_and_a_device_behind_it_keeps_the_attachment()
    {
        using var plugin = await PresentedAsync();
        await plugin.StartAsync(await plugin.DiscoverAsync(Server(), Cancellation), Cancellation);
        var file = new RegisterFile(_folder.Path, Server().Uuid);
        var register = file.Read();
        file.Write(register.With(register.Presentations[0] with { VolumeId = "00000000-0000-0000-0000-000000000002" }));
        _cinder.On("DELETE", "/attachments/", _ => Answer(new { attachments = Array.Empty<object>() }));

        var target = register.Presentations[0].Attachments[0].Targets[0];
        _host.Luns.Add(new() { TargetNames = [target.TargetName], Addresses = [new() { TargetName = target.TargetName, Lun = target.Lun }] });

        await Expect.FailureAsync<StorageElementBusyException>("SharedTargetInUse", "tgt1",
            () => plugin.StopPresentAsync(Server(), Volume, ["hosts"], Cancellation));

        Assert.Empty(_cinder.Sent("DELETE", "/attachments/"));
        Assert.Equal(["hosts"], (await plugin.GetInfoAsync(Server(), Volume, Cancellation)).AccessGroupNames);
        _host.Luns[0] = _host.Luns[0] with { Addresses = [new() { TargetName = target.TargetName, Lun = target.Lun + 1 }] };
        await plugin.StopPresentAsync(Server(), Volume, ["hosts"], Cancellation);
        Assert.Single(_cinder.Sent("DELETE", "/attachments/5f3298a6"));
        Assert.Single(_host.Sessions);
    }

    [Fact]
    public async Task The_session_of_a_target_that_shows_this_host_a_LUN_of_nobody_here_stays_and_its_devices_are_left_alone()
    {
        using var plugin = await PresentedAsync();
        await plugin.StartAsync(await plugin.DiscoverAsync(Server(), Cancellation), Cancellation);
        _cinder.On("DELETE", "/attachments/", _ => Answer(new { attachments = Array.Empty<object>() }));
        var own = new RegisterFile(_folder.Path, Server().Uuid).Read().Presentations[0].Attachments[0].Targets[0];
        HostLun LunAt(int number) => new() { TargetNames = [own.TargetName], Addresses = [new() { TargetName = own.TargetName, Lun = number }] };
        _host.Luns.AddRange([LunAt(own.Lun), LunAt(own.Lun + 6)]); // the second is of another server, plug-in or user
        _host.IsBusy = true; // and mounted

        await Expect.FailureAsync<StorageElementBusyException>("SharedTargetInUse", "tgt1",
            () => plugin.StopPresentAsync(Server(), Volume, ["hosts"], Cancellation));
        Assert.Empty(_cinder.Sent("DELETE", "/attachments/"));
        _host.Luns.RemoveAt(0);
        await plugin.StopPresentAsync(Server(), Volume, ["hosts"], Cancellation);

        Assert.Single(_cinder.Sent("DELETE", "/attachments/5f3298a6"));
        Assert.Single(_host.Sessions);
        Assert.DoesNotContain(_host.Actions, action => action.StartsWith("logout", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_register_that_cannot_be_written_is_told_at_once_and_nothing_is_reserved()
    {
        Prepare();
        using var plugin = _cinder.NewPlugin(Path.Combine(_folder["file"], "state"), _host);
        await File.WriteAllTextAsync(_folder["file"], "", Cancellation);

        var error = await Assert.ThrowsAsync<AccessDeniedException>(() => plugin.StartPresentAsync(Server(), Volume, ["hosts"], Cancellation));

        Assert.Equal("RegisterNotWritten", error.ErrorId);
        Assert.Contains(_folder["file"], error.Message, StringComparison.Ordinal);
        Assert.Empty(_cinder.Sent("POST", "/attachments"));
    }

    [Fact]
    public async Task An_attachment_of_others_is_shown_and_never_touched()
    {
        _cinder.On("GET", "/volumes/442358a3", _ => Captured("123"));
        using var plugin = _cinder.NewPlugin(_folder.Path, _host);

        var element = await plugin.GetInfoAsync(Server(), Volume, Cancellation);
        var error = await Assert.ThrowsAsync<AccessGroupException>(() => plugin.StopPresentAsync(Server(), Volume, ["h1"], Cancellation));

        Assert.Equal(["h1"], element.AccessGroupNames);
        Assert.Equal("GroupNotOurs", error.ErrorId);
        Assert.Empty(_cinder.Sent("DELETE", ""));
        Assert.Contains("attached by others as h1", await plugin.GetStatusAsync(Server(), Volume, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_back_end_that_fails_to_export_leaves_nothing_reserved()
    {
        Prepare();
        _cinder.On("PUT", "/attachments/", _ => Refusal(HttpStatusCode.InternalServerError, "Unable to update attachment."));
        _cinder.On("DELETE", "/attachments/", _ => Answer(new { attachments = Array.Empty<object>() }));
        using var plugin = _cinder.NewPlugin(_folder.Path, _host);
        await plugin.CreateAccessGroupsAsync(Server(), [new() { Name = "hosts", Entries = ["iqn.1994-05.com.example:h1"] }], Cancellation);

        await Assert.ThrowsAsync<InvalidStorageArrayException>(() => plugin.StartPresentAsync(Server(), Volume, ["hosts"], Cancellation));

        Assert.Single(_cinder.Sent("DELETE", "/attachments/5f3298a6"));
        Assert.Empty((await plugin.GetInfoAsync(Server(), Volume, Cancellation)).AccessGroupNames);
    }

    [Fact]
    public async Task A_reservation_of_others_that_stands_in_the_way_is_never_ended()
    {
        Prepare();
        _cinder.On("POST", "/attachments$", _ => Refusal(HttpStatusCode.BadRequest, "Invalid volume: Volume status must be available."));
        _cinder.On("GET", "/attachments/detail", _ => Answer(new
        {
            attachments = new[] { new { id = "33333333-0000-0000-0000-000000000000", status = "reserved", connection_info = new { } } },
        }));
        using var plugin = _cinder.NewPlugin(_folder.Path, _host);
        await plugin.CreateAccessGroupsAsync(Server(), [new() { Name = "hosts", Entries = ["iqn.1994-05.com.example:h1"] }], Cancellation);

        await Assert.ThrowsAsync<StorageElementBusyException>(() => plugin.StartPresentAsync(Server(), Volume, ["hosts"], Cancellation));
        await plugin.RemoveAccessGroupsAsync(Server(), [new() { Name = "hosts" }], Cancellation);

        Assert.Empty(_cinder.Sent("DELETE", ""));
    }

    [Fact]
    public async Task What_a_process_that_died_had_reserved_is_given_back_by_the_next()
    {
        Prepare();
        _cinder.On("POST", "/attachments$", _ => throw new OperationCanceledException("The process was killed here."));
        using (var dying = _cinder.NewPlugin(_folder.Path, _host))
        {
            await dying.CreateAccessGroupsAsync(Server(), [new() { Name = "hosts", Entries = ["iqn.1994-05.com.example:h1"] }], Cancellation);
            _cinder.On("GET", "/attachments/detail", _ => throw new HttpRequestException("And could clean nothing."));
            await Assert.ThrowsAnyAsync<Exception>(() => dying.StartPresentAsync(Server(), Volume, ["hosts"], Cancellation));
        }

        _cinder.On("GET", "/attachments/detail", _ => Answer(new
        {
            attachments = new object[]
            {
                new { id = "11111111-0000-0000-0000-000000000000", status = "reserved", connection_info = new { } },
                new { id = "22222222-0000-0000-0000-000000000000", status = "reserved", instance = "of another", connection_info = new { } },
            },
        }));
        _cinder.On("DELETE", "/attachments/", _ => Answer(new { attachments = Array.Empty<object>() }));
        Prepare();
        using var next = _cinder.NewPlugin(_folder.Path, _host);

        await next.StartPresentAsync(Server(), Volume, ["hosts"], Cancellation);

        Assert.Equal("11111111-0000-0000-0000-000000000000", Assert.Single(_cinder.Sent("DELETE", "/attachments/")).Path.Split('/')[^1]);
    }

    [Fact]
    public async Task A_snapshot_is_not_splittable_has_no_groups_and_one_that_is_gone_is_an_error()
    {
        const string known = "9f40c3fe-0a41-4bb5-9d6e-4d6f1c7a0001";
        _cinder.On("GET", "/snapshots/" + known, _ => Answer(new
        {
            snapshot = new { id = known, name = "nightly", volume_id = "442358a3-e07b-4ed6-9e11-45b4d51711c4", size = 1, status = "available" },
        }));
        _cinder.On("GET", "/(group_)?snapshots/0", _ => Refusal(HttpStatusCode.NotFound, "could not be found"));
        using var plugin = _cinder.NewPlugin(_folder.Path);
        var snapshot = Element(known.Replace("-", "", StringComparison.Ordinal)) with { Type = StorageElementType.Snapshot };

        Assert.False(await plugin.IsSplittableAsync(Server(), snapshot, Cancellation));
        Assert.Empty(await plugin.GetAccessGroupsAsync(Server(), snapshot, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => plugin.IsSplittableAsync(Server(), snapshot with { Uuid = new('0', 32) }, Cancellation));
    }

    [Fact]
    public async Task An_extend_that_a_larger_one_was_faster_than_is_refused_as_a_shrink()
    {
        var size = 1;
        _cinder.On("GET", "/volumes/116f4160", _ => Captured("225", text => text.Replace("\"size\": 1,", $"\"size\": {size},", StringComparison.Ordinal)));
        _cinder.On("POST", "/volumes/116f4160.*/action$", _ =>
        {
            size = 9;
            return Refusal(HttpStatusCode.BadRequest, "New size for extend must be greater than current size.");
        });
        using var plugin = _cinder.NewPlugin(_folder.Path);

        var error = await Assert.ThrowsAsync<NoSuchOperationException>(
            () => plugin.ResizeAsync(Server(), Element("116f416022894f739ca052c133c597cc"), 7L << 30, Cancellation));

        Assert.Equal("CannotShrink", error.ErrorId);
    }

    [Fact]
    public async Task A_volume_that_was_attached_since_it_was_read_keeps_its_groups()
    {
        using var plugin = await PresentedAsync();
        await plugin.CreateAccessGroupsAsync(Server(), [new() { Name = "more" }], Cancellation);
        var reads = 0;
        _cinder.On("GET", "/volumes/442358a3", _ => Captured("123", text => reads++ > 0 ? text : WithoutAttachments(text)));

        var presented = await plugin.StartPresentAsync(Server(), Volume, ["more"], Cancellation);

        Assert.Equal(["hosts", "more"], presented.AccessGroupNames);
        Assert.Empty(_cinder.Sent("DELETE", "/attachments/"));
        Assert.Single(_cinder.Sent("POST", "/attachments$"));
    }

    [Fact]
    public async Task Of_two_groups_of_one_name_in_one_call_the_first_is_created()
    {
        using var plugin = await PresentedAsync();

        var created = await plugin.CreateAccessGroupsAsync(
            Server(), [new() { Name = "more", Entries = ["iqn.2001-04.com.example:a"] }, new() { Name = "more", Entries = ["iqn.2001-04.com.example:b"] }],
            Cancellation);

        Assert.Equal(["iqn.2001-04.com.example:a"], Assert.Single(created).Entries);
    }

    private static StorageElement Volume => Element("442358a3e07b4ed69e1145b4d51711c4");

    private static StorageElement Element(string uuid) => new() { Uuid = uuid, Name = "element" };

    private static object VolumeOf(string body)
    {
        var wanted = JsonDocument.Parse(body).RootElement.GetProperty("volume");
        return new
        {
            id = "40d1c75f-61fd-4c9a-a682-5c087892c41f",
            name = wanted.GetProperty("name").GetString(),
            size = wanted.GetProperty("size").GetInt32(),
            metadata = wanted.GetProperty("metadata"),
            status = "creating",
        };
    }

    private static string WithoutAttachments(string volume)
    {
        var at = volume.IndexOf("\"attachments\"", StringComparison.Ordinal);
        return $"{volume[..at]}\"attachments\": [], \"was\": {volume[volume.IndexOf('[', at)..]}".Replace("in-use", "available", StringComparison.Ordinal);
    }

    /// <summary>A plug-in of a service that makes a volume, which then has a status that the test says.</summary>
    private Plugins.Cinder.CinderPlugin NewCreating(Func<string> status)
    {
        const string id = "40d1c75f-61fd-4c9a-a682-5c087892c41f";
        _cinder.On("GET", "/snapshots/detail", _ => Answer(new { snapshots = Array.Empty<object>() }));
        _cinder.On("GET", "/volumes/detail", _ => Answer(new { volumes = Array.Empty<object>() }));
        _cinder.On("POST", "/volumes$", request => Answer(new { volume = VolumeOf(request.Body!) }, HttpStatusCode.Accepted));
        _cinder.On("GET", $"/volumes/{id}", _ => Answer(new { volume = new { id, name = "v", size = 1, status = status() } }));
        return _cinder.NewPlugin(_folder.Path);
    }

    /// <summary>A volume that is free, and attached once its attachment is completed.</summary>
    private void Prepare()
    {
        var isComplete = false;
        _cinder.On("GET", "/volumes/442358a3", _ => isComplete ? Captured("123") : Captured("123", WithoutAttachments));
        _cinder.On("POST", "/attachments$", _ => Captured("120", static text =>
            text[..text.IndexOf("\"connection_info\"", StringComparison.Ordinal)] + "\"connection_info\": {}}}"));
        _cinder.On("PUT", "/attachments/", _ => Captured("120"));
        _cinder.On("GET", "/attachments/5f3298a6", _ => Captured("120"));
        _cinder.On("POST", "/attachments/.*/action$", _ =>
        {
            isComplete = true;
            return Empty(HttpStatusCode.NoContent);
        });
    }

    private async Task<Plugins.Cinder.CinderPlugin> PresentedAsync()
    {
        Prepare();
        var plugin = _cinder.NewPlugin(_folder.Path, _host);
        await plugin.CreateAccessGroupsAsync(Server(), [new() { Name = "hosts", Entries = ["iqn.1994-05.com.example:h1"] }], Cancellation);
        await plugin.StartPresentAsync(Server(), Volume, ["hosts"], Cancellation);
        return plugin;
    }
}
