using System.Diagnostics;
using System.Text.Json;
using StorageConnect.Plugins.Ceph.Naming;
using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>What users do with elements, on a real cluster.</summary>
[Collection(nameof(CephCluster))]
public sealed class CephLifeTests(CephCluster cluster)
{
    private const long Size = 16 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_element_is_created_resized_listed_and_removed()
    {
        await using var array = await CephArray.NewSanAsync(cluster);

        var made = await array.CreateAsync("db01", Size);
        Assert.Equal(("db01", Size, StorageElementType.Lun), (made.Name, made.SizeBytes, made.Type));
        Assert.Matches("^36025c0c[0-9a-f]{25}$", made.Page83Id);
        Assert.Equal([made], await array.ListAsync());
        Assert.Equal(made, await array.InfoAsync(made));
        await Expect.FailureAsync<AlreadyExistsException>("StorageElementExists", "db01", () => array.CreateAsync("db01"));

        Assert.Equal(Size * 2, (await array.Plugin.ResizeAsync(array.Server, made, Size * 2, Token)).SizeBytes);
        Assert.Equal(Size / 2, (await array.Plugin.ResizeAsync(array.Server, made, Size / 2, Token)).SizeBytes);

        await array.RemoveAsync(made);
        Assert.Empty(await array.ListAsync());
        await Expect.FailureAsync<NotFoundException>("StorageElementNotFound", "db01", () => array.InfoAsync(made));
    }

    [Fact]
    public async Task Images_of_others_are_elements_as_they_are()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        await cluster.RbdAsync("create", "--size", "32M", array.Image("größe 卷"));
        await cluster.RbdAsync("snap", "create", "--no-progress", array.Image("größe 卷@nightly"));

        var found = Assert.Single(await array.ListAsync());
        Assert.Equal(("größe 卷", 32L << 20), (found.Name, found.SizeBytes));
        var snapshot = Assert.Single(await array.Plugin.GetCurrentSnapsAsync(array.Server, null, Token));
        Assert.Equal("größe 卷@nightly", snapshot.Name);

