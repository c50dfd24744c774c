using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 6: where an ability is Offline, the element must be offline on the array, whatever the caller's record says.</summary>
[Breaks(6, By.Caller)]
public sealed class OfflineGateTests : ArrayTests
{
    public static TheoryData<string, AbilityKey> Methods => new()
    {
        { "createSnap", AbilityKey.Snapshot },
        { "createMultiSnap", AbilityKey.Snapshot },
        { "clone", AbilityKey.Clone },
        { "cloneFromSnap", AbilityKey.SnapClone },
        { "resize", AbilityKey.Resize },
        { "splitClone", AbilityKey.SplitClone },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task An_element_that_is_online_is_busy(string method, AbilityKey key)
    {
        Can(now => new(now) { [key] = Ability.Offline });
        await Expect.FailureAsync<StorageElementBusyException>(
            "StorageElementOnline", method == "splitClone" ? "clone" : "lun", () => EveryMethod.CallAsync(method, Door, On, Cancellation));
        Assert.DoesNotContain(method, Behind.CalledMethods);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task An_element_that_is_offline_is_served_though_the_record_says_online(string method, AbilityKey key)
    {
        Can(now => new(now) { [key] = Ability.Offline });
        foreach (var element in new[] { On.Lun, On.Other, On.Clone })
        {
            Behind.Contents.SetState(element, StorageElementState.Offline);
        }

        await EveryMethod.CallAsync(method, Door, On, Cancellation);
        Assert.Contains(method, Behind.CalledMethods);
    }

    [Fact]
    public async Task A_record_that_says_offline_does_not_help_an_element_that_is_online()
    {
        Can(now => new(now) { Snapshot = Ability.Offline });
        await Expect.FailureAsync<StorageElementBusyException>(
            "StorageElementOnline", "lun", () => Door.CreateSnapAsync(On.Lun with { State = StorageElementState.Offline }, null, Cancellation));
    }

    [Fact]
    public async Task One_online_member_is_enough_to_refuse_a_multi_snapshot()
    {
        Can(now => new(now) { Snapshot = Ability.Offline });
        Behind.Contents.SetState(On.Lun, StorageElementState.Offline);
        await Expect.FailureAsync<StorageElementBusyException>(
            "StorageElementOnline", "other", () => Door.CreateMultiSnapAsync([On.Lun, On.Other], null, Cancellation));
        Assert.DoesNotContain("createMultiSnap", Behind.CalledMethods);
    }

    [Fact]
    public async Task A_plug_in_that_works_offline_only_is_heeded_though_the_array_says_online()
    {
        using var bed = new TestBed(new() { Ability = new(MemoryArray.Everything) { Clone = Ability.Offline } });
        var on = new Furniture(bed.Array.Contents);
        var door = await bed.OpenAsync();
        await Expect.FailureAsync<StorageElementBusyException>("StorageElementOnline", "lun", () => door.CloneAsync(on.Lun, null, null, Cancellation));
    }
}
