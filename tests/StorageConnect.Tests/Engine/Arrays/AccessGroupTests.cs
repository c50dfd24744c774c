using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 10: the returned list is compared with the request; one error for each group missing, the others stand.</summary>
public sealed class AccessGroupTests : ArrayTests
{
    private static AccessGroup Group(string name, params string[] entries) => new() { Name = name, Entries = entries.ToValueList() };

    [Fact]
    public async Task Creating_passes_name_and_entries_and_the_groups_of_this_moment()
    {
        await Door.CreateAccessGroupsAsync([Group("new", "iqn.2001-04.com.example:n") with { StorageServerName = "elsewhere" }], Cancellation);
        var call = Behind.OnlyCall("createAccessGroups");
        Assert.Equal([Group("new", "iqn.2001-04.com.example:n") with { StorageServerUuid = Door.Uuid }], call.Argument<IReadOnlyList<AccessGroup>>(0));
        Assert.Equal("hosts", Assert.Single(call.Server.AccessGroups).Name);
    }

    [Fact]
    public async Task What_was_created_comes_back_as_the_arrays_own()
    {
        var (done, errors) = await Door.CreateAccessGroupsAsync([Group("new")], Cancellation);
        Assert.Empty(errors);
        Assert.Equal(Group("new") with { StorageServerUuid = Door.Uuid, StorageServerName = "lab" }, Assert.Single(done));
    }

