using StorageConnect.Engine.Errors;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Servers;

/// <summary>Rule 9: with require_storage_name a name from getStorageNames is chosen; otherwise that list is empty.</summary>
public sealed class StorageNameTests : IDisposable
{
    private readonly TestBed _bed = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    private async Task<string?> ChooseAsync(bool required, string[] names, string? asked = null)
    {
        _bed.Array.Contents.StorageNames = names;
        _bed.Array.Contents.Abilities = new(MemoryArray.Everything) { RequireStorageName = required ? Ability.Yes : Ability.No };
        return (await _bed.Engine.RegisterAsync(_bed.Draft() with { StorageName = asked }, "Recording", false, Cancellation)).StorageName;
    }

    [Fact]
    public async Task None_to_choose_and_none_required_is_fine() => Assert.Null(await ChooseAsync(required: false, []));

    [Fact]
    public async Task The_only_one_is_taken() => Assert.Equal("a", await ChooseAsync(required: true, ["a"]));

    [Fact]
    public async Task The_one_asked_for_is_taken() => Assert.Equal("b", await ChooseAsync(required: true, ["a", "b"], "b"));

    [Breaks(9, By.Caller)]
    [Fact]
    public async Task Of_several_one_must_be_chosen_and_the_error_lists_them()
    {
        var error = await Expect.FailureAsync<InvalidStorageArrayException>("StorageNameNeeded", "lab", () => ChooseAsync(required: true, ["a", "b"]));
        Assert.Contains("'a', 'b'", error.Message, StringComparison.Ordinal);
        Assert.Empty(_bed.Engine.GetServers());
    }

    [Breaks(9, By.Caller)]
    [Fact]
    public async Task One_that_is_not_there_can_not_be_chosen()
    {
        var error = await Expect.FailureAsync<InvalidStorageArrayException>("StorageNameUnknown", "lab", () => ChooseAsync(required: true, ["a", "b"], "A"));
        Assert.Contains("'a', 'b'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task Where_there_are_none_none_can_be_chosen() =>
        Expect.FailureAsync<InvalidStorageArrayException>("StorageNameUnknown", "lab", () => ChooseAsync(required: false, [], "a"));

    [Fact]
    public Task Required_and_none_to_choose_is_an_error() =>
        Expect.FailureAsync<InvalidStorageArrayException>("StorageNameMissing", "lab", () => ChooseAsync(required: true, []));

    [Breaks(9, By.Plugin)]
    [Fact]
    public Task A_plug_in_that_offers_names_without_requiring_one_is_at_fault() =>
        Expect.FailureAsync<PluginFaultException>("PluginFailure", "Recording", () => ChooseAsync(required: false, ["a"]));

    [Fact]
    public async Task The_names_are_asked_for_after_a_first_validate_and_the_chosen_one_is_validated()
    {
        await ChooseAsync(required: true, ["a"]);
        Assert.Equal(["validate", "getStorageNames", "getCapabilities", "validate", "getInfo"], _bed.Array.CalledMethods);
        Assert.Equal([null, null, null, "a", "a"], _bed.Array.Calls.Select(call => call.Server.StorageName));
    }
}
