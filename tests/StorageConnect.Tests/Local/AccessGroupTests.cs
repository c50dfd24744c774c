using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

public sealed class AccessGroupTests
{
    private const string Wwn = "50:01:43:80:12:34:56:78";
    private const string Iqn = "iqn.2001-04.com.example:host-1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("5001438012345678", Wwn)]
    [InlineData("50:01:43:80:12:34:56:78", Wwn)]
    [InlineData("50:01:43:80:AB:CD:EF:78", "50:01:43:80:ab:cd:ef:78")]
    [InlineData("IQN.2001-04.com.Example:Host-1", Iqn)]
    [InlineData("eui.0123456789ABCDEF", "eui.0123456789abcdef")]
    [InlineData("naa.5001438012345678", "naa.5001438012345678")]
    public async Task Initiators_are_kept_in_one_form(string given, string kept)
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var group = Assert.Single(await array.CreateGroupAsync("g", given, kept));
        Assert.Equal([kept], group.Entries);
        Assert.Equal(array.Server.Uuid, group.StorageServerUuid);
    }

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData("50:01:43:80:12:34:56")]
    [InlineData("500143801234567g")]
    [InlineData("0000000000000000")]
    [InlineData("50-01-43-80-12-34-56-78")]
    [InlineData("iqn.2001-13.com.example")]
    [InlineData("iqn.2001-04.com.example:a b")]
    [InlineData("iqn.2001-04.com.example:a\nb")]
    [InlineData("eui.12")]
    public async Task What_is_no_initiator_is_refused_and_no_group_made(string entry)
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await array.FailsAsync<InvalidRequestException>(array.CreateGroupAsync("g", entry), "InitiatorInvalid");
        Assert.Empty(await array.Plugin.GetAccessGroupsAsync(array.Server, null, Token));
    }

    [Fact]
    public async Task Adding_and_removing_entries_twice_changes_nothing_more()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await array.CreateGroupAsync("g");
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal([Wwn, Iqn], (await array.Plugin.AddToAccessGroupAsync(array.Server, "g", ["5001438012345678", Iqn], Token)).Entries);
        }

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal([Iqn], (await array.Plugin.RemoveFromAccessGroupAsync(array.Server, "g", [Wwn], Token)).Entries);
        }

        await array.FailsAsync<InvalidRequestException>(array.Plugin.AddToAccessGroupAsync(array.Server, "g", [Wwn, "nonsense"], Token), "InitiatorInvalid");
        Assert.Equal([Iqn], Assert.Single(await array.Plugin.GetAccessGroupsAsync(array.Server, null, Token)).Entries);
        await array.FailsAsync<NotFoundException>(array.Plugin.AddToAccessGroupAsync(array.Server, "h", [Wwn], Token), "AccessGroupNotFound");
    }

    [Fact]
    public async Task Of_several_groups_those_that_can_be_made_are_and_the_others_are_missing_in_the_answer()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await array.CreateGroupAsync("old", Wwn);
        var answer = await array.Plugin.CreateAccessGroupsAsync(array.Server,
            [new() { Name = "old" }, new() { Name = "new" }, new() { Name = "bad\n" }], Token);
        Assert.Equal(["new"], answer.Select(group => group.Name));
        Assert.Equal(["new", "old"], (await array.Plugin.GetAccessGroupsAsync(array.Server, null, Token)).Select(group => group.Name));
        await array.FailsAsync<AlreadyExistsException>(array.CreateGroupAsync("old"), "AccessGroupExists");
        await array.FailsAsync<InvalidRequestException>(array.CreateGroupAsync("bad\n"), "NameInvalid");
    }

    [Fact]
    public async Task A_group_in_use_stays_and_the_others_of_the_request_go()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        await array.CreateGroupAsync("used", Wwn);
        await array.CreateGroupAsync("free");
        await array.Plugin.StartPresentAsync(array.Server, volume, ["used"], Token);
        var answer = await array.Plugin.RemoveAccessGroupsAsync(array.Server, [new() { Name = "used" }, new() { Name = "free" }], Token);
        Assert.Equal(["used"], answer.Select(group => group.Name));
        await array.FailsAsync<AccessGroupException>(array.Plugin.RemoveAccessGroupsAsync(array.Server, [new() { Name = "used" }], Token), "AccessGroupInUse");
        await array.FailsAsync<NotFoundException>(array.Plugin.RemoveAccessGroupsAsync(array.Server, [new() { Name = "free" }], Token), "AccessGroupNotFound");
    }

    [Fact]
    public async Task Presenting_answers_with_all_groups_and_leaves_others_alone()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        foreach (var name in new[] { "a", "b", "c" })
        {
            await array.CreateGroupAsync(name);
        }

        Assert.Equal(["a", "b"], (await array.Plugin.StartPresentAsync(array.Server, volume, ["b", "a"], Token)).AccessGroupNames);
        Assert.Equal(["a", "b", "c"], (await array.Plugin.StartPresentAsync(array.Server, volume, ["c", "a"], Token)).AccessGroupNames);
        Assert.Equal(["b", "c"], (await array.Plugin.StopPresentAsync(array.Server, volume, ["a"], Token)).AccessGroupNames);
        Assert.Equal(["b", "c"], (await array.Plugin.StopPresentAsync(array.Server, volume, ["a"], Token)).AccessGroupNames);
        Assert.Equal(["b", "c"], (await array.Plugin.GetAccessGroupsAsync(array.Server, volume, Token)).Select(group => group.Name));
        Assert.Equal(["b", "c"], Assert.Single(await array.ListAsync()).AccessGroupNames);
        await array.FailsAsync<NotFoundException>(array.Plugin.StartPresentAsync(array.Server, volume, ["a", "nobody"], Token), "AccessGroupNotFound");
        Assert.Equal(["b", "c"], (await array.InfoAsync(volume)).AccessGroupNames);
    }

    [Fact]
    public async Task Renaming_keeps_presentations()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var volume = await array.CreateAsync("v");
        await array.CreateGroupAsync("a", Wwn);
        await array.CreateGroupAsync("b");
        await array.Plugin.StartPresentAsync(array.Server, volume, ["a"], Token);
        Assert.Equal(["b", "c"], (await array.Plugin.RenameAccessGroupAsync(array.Server, "a", "c", Token)).Select(group => group.Name));
        Assert.Equal(["c"], (await array.InfoAsync(volume)).AccessGroupNames);
        await array.FailsAsync<AlreadyExistsException>(array.Plugin.RenameAccessGroupAsync(array.Server, "c", "b", Token), "AccessGroupExists");
        await array.FailsAsync<NotFoundException>(array.Plugin.RenameAccessGroupAsync(array.Server, "a", "d", Token), "AccessGroupNotFound");
        await array.FailsAsync<InvalidRequestException>(array.Plugin.RenameAccessGroupAsync(array.Server, "c", "", Token), "NameInvalid");
    }

    [Fact]
    public async Task Creating_and_removing_a_group_reads_no_other()
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await array.CreateGroupAsync("other");
        Assert.Equal(["other"], (await array.Plugin.FindAccessGroupsAsync(array.Server, ["other", "none"], Token))!.Select(group => group.Name));
        Assert.Equal(["one"], (await array.CreateGroupAsync("one")).Select(group => group.Name));
        var server = array.Server with { AccessGroups = [new() { Name = "other" }] };
        var created = await array.Plugin.CreateAccessGroupsAsync(server, [new() { Name = "two" }], Token);
        Assert.Equal(["other", "two"], created.Select(group => group.Name));
        var left = await array.Plugin.RemoveAccessGroupsAsync(server, [new() { Name = "two" }], Token);
        Assert.Equal(["other"], left.Select(group => group.Name));
    }
}