    [Breaks(10, By.Plugin)]
    [Fact]
    public async Task Those_that_were_not_created_are_an_error_each_and_the_others_stand()
    {
        Behind.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, _, _) =>
            Task.FromResult(Behind.Contents.CreateGroups([call.Argument<IReadOnlyList<AccessGroup>>(0)[1]])));
        var (done, errors) = await Door.CreateAccessGroupsAsync([Group("a"), Group("b"), Group("c")], Cancellation);
        Assert.Equal("b", Assert.Single(done).Name);
        Assert.Equal(["a", "c"], errors.Select(error => error.Element));
        Assert.All(errors, error => Expect.Check(Assert.IsType<AccessGroupException>(error), "AccessGroupNotCreated", error.Element));
    }

    [Breaks(10, By.Caller)]
    [Fact]
    public async Task One_that_exists_is_an_error_and_is_not_passed_on()
    {
        var (done, errors) = await Door.CreateAccessGroupsAsync([On.Group, Group("new")], Cancellation);
        Assert.Equal("new", Assert.Single(done).Name);
        Expect.Check(Assert.IsType<AlreadyExistsException>(Assert.Single(errors)), "AccessGroupExists", "hosts");
        Assert.Equal("new", Assert.Single(Behind.OnlyCall("createAccessGroups").Argument<IReadOnlyList<AccessGroup>>(0)).Name);
    }

    [Fact]
    public async Task When_all_exist_the_array_is_not_asked_to_create()
    {
        var (done, errors) = await Door.CreateAccessGroupsAsync([On.Group], Cancellation);
        Assert.Empty(done);
        Assert.Single(errors);
        Assert.DoesNotContain("createAccessGroups", Behind.CalledMethods);
    }

    [Fact]
    public async Task A_name_twice_in_one_request_is_created_once_and_an_error_once()
    {
        var (done, errors) = await Door.CreateAccessGroupsAsync([Group("new", "a"), Group("new", "b")], Cancellation);
        Assert.Equal(["a"], Assert.Single(done).Entries);
        Expect.Check(Assert.IsType<AlreadyExistsException>(Assert.Single(errors)), "AccessGroupExists", "new");
    }

    [Fact]
    public async Task Of_several_one_that_can_not_be_is_an_error_and_the_others_are_created()
    {
        var (done, errors) = await Door.CreateAccessGroupsAsync([Group("new"), Group("line\nbreak"), Group("other")], Cancellation);
        Assert.Equal(["new", "other"], done.Select(group => group.Name));
        Expect.Check(Assert.IsType<InvalidRequestException>(Assert.Single(errors)), "NameInvalid", "line\nbreak");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("line\nbreak")]
    [InlineData("db\u200B01")]
    [InlineData("\u202Edb01")]
    [InlineData("db\u202801")]
    public async Task A_name_that_can_not_be_is_refused_before_the_array_is_asked(string name)
    {
        await Expect.FailureAsync<InvalidRequestException>("NameInvalid", name, () => Door.CreateAccessGroupsAsync([Group(name)], Cancellation));
        await Expect.FailureAsync<InvalidRequestException>("NameInvalid", name, () => Door.RenameAccessGroupAsync("hosts", name, Cancellation));
        Assert.DoesNotContain("createAccessGroups", Behind.CalledMethods);
        Assert.DoesNotContain("renameAccessGroup", Behind.CalledMethods);
    }

    [Breaks(10, By.Plugin)]
    [Fact]
    public async Task Those_that_were_not_removed_are_an_error_each_and_the_others_are_gone()
    {
        await Door.CreateAccessGroupsAsync([Group("a"), Group("b")], Cancellation);
        Behind.Contents.Present(On.Lun, ["a"]);
        var (done, errors) = await Door.RemoveAccessGroupsAsync([Group("a"), Group("b"), Group("none")], Cancellation);
        Assert.Equal("b", Assert.Single(done).Name);
        Expect.Check(Assert.IsType<NotFoundException>(errors[0]), "AccessGroupNotFound", "none");
        Expect.Check(Assert.IsType<AccessGroupException>(errors[1]), "AccessGroupInUse", "a");
        Assert.Equal(["a", "b"], Behind.OnlyCall("removeAccessGroups").Argument<IReadOnlyList<AccessGroup>>(0).Select(group => group.Name));
    }

    [Fact]
    public async Task One_that_stays_though_nothing_is_presented_to_it_is_not_removed()
    {
        await Door.CreateAccessGroupsAsync([Group("a"), Group("b")], Cancellation);
        Behind.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (_, _, _) => Task.FromResult(Behind.Contents.RemoveGroups([Group("b")])));
        var (done, errors) = await Door.RemoveAccessGroupsAsync([Group("a"), Group("b")], Cancellation);
        Assert.Equal("b", Assert.Single(done).Name);
        Expect.Check(Assert.IsType<AccessGroupException>(Assert.Single(errors)), "AccessGroupNotRemoved", "a");
    }

    [Fact]
    public async Task Renaming_a_group_that_is_not_there_or_to_a_name_that_is_taken_is_refused_before_the_call()
    {
        await Door.CreateAccessGroupsAsync([Group("other")], Cancellation);
        await Expect.FailureAsync<NotFoundException>("AccessGroupNotFound", "none", () => Door.RenameAccessGroupAsync("none", "new", Cancellation));
        await Expect.FailureAsync<AlreadyExistsException>("AccessGroupExists", "other", () => Door.RenameAccessGroupAsync("hosts", "other", Cancellation));
        Assert.DoesNotContain("renameAccessGroup", Behind.CalledMethods);
    }

    [Breaks(10, By.Plugin)]
    [Fact]
    public async Task A_rename_that_did_not_happen_is_an_error()
    {
        Behind.Instead<IReadOnlyList<AccessGroup>>("renameAccessGroup", (_, _, _) => Task.FromResult(Behind.Contents.Groups));
        await Expect.FailureAsync<AccessGroupException>("AccessGroupNotRenamed", "hosts", () => Door.RenameAccessGroupAsync("hosts", "new", Cancellation));
    }

    [Breaks(10, By.Plugin)]
    [Fact]
    public async Task A_rename_that_left_the_old_group_behind_is_an_error()
    {
        Behind.Instead<IReadOnlyList<AccessGroup>>("renameAccessGroup", (_, _, _) => Task.FromResult(Behind.Contents.CreateGroups([Group("new")])));
        await Expect.FailureAsync<AccessGroupException>("AccessGroupNotRenamed", "hosts", () => Door.RenameAccessGroupAsync("hosts", "new", Cancellation));
    }

    [Breaks(10, By.Caller)]
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(Capabilities.Unlimited, true)]
    public async Task A_new_group_has_no_more_entries_than_the_array_allows(int limit, bool fits)
    {
        Can(now => new(now) { MaxAccessEntries = limit });
        Task Create() => Door.CreateAccessGroupsAsync([Group("new", "iqn.2001-04.com.example:1", "iqn.2001-04.com.example:2")], Cancellation);
        if (fits)
        {
            await Create();
            return;
        }

        await Expect.FailureAsync<LimitExceededException>("TooManyAccessEntries", "new", Create);
        Assert.Equal(["getCapabilities"], Behind.CalledMethods);
    }

    [Fact]
    public async Task Adding_counts_what_is_there_and_what_is_really_new()
    {
        Can(now => new(now) { MaxAccessEntries = 2 });
        var group = await Door.AddToAccessGroupAsync("hosts", ["IQN.2001-04.com.example:A", "iqn.2001-04.com.example:b"], Cancellation);
        Assert.Contains("iqn.2001-04.com.example:b", group.Entries);
        await Expect.FailureAsync<LimitExceededException>("TooManyAccessEntries", "hosts", () =>
            Door.AddToAccessGroupAsync("hosts", ["iqn.2001-04.com.example:c"], Cancellation));
        Assert.Single(Behind.Calls, call => call.Method == "addToAccessGroup");
    }

    [Fact]
    public async Task An_initiator_that_is_named_twice_counts_once()
    {
        Can(now => new(now) { MaxAccessEntries = 2 });
        await Door.AddToAccessGroupAsync("hosts", ["iqn.2001-04.com.example:b", "iqn.2001-04.com.example:B"], Cancellation);
        Assert.Empty((await Door.CreateAccessGroupsAsync([Group("wwns", "50:01:43:80:12:34:56:78", "5001438012345678", "50014380:12345679")],
            Cancellation)).Errors);
    }

    [Breaks(10, By.Plugin)]
    [Fact]
    public async Task An_entry_that_was_not_added_or_not_removed_is_an_error()
    {
        Behind.Return("addToAccessGroup", On.Group);
        Behind.Return("removeFromAccessGroup", On.Group);
        await Expect.FailureAsync<AccessGroupException>("AccessGroupMemberNotChanged", "hosts", () =>
            Door.AddToAccessGroupAsync("hosts", ["iqn.2001-04.com.example:b"], Cancellation));
        await Expect.FailureAsync<AccessGroupException>("AccessGroupMemberNotChanged", "hosts", () =>
            Door.RemoveFromAccessGroupAsync("hosts", ["iqn.2001-04.com.example:a"], Cancellation));
    }

    [Fact]
    public async Task A_WWN_is_the_same_in_either_case_and_without_colons()
    {
        Behind.Return("addToAccessGroup", Group("hosts", "5001438012345678"));
        var group = await Door.AddToAccessGroupAsync("hosts", ["50:01:43:80:12:34:56:78"], Cancellation);
        Assert.Equal(["5001438012345678"], group.Entries);
    }
}
