using System.Net;
using System.Text.Json;
using StorageConnect.Plugins.Cinder;
using StorageConnect.Plugins.Cinder.Register;
using StorageConnect.Tests.Cinder.Support;
using StorageConnect.Tests.Recording;
using Xunit;
using static StorageConnect.Tests.Cinder.Support.ReplayedCinder;
using static StorageConnect.Tests.Cinder.Support.SimulatedAttachments;

namespace StorageConnect.Tests.Cinder;

/// <summary>Which attachments a change makes and ends, also where it fails half-way.</summary>
public sealed class CinderPresentationTests : IDisposable
{
    private const string A = "iqn.1994-05.com.example:a";
    private const string B = "iqn.1994-05.com.example:b";
    private const string C = "iqn.1994-05.com.example:c";

    private readonly TemporaryFolder _folder = new();
    private readonly ReplayedCinder _cinder = new();
    private readonly FakeHost _host = new() { Initiator = static () => A };
    private readonly SimulatedAttachments _attachments;
    private readonly CinderPlugin _plugin;

    public CinderPresentationTests()
    {
        _attachments = new(_cinder);
        _plugin = _cinder.NewPlugin(_folder.Path, _host);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Registrations Register => new RegisterFile(_folder.Path, Server().Uuid).Read();

    public void Dispose()
    {
        _plugin.Dispose();
        _folder.Dispose();
        _cinder.Dispose();
    }

    [Fact]
    public async Task An_initiator_has_one_host_name_whatever_the_group_and_two_initiators_have_two()
    {
        await GroupAsync("one", A, B);
        await GroupAsync("two", A.ToUpperInvariant());

        await GrantAsync(1, "one");
        await GrantAsync(2, "two");

        var names = _cinder.Sent("PUT", "/attachments/")
            .Select(sent => JsonDocument.Parse(sent.Body!).RootElement.GetProperty("attachment").GetProperty("connector").GetProperty("host").GetString()!)
            .ToList();
        Assert.Equal(names[0], names[2]);
        Assert.NotEqual(names[0], names[1]);
        Assert.All(names, name => Assert.Matches("^osc-[0-9a-f]{12}$", name));
    }

    [Fact]
    public async Task The_address_of_this_host_is_told_and_that_of_another_host_is_not_made_up()
    {
        await GroupAsync("one", A, B);

        await GrantAsync(1, "one");

        var connectors = _cinder.Sent("PUT", "/attachments/")
            .Select(sent => JsonDocument.Parse(sent.Body!).RootElement.GetProperty("attachment").GetProperty("connector"))
            .ToDictionary(connector => connector.GetProperty("initiator").GetString()!);
        Assert.True(IPAddress.TryParse(connectors[A].GetProperty("ip").GetString(), out _));
        Assert.False(connectors[B].TryGetProperty("ip", out _)); // where a driver takes it for the host's identity, two hosts would be one
    }

    [Theory]
    [InlineData(A, false)]
    [InlineData(B, true)]
    public async Task A_fault_that_a_host_of_another_machine_meets_names_the_way_out(string initiator, bool isNamed)
    {
        await GroupAsync("hosts", initiator);
        _cinder.On("PUT", "/attachments/", _ => Refusal(HttpStatusCode.InternalServerError,
            "Unable to update attachment.(Invalid input received: Connector doesn't have required information: ip)."));

        var error = await Expect.FailureAsync<InvalidStorageArrayException>("ServiceFault", "v1", () => GrantAsync(1, "hosts"));

        Assert.Equal(isNamed, error.Recommendation!.Contains("from its own machine", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_withdrawal_that_this_host_refuses_changes_nothing()
    {
        await GroupAsync("hosts", A);
        await GrantAsync(1, "hosts");
        await _plugin.StartAsync(await _plugin.DiscoverAsync(Server(), Cancellation), Cancellation);
        _host.IsBusy = true;

        await Assert.ThrowsAsync<StorageElementBusyException>(() => RevokeAsync(1, "hosts"));

        Assert.Equal(["hosts"], await GroupsOfAsync(1));
        _host.IsBusy = false;
        await RevokeAsync(1, "hosts");
        Assert.Empty(_attachments.Ids);
        Assert.Empty(Register.Presentations);
    }

    [Fact]
    public async Task A_withdrawal_whose_request_fails_changes_no_groups_and_can_be_repeated()
    {
        await GroupAsync("one", A);
        await GroupAsync("two", B);
        await GrantAsync(1, "one", "two");
        var refused = true;
        _cinder.On("DELETE", "/attachments/", request =>
            !refused && _attachments.End(LastPart(request)) ? Answer(new { }) : Refusal(HttpStatusCode.ServiceUnavailable, "later"));

        await Assert.ThrowsAsync<ArrayUnreachableException>(() => RevokeAsync(1, "one", "two"));

        Assert.Equal(["one", "two"], await GroupsOfAsync(1));
        refused = false;
        await RevokeAsync(1, "one", "two");
        Assert.Empty(_attachments.Ids);
        Assert.Empty(Register.Presentations);
    }

    [Fact]
    public async Task A_member_whose_removal_this_host_refuses_stays_in_its_group()
    {
        await GroupAsync("hosts", A, B);
        await GrantAsync(1, "hosts");
        await _plugin.StartAsync(await _plugin.DiscoverAsync(Server(), Cancellation), Cancellation);
        _host.IsBusy = true;

        await Assert.ThrowsAsync<StorageElementBusyException>(() => _plugin.RemoveFromAccessGroupAsync(Server(), "hosts", [A], Cancellation));

        Assert.Equal([A, B], Register.FindGroup("hosts")!.Entries);
        _host.IsBusy = false;
        await _plugin.RemoveFromAccessGroupAsync(Server(), "hosts", [A], Cancellation);
        Assert.Equal(_attachments.IdsOf(B), _attachments.Ids);
    }

    [Fact]
    public async Task Withdrawing_a_group_or_a_member_attaches_nobody_again()
    {
        await GroupAsync("one", A, B);
        await GroupAsync("two", C);
        await GrantAsync(1, "one", "two");
        _attachments.End(_attachments.IdsOf(B)[0]); // by other means
        var posts = _cinder.Sent("POST", "/attachments$").Count();

        await RevokeAsync(1, "two");
        await _plugin.AddToAccessGroupAsync(Server(), "two", [B], Cancellation);
        await _plugin.RemoveFromAccessGroupAsync(Server(), "one", ["iqn.1994-05.com.example:other"], Cancellation);

        Assert.Equal(posts, _cinder.Sent("POST", "/attachments$").Count());
        Assert.Equal(["one"], await GroupsOfAsync(1));
    }

    [Fact]
    public async Task A_new_member_that_cannot_have_all_volumes_has_none_of_them()
    {
        await GroupAsync("hosts", A);
        await GrantAsync(1, "hosts");
        await GrantAsync(2, "hosts");
        var before = _attachments.Ids.ToList();
        var puts = 0;
        _cinder.On("PUT", "/attachments/", request => ++puts == 2
            ? Refusal(HttpStatusCode.InternalServerError, "Unable to update attachment.(Bad or unexpected response from the storage volume backend API).")
            : _attachments.Connect(request));

        await Assert.ThrowsAsync<InvalidStorageArrayException>(() => _plugin.AddToAccessGroupAsync(Server(), "hosts", [B], Cancellation));

        Assert.Equal(before, _attachments.Ids);
        Assert.Equal(2, _cinder.Sent("DELETE", "/attachments/").Count());
        Assert.Equal([A], Register.FindGroup("hosts")!.Entries);
        Assert.DoesNotContain(Register.Presentations, one => one.Attachments.Any(attachment => attachment.Initiator == B));
    }

    [Fact]
    public async Task An_encrypted_volume_is_refused_before_it_is_reserved_and_one_that_is_exported_as_such_is_given_back()
    {
        await GroupAsync("hosts", A);
        _attachments.Encrypted = true;
        await Expect.FailureAsync<NoSuchOperationException>("EncryptionUnsupported", "v1", () => GrantAsync(1, "hosts"));
        Assert.Empty(_cinder.Sent("POST", "/attachments$"));

        _attachments.Encrypted = false;
        _attachments.Info["encrypted"] = true;
        await Expect.FailureAsync<NoSuchOperationException>("EncryptionUnsupported", "v1", () => GrantAsync(1, "hosts"));

        Assert.Empty(_attachments.Ids);
        Assert.Empty(_cinder.Sent("POST", "/attachments/.*/action$"));
    }

    [Fact]
    public async Task A_read_only_volume_is_refused_and_given_back()
    {
        await GroupAsync("hosts", A);
        _cinder.On("PUT", "/attachments/", _ => Captured("251"));

        await Expect.FailureAsync<NoSuchOperationException>("ReadOnlyUnsupported", "v1", () => GrantAsync(1, "hosts"));

        Assert.Empty(_attachments.Ids);
    }

    [Fact]
    public async Task An_export_without_an_answer_is_ended_only_when_it_is_made()
    {
        await GroupAsync("hosts", A);
        SentRequest? late = null;
        _cinder.On("PUT", "/attachments/", request =>
        {
            late = request;
            throw new HttpRequestException("The connection was reset.");
        });
        var looks = 0;
        _cinder.On("GET", "/attachments/[0-9a-f-]{36}$", request =>
            ++looks < 5 ? Answer(new { attachment = new { id = LastPart(request), status = "reserved" } }) : _attachments.Connect(late!));

        await Assert.ThrowsAsync<ArrayUnreachableException>(() => GrantAsync(1, "hosts"));

        Assert.Equal(5, looks);
        Assert.Empty(_attachments.Ids);
        Assert.Empty(Register.Presentations);
    }

    [Fact]
    public async Task An_export_that_stays_undecided_keeps_its_note_and_is_ended_later()
    {
        await GroupAsync("hosts", A);
        _cinder.On("PUT", "/attachments/", _ => Refusal(HttpStatusCode.InternalServerError, "Unable to update the attachment."));

        await Assert.ThrowsAsync<InvalidStorageArrayException>(() => GrantAsync(1, "hosts"));

        Assert.Empty(_cinder.Sent("DELETE", ""));
        Assert.Equal(_attachments.Ids, Register.Presentations[0].Attachments.Select(one => one.Id));
        _cinder.On("PUT", "/attachments/", _attachments.Connect);
        await GrantAsync(1, "hosts");
        Assert.InRange(_cinder.Clock.Waited, TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(4));
        Assert.Equal(_attachments.IdsOf(A), _attachments.Ids);
        Assert.Single(_cinder.Sent("DELETE", "/attachments/"));
    }

    [Fact]
    public async Task An_attachment_that_was_completed_and_never_noted_so_is_ours_and_not_of_others()
    {
        _attachments.Multiattach = false;
        await GroupAsync("hosts", A);
        await GrantAsync(1, "hosts");
        var file = new RegisterFile(_folder.Path, Server().Uuid);
        var register = file.Read();
        var presentation = register.Presentations[0];
        file.Write(register.With(presentation with // as a process left it that was killed before the answer came
        {
            GroupIds = [],
            Attachments = [presentation.Attachments[0] with { IsComplete = false }],
        }));

        await GrantAsync(1, "hosts");

        Assert.Single(_cinder.Sent("DELETE", "/attachments/"));
        Assert.Equal(_attachments.IdsOf(A), Register.Presentations[0].Attachments.Select(one => one.Id));
    }

    [Fact]
    public async Task A_reservation_whose_answer_was_lost_and_that_appears_later_is_ended_once_it_has_stayed()
    {
        await GroupAsync("hosts", A);
        _cinder.On("POST", "/attachments$", _ => throw new HttpRequestException("The connection was reset."));
        await Assert.ThrowsAsync<ArrayUnreachableException>(() => GrantAsync(1, "hosts"));
        Assert.Null(Assert.Single(Register.Presentations[0].Attachments).Id); // not there yet, and not forgotten
        var lost = _attachments.Reserve(1);
        _cinder.On("POST", "/attachments$", _attachments.Reserve);
        var began = _cinder.Clock.Waited;

        await GrantAsync(1, "hosts");

        Assert.EndsWith(lost, Assert.Single(_cinder.Sent("DELETE", "/attachments/")).Path, StringComparison.Ordinal);
        Assert.InRange(_cinder.Clock.Waited - began, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90));
        Assert.Equal(_attachments.IdsOf(A), _attachments.Ids);
    }

    [Fact]
    public async Task A_reservation_of_another_machine_that_is_being_exported_is_not_taken_for_a_lost_one()
    {
        await GroupAsync("hosts", A);
        _cinder.On("POST", "/attachments$", _ => throw new HttpRequestException("The connection was reset."));
        await Assert.ThrowsAsync<ArrayUnreachableException>(() => GrantAsync(1, "hosts"));
        var theirs = _attachments.Reserve(1);
        var looks = 0;
        _cinder.On("GET", "/attachments/detail", request => Answer(new
        {
            attachments = new[] { new { id = theirs, status = ++looks < 20 ? "reserved" : "attaching", connection_info = new { } } },
        }));

        await RevokeAsync(1, "hosts");

        Assert.Empty(_cinder.Sent("DELETE", ""));
        Assert.Equal([theirs], _attachments.Ids);
    }

    [Fact]
    public async Task A_lost_reservation_that_never_came_is_forgotten()
    {
        await GroupAsync("hosts", A);
        _cinder.On("POST", "/attachments$", _ => throw new HttpRequestException("The connection was reset."));
        await Assert.ThrowsAsync<ArrayUnreachableException>(() => GrantAsync(1, "hosts"));
        _cinder.Clock.Advance(TimeSpan.FromMinutes(3));

        await RevokeAsync(1, "hosts");

        Assert.Empty(Register.Presentations);
    }

    [Fact]
    public async Task A_server_that_presents_volumes_is_not_moved_to_another_project()
    {
        await GroupAsync("hosts", A);
        await GrantAsync(1, "hosts");
        var other = Server(project: "5ea1e57a9e0f4a1c9b0a000000000002");

        var error = await Expect.FailureAsync<InvalidStorageArrayException>(
            "PresentedInOtherProject", "cloud", () => _plugin.ValidateAsync(other, Cancellation));

        Assert.Contains(Element(1).Uuid, error.Message, StringComparison.Ordinal);
        await _plugin.ValidateAsync(Server(), Cancellation);
        await RevokeAsync(1, "hosts");
        await _plugin.ValidateAsync(other, Cancellation);
    }

    [Fact]
    public async Task What_a_former_registration_presented_is_told_with_the_way_to_put_its_register_back()
    {
        _attachments.Multiattach = false;
        await GroupAsync("hosts", A);
        await GrantAsync(1, "hosts");
        var again = Server() with { Uuid = new('b', 32) };
        await _plugin.CreateAccessGroupsAsync(again, [new() { Name = "hosts", Entries = [A] }], Cancellation);
        var name = Assert.Single((await _plugin.GetInfoAsync(again, Element(1), Cancellation)).AccessGroupNames);

        var refusals = new StorageConnectException[]
        {
            await Expect.FailureAsync<AccessGroupException>("GroupNotOurs", name, () => _plugin.StopPresentAsync(again, Element(1), [name], Cancellation)),
            await Expect.FailureAsync<StorageElementBusyException>("AttachedByOthers", "v1",
                () => _plugin.StartPresentAsync(again, Element(1), ["hosts"], Cancellation)),
        };

        Assert.All(refusals, refusal => Assert.Contains("docs/cinder.md", refusal.Recommendation, StringComparison.Ordinal));
        File.Move(_folder[$"{Server().Uuid}.json"], _folder[$"{again.Uuid}.json"], overwrite: true); // as it says there
        Assert.Equal(["hosts"], (await _plugin.GetInfoAsync(again, Element(1), Cancellation)).AccessGroupNames);
        await _plugin.StopPresentAsync(again, Element(1), ["hosts"], Cancellation);
        Assert.Empty(_attachments.Ids);
    }

    [Fact]
    public async Task What_is_noted_of_a_volume_that_others_deleted_goes_with_its_withdrawal_after_the_logout()
    {
        await GroupAsync("hosts", A);
        await GrantAsync(1, "hosts");
        await _plugin.StartAsync(await _plugin.DiscoverAsync(Server(), Cancellation), Cancellation);
        _cinder.On("GET", "/volumes/[^/?]+$", _ => Refusal(HttpStatusCode.NotFound, "Volume could not be found."));
        _host.IsBusy = true;
        await Assert.ThrowsAsync<StorageElementBusyException>(() => RevokeAsync(1, "hosts"));
        Assert.NotEmpty(Register.Presentations);
        _host.IsBusy = false;

        await Expect.FailureAsync<NotFoundException>("StorageElementNotFound", "v1", () => RevokeAsync(1, "hosts"));

        Assert.Empty(_host.Sessions);
        Assert.Empty(Register.Presentations);
        await _plugin.ValidateAsync(Server(project: "5ea1e57a9e0f4a1c9b0a000000000002"), Cancellation);
    }

    [Fact]
    public async Task What_is_noted_of_a_volume_that_others_deleted_goes_also_where_its_session_serves_other_LUNs()
    {
        await GroupAsync("hosts", A);
        await GrantAsync(1, "hosts");
        await _plugin.StartAsync(await _plugin.DiscoverAsync(Server(), Cancellation), Cancellation);
        var own = Register.Presentations[0].Attachments[0].Targets[0];
        HostLun LunAt(int number) => new() { TargetNames = [own.TargetName], Addresses = [new() { TargetName = own.TargetName, Lun = number }] };
        _host.Luns.AddRange([LunAt(own.Lun), LunAt(own.Lun + 6)]);
        _cinder.On("GET", "/volumes/[^/?]+$", _ => Refusal(HttpStatusCode.NotFound, "Volume could not be found."));

        await Expect.FailureAsync<NotFoundException>("StorageElementNotFound", "v1", () => RevokeAsync(1, "hosts"));

        Assert.NotEmpty(_host.Sessions);
        Assert.Empty(Register.Presentations);
    }

    [Fact]
    public async Task What_is_noted_of_a_volume_that_others_deleted_and_of_no_group_goes_with_the_removal_of_any_group()
    {
        await GroupAsync("hosts", A);
        await GrantAsync(1, "hosts");
        await GrantAsync(2, "hosts");
        await GroupAsync("empty", B);
        var file = new RegisterFile(_folder.Path, Server().Uuid);
        file.Write(file.Read().With(file.Read().Presentations[0] with { GroupIds = [] })); // as a killed first presentation leaves it
        _cinder.On("GET", $"/volumes/{VolumeId(1)}$", _ => Refusal(HttpStatusCode.NotFound, "Volume could not be found."));

        await _plugin.RemoveAccessGroupsAsync(Server(), [new() { Name = "empty" }], Cancellation);

        Assert.Equal([VolumeId(2)], Register.Presentations.Select(one => one.VolumeId));
    }

    [Fact]
    public async Task One_portal_that_answers_is_enough_to_connect()
    {
        await GroupAsync("hosts", A);
        _attachments.Info["target_portals"] = new[] { "192.0.2.10:3260", "192.0.2.11:3260" };
        _attachments.Info["target_iqns"] = new[] { "iqn.2010-10.org.openstack:a", "iqn.2010-10.org.openstack:b" };
        await GrantAsync(1, "hosts");
        var found = await _plugin.DiscoverAsync(Server(), Cancellation);
        _host.DeadPortals.Add("192.0.2.10:3260");

        await _plugin.StartAsync(found, Cancellation);

        Assert.Equal(["iqn.2010-10.org.openstack:b 192.0.2.11:3260"], _host.Sessions);
        Assert.Contains(_cinder.Log.Lines, line => line.Contains("no login to iqn.2010-10.org.openstack:a", StringComparison.Ordinal));
        _host.DeadPortals.Add("192.0.2.11:3260");
        await Assert.ThrowsAsync<ArrayUnreachableException>(() => _plugin.StartAsync(found, Cancellation));
    }

    [Fact]
    public async Task This_host_logs_in_through_each_network_device_of_the_server_and_one_that_works_is_enough()
    {
        await GroupAsync("hosts", A);
        await GrantAsync(1, "hosts");
        var found = await _plugin.DiscoverAsync(Server() with { NetDevices = ["eth2", "eth3"] }, Cancellation);
        _host.DeadNetDevices.Add("eth2");

        await _plugin.StartAsync(found, Cancellation);

        Assert.Equal(["eth2", "eth3"], _host.NetDevices);
        Assert.Single(_host.Sessions);
        Assert.Contains(_cinder.Log.Lines, line => line.Contains("through eth2", StringComparison.Ordinal));
        _host.DeadNetDevices.Add("eth3");
        await Assert.ThrowsAsync<ArrayUnreachableException>(() => _plugin.StartAsync(found, Cancellation));
    }

    [Fact]
    public async Task An_attachment_that_others_ended_keeps_nobody_from_the_other_volumes_of_its_target()
    {
        await GroupAsync("hosts", A);
        _attachments.SharedTarget = "iqn.2010-10.org.openstack:shared";
        await GrantAsync(1, "hosts");
        await GrantAsync(2, "hosts");
        _attachments.End(_attachments.Ids.First());

        await _plugin.StartAsync(await _plugin.DiscoverAsync(Server(), Cancellation), Cancellation);

        Assert.Equal(["iqn.2010-10.org.openstack:shared 192.0.2.10:3260"], _host.Sessions);
    }

    [Fact]
    public async Task A_group_is_removed_whatever_became_of_what_is_presented_to_others()
    {
        await GroupAsync("hosts", A);
        await GroupAsync("free", B);
        await GrantAsync(1, "hosts");
        _cinder.On("GET", "/volumes/[^/?]+$", _ => Refusal(HttpStatusCode.ServiceUnavailable, "later"));

        await _plugin.RemoveAccessGroupsAsync(Server(), [new() { Name = "free" }], Cancellation);

        Assert.Equal(["hosts"], Register.Groups.Select(group => group.Name));
    }

    [Fact]
    public async Task Initiators_that_differ_in_case_alone_are_one()
    {
        await GroupAsync("one", A, A.ToUpperInvariant());
        await GroupAsync("two", A.ToUpperInvariant());

        await GrantAsync(1, "one");
        await GrantAsync(1, "two");

        Assert.Equal([A], Register.FindGroup("one")!.Entries);
        Assert.Single(_attachments.Ids);
        Assert.Equal(["one", "two"], await GroupsOfAsync(1));
    }

    [Fact]
    public async Task A_user_who_may_not_read_the_initiators_name_lists_and_creates_all_the_same()
    {
        await GroupAsync("hosts", A);
        await GrantAsync(1, "hosts");
        _host.Initiator = static () => throw PluginError.AccessDenied("initiatorname.iscsi", "It can't be read.", "Be root.");

        Assert.Equal(["hosts"], await GroupsOfAsync(1));
    }

    [Fact]
    public async Task Calls_of_one_process_wait_for_each_other_without_a_timeout()
    {
        var file = new RegisterFile(_folder.Path, "queued");
        var first = new TaskCompletionSource();
        var order = new List<int>();
        var calls = Enumerable.Range(0, 64).Select(i => new RegisterFile(_folder.Path, "queued").ChangeAsync(
            async _ =>
            {
                await first.Task;
                order.Add(i);
                return i;
            },
            Cancellation)).ToList();

        first.SetResult();
        await Task.WhenAll(calls);

        Assert.Equal(Enumerable.Range(0, 64), order); // each after the one before it, as they came
        Assert.NotNull(file.Read());
    }

    private Task<IReadOnlyList<AccessGroup>> GroupAsync(string name, params string[] entries) =>
        _plugin.CreateAccessGroupsAsync(Server(), [new() { Name = name, Entries = [.. entries] }], Cancellation);

    private Task<StorageElement> GrantAsync(int volume, params string[] groups) => _plugin.StartPresentAsync(Server(), Element(volume), groups, Cancellation);

    private Task<StorageElement> RevokeAsync(int volume, params string[] groups) => _plugin.StopPresentAsync(Server(), Element(volume), groups, Cancellation);

    private async Task<ValueList<string>> GroupsOfAsync(int volume) =>
        (await _plugin.GetInfoAsync(Server(), Element(volume), Cancellation)).AccessGroupNames;
}
