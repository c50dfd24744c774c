using StorageConnect.Engine.Arrays;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Rule 6: a call needs the ability of the plug-in and of the array at this moment.</summary>
public sealed class CapabilityCheckTests : ArrayTests
{
    private static readonly Dictionary<string, AbilityKey> Table = new()
    {
        ["createSnap"] = AbilityKey.Snapshot,
        ["createMultiSnap"] = AbilityKey.Snapshot,
        ["clone"] = AbilityKey.Clone,
        ["cloneFromSnap"] = AbilityKey.SnapClone,
        ["resize"] = AbilityKey.Resize,
        ["splitClone"] = AbilityKey.SplitClone,
        ["createAccessGroups"] = AbilityKey.AccessControl,
        ["removeAccessGroups"] = AbilityKey.AccessControl,
        ["renameAccessGroup"] = AbilityKey.AccessControl,
        ["addToAccessGroup"] = AbilityKey.AccessControl,
        ["removeFromAccessGroup"] = AbilityKey.AccessControl,
    };

    public static TheoryData<string, Ability> GatedAndShut =>
        new MatrixTheoryData<string, Ability>(Table.Keys, [Ability.Unsupported, Ability.No, Ability.Invalid]);

    public static TheoryData<string> NeverGated =>
        [.. EveryMethod.Names.Select(row => (string)row).Where(name => !Table.ContainsKey(name))];

    [Fact]
    public void The_table_is_the_published_one() => Assert.Equal(Table.OrderBy(pair => pair.Key), CapabilityCheck.Needed.OrderBy(pair => pair.Key));

    [Breaks(6, By.Caller)]
    [Theory]
    [MemberData(nameof(GatedAndShut))]
    public async Task What_the_array_can_not_do_now_is_not_asked_of_it(string method, Ability value)
    {
        Can(now => new(now) { [Table[method]] = value });
        var error = await Expect.FailureAsync<NoSuchOperationException>("NoSuchOperation", "lab", () => EveryMethod.CallAsync(method, Door, On, Cancellation));
        Assert.Contains(Table[method].ToString(), error.Message, StringComparison.Ordinal);
        Assert.Equal(["getCapabilities"], Behind.CalledMethods);
    }

    [Breaks(6, By.Caller)]
    [Theory]
    [MemberData(nameof(GatedAndShut))]
    public async Task What_the_plug_in_can_not_do_at_all_is_not_asked_of_it(string method, Ability value)
    {
        using var bed = new TestBed(new() { Ability = new(MemoryArray.Everything) { [Table[method]] = value } });
        var on = new Furniture(bed.Array.Contents);
        var door = await bed.OpenAsync();
        var error = await Expect.FailureAsync<NoSuchOperationException>("NoSuchOperation", "lab", () => EveryMethod.CallAsync(method, door, on, Cancellation));
        Assert.Contains("'Recording'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(method, bed.Array.CalledMethods);
    }

    [Theory]
    [MemberData(nameof(NeverGated))]
    public async Task An_expired_licence_locks_no_data_in(string method)
    {
        Can(_ => new());
        await EveryMethod.CallAsync(method, Door, On, Cancellation);
        Assert.Contains(method == "updateSERecords" ? "getInfo" : EveryMethod.GuideName(method), Behind.CalledMethods);
    }

    [Fact]
    public async Task An_ability_that_changes_between_two_calls_is_seen_at_the_next()
    {
        await Door.CreateSnapAsync(On.Lun, "one", Cancellation);
        Can(now => new(now) { Snapshot = Ability.Unsupported });
        await Assert.ThrowsAsync<NoSuchOperationException>(() => Door.CreateSnapAsync(On.Lun, "two", Cancellation));
        Can(now => new(now) { Snapshot = Ability.Online });
        await Door.CreateSnapAsync(On.Lun, "three", Cancellation);
        Assert.Equal(["one", "three"], Behind.Calls.Where(call => call.Method == "createSnap").Select(call => call.Argument<StorageElement>(1).Name));
    }

    [Breaks(6, By.Plugin)]
    [Theory]
    [InlineData(AbilityKey.Snapshot, Ability.Yes)]
    [InlineData(AbilityKey.Resize, Ability.Yes)]
    [InlineData(AbilityKey.AccessControl, Ability.Online)]
    [InlineData(AbilityKey.SnapIsSync, Ability.Offline)]
    [InlineData(AbilityKey.Clone, (Ability)99)]
    public async Task An_answer_that_a_key_can_not_have_is_the_plug_ins_fault(AbilityKey key, Ability value)
    {
        Can(now => new(now) { [key] = value });
        var error = await Expect.FailureAsync<StorageConnect.Engine.Errors.PluginFaultException>("PluginFailure", "Recording",
            () => Door.GetCapabilitiesAsync(Cancellation));
        Assert.Contains(key.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Breaks(6, By.Plugin)]
    [Fact]
    public async Task Fewer_than_unlimited_access_entries_is_the_plug_ins_fault()
    {
        Can(now => new(now) { MaxAccessEntries = -2 });
        await Expect.FailureAsync<StorageConnect.Engine.Errors.PluginFaultException>("PluginFailure", "Recording",
            () => Door.GetCapabilitiesAsync(Cancellation));
    }
}
