using StorageConnect.Engine.Errors;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 23: updateSERecords, the plug-in's own and the generic one.</summary>
public sealed class UpdateTests() : ArrayTests(new() { Base = typeof(RecordingIscsiPlugin) })
{
    [Breaks(23, By.Plugin)]
    [Fact]
    public async Task A_plug_in_may_not_add_what_it_was_not_allowed_to()
    {
        Behind.Return<IReadOnlyList<StorageElement>>("updateSERecords", [On.Lun, On.Other]);
        var error = await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording",
            () => Door.UpdateStorageElementsAsync([On.Lun], false, Cancellation));
        Assert.Contains("'other'", error.Message, StringComparison.Ordinal);
    }

    [Breaks(23, By.Plugin)]
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_plug_in_may_leave_out_nothing_that_is_there(bool appendAllowed)
    {
        Behind.Return<IReadOnlyList<StorageElement>>("updateSERecords", [On.Lun]);
        var error = await Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording",
            () => Door.UpdateStorageElementsAsync([On.Lun, On.Other], appendAllowed, Cancellation));
        Assert.Contains("left out 'other'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_element_that_a_plug_in_leaves_out_because_it_is_gone_is_not_found()
    {
        Behind.Return<IReadOnlyList<StorageElement>>("updateSERecords", [On.Lun]);
        Behind.Throw("getInfo", () => new NotFoundException("It is gone.") { ErrorId = "Gone" });
        var error = await Assert.ThrowsAsync<NotFoundException>(() => Door.UpdateStorageElementsAsync([On.Lun, On.Other], false, Cancellation));
        Assert.Equal("Gone", error.ErrorId);
    }

    [Fact]
    public async Task A_plug_in_may_add_what_it_was_allowed_to()
    {
        var updated = await Door.UpdateStorageElementsAsync([On.Lun], appendAllowed: true, Cancellation);
        Assert.Equal(["clone", "lun", "other"], updated.Select(element => element.Name).Order(StringComparer.Ordinal));
        Assert.Equal(true, Behind.OnlyCall("updateSERecords").Arguments[1]);
    }

    [Fact]
    public async Task Without_its_own_the_elements_are_asked_for_and_looked_for_on_this_host()
    {
        using var bed = new TestBed();
        var on = new Furniture(bed.Array.Contents);
        var door = await bed.OpenAsync();
        bed.Host.Devices.Add(on.Lun.Page83Id);
        var updated = await door.UpdateStorageElementsAsync([on.Lun with { Status = "stale" }, on.Other], appendAllowed: false, Cancellation);
        Assert.Equal(["Good", "Good"], updated.Select(element => element.Status));
        Assert.Equal([$"/dev/mapper/{on.Lun.Page83Id}"], updated[0].DevicePaths);
        Assert.Empty(updated[1].DevicePaths);
        Assert.Equal(["getInfo", "getInfo"], bed.Array.CalledMethods);
    }

    [Fact]
    public async Task Device_paths_have_the_prefix_of_the_moment()
    {
        using var bed = new TestBed();
        var on = new Furniture(bed.Array.Contents);
        var door = await bed.OpenAsync();
        bed.Host.Devices.Add(on.Lun.Page83Id);
        bed.Host.DevicePathPrefix = "/dev/disk/by-id/";
        Assert.Equal([$"/dev/disk/by-id/{on.Lun.Page83Id}"], (await door.UpdateStorageElementsAsync([on.Lun], false, Cancellation))[0].DevicePaths);
    }

    [Fact]
    public async Task Without_its_own_elements_are_added_only_when_allowed()
    {
        using var bed = new TestBed();
        var on = new Furniture(bed.Array.Contents);
        var door = await bed.OpenAsync();
        Assert.Equal(["lun"], (await door.UpdateStorageElementsAsync([on.Lun], appendAllowed: false, Cancellation)).Select(element => element.Name));
        var all = await door.UpdateStorageElementsAsync([on.Lun], appendAllowed: true, Cancellation);
        Assert.Equal(["clone", "lun", "other"], all.Select(element => element.Name).Order(StringComparer.Ordinal));
    }
}
