using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Listing and finding.</summary>
public sealed class ListTests : ArrayTests
{
    private async Task<IEnumerable<string>> NamesAsync(StorageElementFilter filter) =>
        (await Door.ListAsync(filter, Cancellation).ToListAsync(Cancellation)).Select(element => element.Name);

    [Fact]
    public async Task LUNs_and_clones_are_listed_unless_told_otherwise()
    {
        Assert.Equal(["clone", "lun", "other"], (await NamesAsync(new())).Order(StringComparer.Ordinal));
        Assert.Equal(["clone"], await NamesAsync(new() { Types = [StorageElementType.SnapClone] }));
    }

    [Fact]
    public async Task What_a_plug_in_did_not_filter_is_filtered_here()
    {
        Assert.Equal(["lun"], await NamesAsync(new() { Name = "lun" }));
        Assert.Empty(await NamesAsync(new() { Name = "LUN" }));
        Assert.Equal(["lun"], await NamesAsync(new() { NamePrefix = "L" }));
        Assert.Equal(["other"], await NamesAsync(new() { Uuid = On.Other.Uuid }));
        Assert.Equal(["other"], await NamesAsync(new() { Page83Id = On.Other.Page83Id }));
        Assert.Empty(await NamesAsync(new() { Page83Id = On.Other.Page83Id, Name = "lun" }));
    }

    [Fact]
    public async Task The_filter_goes_to_the_plug_in_as_it_is()
    {
        var filter = new StorageElementFilter { NamePrefix = "db", Types = [StorageElementType.Lun] };
        await NamesAsync(filter);
        Assert.Same(filter, Behind.OnlyCall("list").Arguments[0]);
    }

    [Fact]
    public async Task Elements_come_as_they_are_made_and_no_more_are_made_than_are_taken()
    {
        var made = 0;
        Behind.Instead<IEnumerable<StorageElement>>("list", (_, _, _) => Task.FromResult(Endless()));
        await foreach (var element in Door.ListAsync(new(), Cancellation))
        {
            Assert.Equal(Door.Uuid, element.StorageServerUuid);
            break;
        }

        Assert.Equal(1, made);

        IEnumerable<StorageElement> Endless()
        {
            while (true)
            {
                made++;
                yield return On.Lun;
            }
        }
    }

    [Fact]
    public async Task An_element_is_found_by_name_or_uuid_and_a_name_goes_first()
    {
        var trap = Behind.Contents.Put(On.Other with { Uuid = "trap", Name = On.Lun.Uuid });
        Assert.Equal(trap.Uuid, (await Door.FindElementAsync(On.Lun.Uuid, Cancellation)).Uuid);
        Assert.Equal(On.Clone.Uuid, (await Door.FindElementAsync(On.Clone.Uuid, Cancellation)).Uuid);
        Assert.Equal(On.Clone.Uuid, (await Door.FindElementAsync("clone", Cancellation)).Uuid);
        Assert.Equal(On.Snapshot.Uuid, (await Door.FindSnapshotAsync("snapshot", Cancellation)).Uuid);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        await Recording.Expect.FailureAsync<NotFoundException>("StorageElementNotFound", "LUN", () => Door.FindElementAsync("LUN", Cancellation));
        await Recording.Expect.FailureAsync<NotFoundException>("StorageElementNotFound", "snapshot", () => Door.FindElementAsync("snapshot", Cancellation));
        await Recording.Expect.FailureAsync<NotFoundException>("SnapshotNotFound", "lun", () => Door.FindSnapshotAsync("lun", Cancellation));
        await Recording.Expect.FailureAsync<NotFoundException>("AccessGroupNotFound", "Hosts", () => Door.FindAccessGroupAsync("Hosts", Cancellation));
    }
}
