using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rules 7 and 12: what a plug-in is told of what it is to make, and what not.</summary>
public sealed class DestinationTests : ArrayTests
{
    public static TheoryData<string, StorageElementType> Copies => new()
    {
        { "clone", StorageElementType.SnapClone },
        { "cloneFromSnap", StorageElementType.SnapClone },
        { "createSnap", StorageElementType.Snapshot },
        { "createMultiSnap", StorageElementType.Snapshot },
    };

    private Task<StorageElement> CopyAsync(string method, string? name) => method switch
    {
        "clone" => Door.CloneAsync(On.Lun, name, "gold", Cancellation),
        "cloneFromSnap" => Door.CloneFromSnapAsync(On.Lun, On.Snapshot, name, "gold", Cancellation),
        "createSnap" => Door.CreateSnapAsync(On.Lun, name, Cancellation),
        _ => Door.CreateMultiSnapAsync([On.Lun, On.Other], name, Cancellation),
    };

    private StorageElement? DestinationOf(string method) =>
        Behind.OnlyCall(method).Argument<StorageElement?>(method == "cloneFromSnap" ? 2 : 1);

    [Theory]
    [MemberData(nameof(Copies))]
    public async Task A_copy_with_a_name_passes_type_server_and_name_and_nothing_else(string method, StorageElementType type)
    {
        await CopyAsync(method, "new");
        Assert.Equal(new() { Type = type, StorageServerUuid = Door.Uuid, Name = "new" }, DestinationOf(method));
    }

    [Theory]
    [MemberData(nameof(Copies))]
    public async Task A_copy_without_a_name_passes_no_destination(string method, StorageElementType type)
    {
        Assert.Equal(type, (await CopyAsync(method, null)).Type);
        Assert.Null(DestinationOf(method));
    }

    [Breaks(7, By.Caller)]
    [Theory]
    [MemberData(nameof(Copies))]
    public async Task A_name_that_the_array_does_not_take_is_an_error_and_not_ignored(string method, StorageElementType type)
    {
        Can(now => type == StorageElementType.Snapshot ? new(now) { CustomSnapName = Ability.No } : new(now) { CustomCloneName = Ability.No });
        await Expect.FailureAsync<NoSuchOperationException>("CustomNameUnsupported", "new", () => CopyAsync(method, "new"));
        Assert.Equal(["getCapabilities"], Behind.CalledMethods.Distinct());
        await CopyAsync(method, null);
        Assert.Null(DestinationOf(method));
    }

    [Breaks(7, By.Caller)]
    [Fact]
    public async Task A_plug_in_that_takes_no_names_gets_none_though_the_array_would()
    {
        using var bed =
            new TestBed(new() { Ability = new(MemoryArray.Everything) { CustomSnapName = Ability.Unsupported, CustomCloneName = Ability.Invalid } });
        var on = new Furniture(bed.Array.Contents);
        var door = await bed.OpenAsync();
        await Expect.FailureAsync<NoSuchOperationException>("CustomNameUnsupported", "new", () => door.CreateSnapAsync(on.Lun, "new", Cancellation));
        await Expect.FailureAsync<NoSuchOperationException>("CustomNameUnsupported", "new", () => door.CloneAsync(on.Lun, "new", null, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Copies))]
    public async Task A_name_that_can_not_be_is_refused(string method, StorageElementType type)
    {
        await Expect.FailureAsync<InvalidRequestException>("NameInvalid", "a\tb", () => CopyAsync(method, "a\tb"));
        await Expect.FailureAsync<InvalidRequestException>("NameInvalid", new('x', 256), () => CopyAsync(method, new('x', 256)));
        Assert.DoesNotContain(method, Behind.CalledMethods);
        Assert.Equal(new string('x', 255), (await CopyAsync(method, new('x', 255))).Name);
        Assert.Equal(type, DestinationOf(method)!.Type);
    }

    [Fact]
    public async Task Create_passes_type_server_size_volume_group_and_name_and_nothing_else()
    {
        await Door.CreateAsync("new", 4096, "pool", false, "gold", Cancellation);
        var call = Behind.OnlyCall("create");
        Assert.Equal(
            new StorageElement { Type = StorageElementType.Lun, StorageServerUuid = Door.Uuid, SizeBytes = 4096, VolumeGroupName = "pool", Name = "new" },
            call.Argument<StorageElement>(0));
        Assert.Equal([false, "gold"], call.Arguments.Skip(1));
        Assert.Equal(["create"], Behind.CalledMethods);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public async Task A_size_that_is_none_is_refused_before_any_call(long size)
    {
        await Expect.FailureAsync<InvalidRequestException>("SizeInvalid", "new", () => Door.CreateAsync("new", size, null, true, null, Cancellation));
        await Expect.FailureAsync<InvalidRequestException>("SizeInvalid", "lun", () => Door.ResizeAsync(On.Lun, size, allowShrink: true, Cancellation));
        Assert.Empty(Behind.Calls);
    }

    [Fact]
    public async Task A_multi_snapshot_of_nothing_is_refused_before_any_call()
    {
        await Expect.FailureAsync<InvalidRequestException>("StorageElementNeeded", "new", () => Door.CreateMultiSnapAsync([], "new", Cancellation));
        Assert.Empty(Behind.Calls);
    }
}