        // Renamed behind our back, it is the same element.
        await cluster.RbdAsync("rename", array.Image("größe 卷"), array.Image("renamed"));
        Assert.Equal((found.Uuid, "renamed"), ((await array.InfoAsync(found)).Uuid, (await array.InfoAsync(found)).Name));
    }

    [Theory]
    [InlineData("a/b@c")]
    [InlineData("osc.catalog")]
    [InlineData("one,two;three")]
    [InlineData(" blanks ")]
    public async Task Names_that_images_cannot_have_are_names_of_elements_all_the_same(string name)
    {
        await using var array = await CephArray.NewSanAsync(cluster);

        var made = await array.CreateAsync(name);
        Assert.Equal(name, made.Name);
        Assert.Equal(name, Assert.Single(await array.ListAsync()).Name);
        await Expect.FailureAsync<AlreadyExistsException>("StorageElementExists", name, () => array.CreateAsync(name));
        await array.RemoveAsync(made);
        Assert.Equal(name, (await array.CreateAsync(name)).Name);
    }

    [Fact]
    public async Task Snapshots_clones_and_restores_hold_the_bytes_of_their_moment()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var db = await array.CreateAsync("db01");
        await array.WriteAsync("db01", 'b');
        var snapshot = await array.SnapAsync(db, "s1");
        Assert.Equal((["db01"], StorageElementType.Snapshot), (snapshot.SourceNames, snapshot.Type));
        await array.WriteAsync("db01", 'a');
        await Expect.FailureAsync<AlreadyExistsException>("StorageElementExists", "s1", () => array.SnapAsync(db, "s1"));

        var clone = await array.Plugin.CloneFromSnapAsync(array.Server, db, snapshot, new() { Name = "c1" }, null, Token);
        var copy = await array.CloneAsync(db, "c2");
        Assert.Equal(('b', 'a'), (await array.ReadAsync("c1"), await array.ReadAsync("c2")));
        Assert.Equal((StorageElementType.SnapClone, [snapshot.Uuid]), (clone.Type, clone.SourceUuids));
        Assert.Equal((StorageElementType.SnapClone, [db.Uuid], ["db01"]), (copy.Type, copy.SourceUuids, copy.SourceNames));
        Assert.Equal(["c1", "c2", "db01"], (await array.ListAsync()).Select(element => element.Name).Order());
        Assert.Equal([copy], await array.Plugin.GetCurrentClonesAsync(array.Server, db, Token));
        Assert.Equal([snapshot], await array.Plugin.GetCurrentSnapsAsync(array.Server, db, Token));

        Assert.True(await array.Plugin.IsRestorableAsync(array.Server, snapshot, db, Token));
        await array.Plugin.SnapRestoreAsync(array.Server, snapshot, db, Token);
        Assert.Equal(('b', 'a'), (await array.ReadAsync("db01"), await array.ReadAsync("c2")));

        // A snapshot may go while its clones live; what they share blocks with may not.
        await Expect.FailureAsync<StorageElementBusyException>("StorageElementHasSnapshots", "db01", () => array.RemoveAsync(db));
        await array.Plugin.SnapRemoveAsync(array.Server, snapshot, Token);
        var refused = await Expect.FailureAsync<StorageElementBusyException>("StorageElementHasClones", "db01", () => array.RemoveAsync(db));
        Assert.Contains(array.Image("c1"), refused.Message, StringComparison.Ordinal);
        Assert.Equal('b', await array.ReadAsync("c1"));

        await SplitAsync(array, clone);
        await array.RemoveAsync(copy);
        await array.RemoveAsync(db);
        var left = Assert.Single(await array.ListAsync());
        Assert.Equal((StorageElementType.Lun, "c1", 'b'), (left.Type, left.Name, await array.ReadAsync("c1")));
    }

    [Fact]
    public async Task A_snapshot_is_found_by_its_identity_whatever_else_its_record_says()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var (db, other) = (await array.CreateAsync("db01"), await array.CreateAsync("db02"));
        var snapshot = await array.SnapAsync(db, "s1");
        var record = await array.SnapAsync(other, "s2") with { Uuid = snapshot.Uuid };

        Assert.True(await array.Plugin.IsRestorableAsync(array.Server, record, db, Token));
        await array.Plugin.SnapRemoveAsync(array.Server, record, Token);

        Assert.Equal("s2", Assert.Single(await array.Plugin.GetCurrentSnapsAsync(array.Server, null, Token)).Name);
        await Expect.FailureAsync<NotFoundException>("SnapshotNotFound", "s2", () => array.Plugin.SnapRemoveAsync(array.Server, record, Token));
    }

    [Fact]
    public async Task A_snapshot_of_several_elements_is_restored_together_and_leaves_no_group_behind()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var (data, log) = (await array.CreateAsync("data"), await array.CreateAsync("log"));
        await array.WriteAsync("data", '1');
        await array.WriteAsync("log", '1');
        var snapshot = await array.Plugin.CreateMultiSnapAsync(array.Server, [data, log], new() { Name = "both" }, Token);
        var again = await array.Plugin.CreateMultiSnapAsync(array.Server, [data, log], new() { Name = "again" }, Token);
        await array.WriteAsync("data", '2');
        await array.WriteAsync("log", '2');
        Assert.Equal([data.Uuid, log.Uuid], snapshot.SourceUuids);
        Assert.Equal(["again", "both"], (await array.Plugin.GetCurrentSnapsAsync(array.Server, data, Token)).Select(found => found.Name).Order());

        Assert.False(await array.Plugin.IsRestorableAsync(array.Server, snapshot, data, Token));
        await Expect.FailureAsync<SnapRestoreNotSafeException>("SnapRestoreNotSafe", "both",
            () => array.Plugin.SnapRestoreAsync(array.Server, snapshot, data, Token));
        Assert.Equal('2', await array.ReadAsync("data"));
        await array.Plugin.SnapRestoreAsync(array.Server, snapshot, null, Token);
        Assert.Equal(('1', '1'), (await array.ReadAsync("data"), await array.ReadAsync("log")));

        await array.Plugin.SnapRemoveAsync(array.Server, snapshot, Token);
        await array.Plugin.SnapRemoveAsync(array.Server, again, Token);
        Assert.Equal("[]", (await cluster.RbdAsync("group", "ls", array.PoolName, "--format=json")).Trim());
        await array.RemoveAsync(data);
        await array.RemoveAsync(log);
    }

    [Fact]
    public async Task Two_machines_add_a_member_each_at_the_same_moment_and_both_are_there()
    {
        CephArray.RequireTgt();
        await using var one = await CephArray.NewIscsiAsync(cluster);
        await using var two = await one.AnotherAsync();
        await one.GroupAsync("hosts");

        await Task.WhenAll(
            one.Plugin.AddToAccessGroupAsync(one.Server, "hosts", [CephArray.Host1], Token),
            two.Plugin.AddToAccessGroupAsync(two.Server, "hosts", [CephArray.Host2], Token));

        var group = Assert.Single(await one.Plugin.GetAccessGroupsAsync(one.Server, null, Token));
        Assert.Equal([CephArray.Host1, CephArray.Host2], group.Entries);
    }

    [Fact]
    public async Task A_named_set_of_limits_is_a_quality_of_service_that_the_image_gets()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        await cluster.RbdAsync("image-meta", "set", array.Image("osc.catalog"), "osc.qos.slow", "iops=200");

        Assert.Equal(["standard", "slow"], (await array.Plugin.GetQosListAsync(array.Server, Token)).Select(quality => quality.Value));
        var made = await array.CreateAsync("db01", qos: "slow");
        Assert.Equal("slow", made.Qos);
        Assert.Equal("200", (await cluster.RbdAsync("config", "image", "get", array.Image("db01"), "rbd_qos_iops_limit")).Trim());
        await array.Plugin.SetQosAsync(array.Server, made, "standard", Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.RbdAsync("config", "image", "get", array.Image("db01"), "rbd_qos_iops_limit"));
        await Expect.FailureAsync<InvalidRequestException>("QosUnknown", "db02", () => array.CreateAsync("db02", qos: "gold"));
    }

    [Fact]
    public async Task A_thick_element_has_all_of_its_blocks_written()
    {
        await using var array = await CephArray.NewSanAsync(cluster);

        Assert.False((await array.CreateAsync("thick", Size, thin: false)).ThinProvisioned);
        Assert.True((await array.CreateAsync("thin", Size)).ThinProvisioned);

        Assert.Equal((Size, 0), (await UsedAsync("thick"), await UsedAsync("thin")));
        Assert.Equal([("thick", false), ("thin", true)], (await array.ListAsync()).Select(element => (element.Name, element.ThinProvisioned)).Order());

        async Task<long> UsedAsync(string image)
        {
            using var usage = JsonDocument.Parse(await cluster.RbdAsync("du", "--format=json", array.Image(image)));
            return usage.RootElement.GetProperty("images")[0].GetProperty("used_size").GetInt64();
        }
    }

    [Fact]
    public async Task Names_of_snapshots_that_somebody_removed_with_the_tools_are_free_again()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var element = await array.CreateAsync("db01");
        await array.SnapAsync(element, "s1");
        await cluster.RbdAsync("snap", "rm", "--no-progress", array.Image("db01@s1"));

        Assert.Empty(await array.Plugin.GetCurrentSnapsAsync(array.Server, element, Token));
        Assert.Equal("s1", (await array.SnapAsync(element, "s1")).Name);
        await cluster.RbdAsync("snap", "purge", "--no-progress", array.Image("db01"));
        await cluster.RbdAsync("rm", "--no-progress", array.Image("db01"));
        Assert.Equal("s1", (await array.CreateAsync("s1")).Name);
        await Expect.FailureAsync<NotFoundException>("StorageElementNotFound", "db01", () => array.Plugin.ResizeAsync(array.Server, element, Size * 2, Token));
        Assert.Equal("s1", Assert.Single(await array.ListAsync()).Name);
    }

    [Fact]
    public async Task A_snapshot_that_others_made_stays_when_ours_of_that_name_is_refused()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var element = await array.CreateAsync("db01");
        await cluster.RbdAsync("snap", "create", "--no-progress", array.Image("db01@nightly"));

        await Expect.FailureAsync<AlreadyExistsException>("StorageElementExists", "nightly", () => array.SnapAsync(element, "nightly"));

        Assert.Equal("db01@nightly", Assert.Single(await array.Plugin.GetCurrentSnapsAsync(array.Server, element, Token)).Name);
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_split_after_a_client_died_in_its_copying_loses_no_data()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var source = await array.CreateAsync("db01");
        await array.WriteAsync("db01", 'x', (int)source.SizeBytes);
        var clone = await array.CloneAsync(source, "c1");
        await PretendDeadClientAsync(array, "c1", source.SizeBytes);

        await SplitAsync(array, clone);

        Assert.Equal('x', await array.ReadAsync("c1"));
        Assert.Matches("\"object-map\",\"fast-diff\".* \\[\\]$", await FeaturesAsync(array, "c1"));
        Assert.DoesNotContain((await array.ReadNotesAsync()).Keys, IsOfSplit);
    }

    [Fact]
    public async Task A_map_of_a_split_image_is_rebuilt_also_when_the_process_ended_before_that()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var clone = await array.CloneAsync(await array.CreateAsync("db01"), "c1");
        using var step = new CephStep("with map", static () => throw new OperationCanceledException());

        await SplitAsync(array, clone);

        Assert.True(step.WasReached);
        Assert.Matches("\"object-map\",\"fast-diff\".* \\[\\]$", await FeaturesAsync(array, "c1"));
        Assert.DoesNotContain((await array.ReadNotesAsync()).Keys, IsOfSplit);
    }

    [Fact]
    public async Task A_split_that_was_stopped_is_not_begun_again_by_asking_how_far_it_is()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var source = await array.CreateAsync("db01", 1L << 40); // the image's map of objects takes seconds
        var clone = await array.CloneAsync(source, "c1");
        var record = await array.Plugin.SplitCloneAsync(array.Server, clone, Token);

        Assert.True(await array.Plugin.CancelAsync(array.Server, record, Token));
        while (!(await FeaturesAsync(array, "c1")).Contains("fast-diff", StringComparison.Ordinal) || (await array.ReadNotesAsync()).Keys.Any(IsOfSplit))
        {
            await Task.Delay(50, Token);
            await array.ListAsync(); // work that was interrupted goes on
        }

        Assert.False(await array.Plugin.CancelAsync(array.Server, record, Token));

        // Nor by another process.
        await using var other = await array.AnotherAsync();
        foreach (var asked in new[] { array, other })
        {
            var error = await Assert.ThrowsAsync<InvalidRequestException>(() => asked.Plugin.GetAsyncProgressAsync(array.Server, record, Token));
            Assert.Equal("OperationStopped", error.ErrorId);
        }

        Assert.Equal(StorageElementType.SnapClone, (await array.InfoAsync(clone)).Type);
        Assert.False(await other.Plugin.CancelAsync(array.Server, record, Token));
        await array.RemoveAsync(clone);
    }

    [Fact]
    public async Task A_thick_element_whose_name_is_taken_leaves_the_other_as_it_is()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        await array.CreateAsync("db01");
        await array.WriteAsync("db01", 'x');

        await Expect.FailureAsync<AlreadyExistsException>("StorageElementExists", "db01", () => array.CreateAsync("db01", thin: false));

        // Taken only while it is written.
        using (var step = new CephStep("written", () => array.Cluster.RbdAsync("create", "--size", "16M", array.Image("db02")).GetAwaiter().GetResult()))
        {
            await Expect.FailureAsync<AlreadyExistsException>("StorageElementExists", "db02", () => array.CreateAsync("db02", thin: false));
            Assert.True(step.WasReached);
        }

        Assert.Equal('x', await array.ReadAsync("db01"));
        Assert.Equal(["db01", "db02"], (await array.ListAsync()).Select(element => element.Name).Order());
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_catalog_that_is_gone_is_told_and_nothing_is_forgotten()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var element = await array.CreateAsync("db01");
        await array.Plugin.OfflineAsync(array.Server, element, Token);
        await cluster.RbdAsync("rename", array.Image("osc.catalog"), array.Image("moved"));

        await Expect.FailureAsync<DataCorruptException>("CatalogMissing", array.PoolName, () => array.ListAsync());
        await Expect.FailureAsync<DataCorruptException>("CatalogMissing", array.PoolName, () => array.CreateAsync("db02"));

        await cluster.RbdAsync("rename", array.Image("moved"), array.Image("osc.catalog"));
        Assert.Equal(StorageElementState.Offline, Assert.Single(await array.ListAsync()).State);
    }

    [Fact]
    public async Task A_snapshot_of_several_is_not_removed_while_it_is_rolled_back_to()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var (one, two) = (await array.CreateAsync("db01"), await array.CreateAsync("db02"));
        var snapshot = await array.Plugin.CreateMultiSnapAsync(array.Server, [one, two], new() { Name = "s1" }, Token);
        await using var other = await array.AnotherAsync();
        using (var step = new CephStep("rolling back", () => Expect.FailureAsync<StorageElementBusyException>(
            "StorageElementInUse", "s1", () => other.Plugin.SnapRemoveAsync(array.Server, snapshot, Token)).GetAwaiter().GetResult()))
        {
            await array.Plugin.SnapRestoreAsync(array.Server, snapshot, null, Token);
            Assert.True(step.WasReached);
        }

        await array.Plugin.SnapRemoveAsync(array.Server, snapshot, Token);
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_snapshot_is_not_removed_while_another_machine_rolls_back_to_it()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var snapshot = await array.SnapAsync(await array.CreateAsync("db01"), "s1");
        var note = await NoteOfWorkAsync(array, "rolling back", () => array.Plugin.SnapRestoreAsync(array.Server, snapshot, null, Token));
        var others = note.Value.Replace(Owners.Machine, new string('0', Owners.Machine.Length), StringComparison.Ordinal);
        await cluster.RbdAsync("image-meta", "set", array.Image("osc.catalog"), note.Key, others);

        await Expect.FailureAsync<StorageElementBusyException>(
            "StorageElementInUse", "db01", () => array.Plugin.SnapRemoveAsync(array.Server, snapshot, Token));

        await cluster.RbdAsync("image-meta", "rm", array.Image("osc.catalog"), note.Key);
        await array.Plugin.SnapRemoveAsync(array.Server, snapshot, Token);
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_growth_that_another_process_overtook_cuts_nothing_off()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var element = await array.CreateAsync("db01", Size);
        var grown = await array.Plugin.ResizeAsync(array.Server, element, 4 * Size, Token);

        // Approved while it had its first size.
        await Expect.FailureAsync<StorageElementBusyException>("StorageElementChanged", "db01", () =>
            array.Plugin.ResizeAsync(array.Server, element, 2 * Size, Token));
        Assert.Equal(4 * Size, Assert.Single(await array.ListAsync()).SizeBytes);

        // Enlarged on another machine, which has no lock here.
        using var step = new CephStep("intent", () =>
            cluster.RbdAsync("resize", "--size", "160M", array.Image("db01")).GetAwaiter().GetResult());
        await Expect.FailureAsync<StorageElementBusyException>("StorageElementChanged", "db01", () =>
            array.Plugin.ResizeAsync(array.Server, grown, 2 * Size, Token));
        Assert.True(step.WasReached);
        Assert.Equal(160L << 20, Assert.Single(await array.ListAsync()).SizeBytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_growth_on_another_machine_is_not_rolled_back(bool several)
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var (one, two) = (await array.CreateAsync("db01", Size), await array.CreateAsync("db02", Size));
        var snapshot = several
            ? await array.Plugin.CreateMultiSnapAsync(array.Server, [one, two], new() { Name = "s1" }, Token)
            : await array.SnapAsync(one, "s1");
        using var step = new CephStep("intent", () =>
            cluster.RbdAsync("resize", "--size", "160M", array.Image("db01")).GetAwaiter().GetResult());

        await Expect.FailureAsync<StorageElementBusyException>(
            "StorageElementChanged", "db01", () => array.Plugin.SnapRestoreAsync(array.Server, snapshot, null, Token));

        Assert.True(step.WasReached);
        Assert.Equal(160L << 20, (await array.ListAsync()).Single(element => element.Uuid == one.Uuid).SizeBytes);

        // Known, it is rolled back.
        await array.Plugin.SnapRestoreAsync(array.Server, snapshot, null, Token);
        Assert.All(await array.ListAsync(), element => Assert.Equal(Size, element.SizeBytes));
        await array.AssertWholeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_refused_because_somebody_opened_the_image_is_not_done_later(bool shrinks)
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var element = await array.CreateAsync("db01", Size);
        var snapshot = await array.SnapAsync(element, "s1");
        element = await array.Plugin.ResizeAsync(array.Server, element, 4 * Size, Token);
        Process? client = null;
        using (new CephStep("intent", () => client = array.OpenElsewhereAsync("db01").GetAwaiter().GetResult()))
        {
            await Expect.FailureAsync<StorageElementBusyException>("StorageElementInUse", "db01", () => shrinks
                ? array.Plugin.ResizeAsync(array.Server, element, 2 * Size, Token)
                : array.Plugin.SnapRestoreAsync(array.Server, snapshot, element, Token));
        }

        using (Assert.IsType<Process>(client))
        {
            await client.StandardInput.WriteLineAsync("quit");
            await client.WaitForExitAsync(Token);
        }

        Assert.Equal(4 * Size, Assert.Single(await array.ListAsync()).SizeBytes);
        await array.AssertWholeAsync();
        Assert.Equal(4 * Size, Assert.Single(await array.ListAsync()).SizeBytes);
    }

    [Fact]
    public async Task An_image_that_took_the_name_of_one_that_is_shrunk_keeps_its_size()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var element = await array.CreateAsync("db01", 2 * Size);
        using var step = new CephStep("intent", () =>
        {
            cluster.RbdAsync("rename", array.Image("db01"), array.Image("moved")).GetAwaiter().GetResult();
            cluster.RbdAsync("create", "--size", "32M", array.Image("db01")).GetAwaiter().GetResult();
        });

        await array.Plugin.ResizeAsync(array.Server, element, Size, Token);

        Assert.True(step.WasReached);
        Assert.Equal([("db01", 2 * Size), ("moved", Size)], (await array.ListAsync()).Select(found => (found.Name, found.SizeBytes)).Order());
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task A_split_goes_on_when_the_process_that_began_it_is_gone()
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        await array.CreateAsync("db01", 256 << 20);
        await array.WriteAsync("db01", 'x', 256 << 20);
        var clone = await array.CloneAsync(Assert.Single(await array.ListAsync()), "c1");
        var record = await array.Plugin.SplitCloneAsync(array.Server, clone, Token);

        array.Plugin.Dispose();

        await using var other = await array.AnotherAsync();
        await FinishAsync(other, record);
        Assert.Equal((StorageElementType.Lun, 'x'), ((await other.InfoAsync(clone)).Type, await other.ReadAsync("c1")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("of-another-array")]
    public async Task Asking_for_the_progress_of_a_split_that_nobody_began_begins_none(string? handle)
    {
        await using var array = await CephArray.NewSanAsync(cluster);
        var clone = await array.CloneAsync(await array.CreateAsync("db01"), "c1");

        var told = await array.Plugin.GetAsyncProgressAsync(array.Server, clone with { AsyncProgress = 0, AsyncHandle = handle }, Token);

        Assert.Equal((StorageElementType.SnapClone, null), (told.Type, told.AsyncProgress));
        Assert.False(await array.Plugin.CancelAsync(array.Server, clone with { AsyncHandle = handle }, Token));
        Assert.Equal(StorageElementType.SnapClone, (await array.InfoAsync(clone)).Type);
    }

    [Fact]
    public async Task Without_a_manager_a_clone_is_split_by_a_program_and_who_asks_for_the_progress_goes_on_with_it()
    {
        await using var small = new CephCluster { HasManager = false };
        await using var array = await CephArray.NewSanAsync(small);
        await array.CreateAsync("db01", 64 << 20);
        await array.WriteAsync("db01", 'x', 64 << 20);
        var clone = await array.CloneAsync(Assert.Single(await array.ListAsync()), "c1");

        await PretendDeadClientAsync(array, "c1", 64 << 20);
        var record = await array.Plugin.SplitCloneAsync(array.Server, clone, Token);
        Assert.NotNull(record.AsyncHandle);

        // The process that began it ends, and another one is asked.
        array.Plugin.Dispose();
        await using var other = await array.AnotherAsync();
        await FinishAsync(other, record);
        Assert.Equal((StorageElementType.Lun, 'x'), ((await other.InfoAsync(clone)).Type, await other.ReadAsync("c1")));
    }

    /// <summary>A client marks objects in the image's map before it writes them. What was not written by then has the marks of an image that is full.</summary>
    /// <remarks>A snapshot changes the marks of what it holds, so the full image has none.</remarks>
    private static async Task PretendDeadClientAsync(CephArray array, string image, long size)
    {
        const string full = "written-whole";
        await array.CreateAsync(full, size);
        await array.WriteAsync(full, 'y', (int)size);
        using var folder = new TemporaryFolder();
        await array.Cluster.RadosAsync("-p", array.PoolName, "get", await MapOfAsync(full), folder["map"]);
        await array.Cluster.RadosAsync("-p", array.PoolName, "put", await MapOfAsync(image), folder["map"]);

        async Task<string> MapOfAsync(string name)
        {
            using var info = JsonDocument.Parse(await array.Cluster.RbdAsync("info", "--format", "json", array.Image(name)));
            return $"rbd_object_map.{info.RootElement.GetProperty("id").GetString()}";
        }
    }

    /// <summary>What the catalog says about an operation when it reaches a step.</summary>
    private static async Task<KeyValuePair<string, string>> NoteOfWorkAsync(CephArray array, string step, Func<Task> operation)
    {
        KeyValuePair<string, string>? note = null;
        using var reached = new CephStep(step, () => note = array.ReadNotesAsync().GetAwaiter().GetResult()
            .Single(found => found.Key.StartsWith("osc.intent.", StringComparison.Ordinal)));
        await operation();
        return Assert.NotNull(note);
    }

    private static bool IsOfSplit(string note) => note.StartsWith("osc.split.", StringComparison.Ordinal);

    private static async Task<string> FeaturesAsync(CephArray array, string image)
    {
        using var info = JsonDocument.Parse(await array.Cluster.RbdAsync("info", "--format", "json", array.Image(image)));
        return $"{info.RootElement.GetProperty("features")} {info.RootElement.GetProperty("flags")}";
    }

    private static async Task SplitAsync(CephArray array, StorageElement clone)
    {
        Assert.True(await array.Plugin.IsSplittableAsync(array.Server, clone, Token));
        await FinishAsync(array, await array.Plugin.SplitCloneAsync(array.Server, clone, Token));
    }

    private static async Task FinishAsync(CephArray array, StorageElement record)
    {
        while (record.AsyncProgress is not null)
        {
            await Task.Delay(20, Token);
            record = await array.Plugin.GetAsyncProgressAsync(array.Server, record, Token);
        }
    }
}
