using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;

namespace StorageConnect.Tests.Abstractions;

/// <summary>What the base class answers for what a plug-in doesn't write.</summary>
public sealed class PluginDefaultsTests
{
    private static readonly StorageServer Server = new() { Name = "lab" };
    private static readonly StorageElement Lun = new() { Name = "db01", Uuid = "1" };
    private static readonly PassivePlugin Passive = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Every method but the six that each array has, with the guide's name.</summary>
    public static TheoryData<string> Refused => [.. Methods.Keys];

    private static Dictionary<string, Func<StorageArrayPlugin, Task>> Methods => new()
    {
        [GuideMethod.CreateAccessGroups] = plugin => plugin.CreateAccessGroupsAsync(Server, [], Cancellation),
        [GuideMethod.RemoveAccessGroups] = plugin => plugin.RemoveAccessGroupsAsync(Server, [], Cancellation),
        [GuideMethod.RenameAccessGroup] = plugin => plugin.RenameAccessGroupAsync(Server, "a", "b", Cancellation),
        [GuideMethod.AddToAccessGroup] = plugin => plugin.AddToAccessGroupAsync(Server, "a", [], Cancellation),
        [GuideMethod.RemoveFromAccessGroup] = plugin => plugin.RemoveFromAccessGroupAsync(Server, "a", [], Cancellation),
        [GuideMethod.Discover] = plugin => plugin.DiscoverAsync(Server, Cancellation),
        [GuideMethod.Start] = plugin => plugin.StartAsync(Server, Cancellation),
        [GuideMethod.Stop] = plugin => plugin.StopAsync(Server, Cancellation),
        [GuideMethod.Refresh] = plugin => plugin.RefreshAsync(Server, Cancellation),
        [GuideMethod.UpdateStorageElements] = plugin => plugin.UpdateStorageElementsAsync(Server, [], false, Cancellation),
        [GuideMethod.Online] = plugin => plugin.OnlineAsync(Server, Lun, Cancellation),
        [GuideMethod.Offline] = plugin => plugin.OfflineAsync(Server, Lun, Cancellation),
        [GuideMethod.Create] = plugin => plugin.CreateAsync(Server, Lun, true, null, Cancellation),
        [GuideMethod.StartPresent] = plugin => plugin.StartPresentAsync(Server, Lun, [], Cancellation),
        [GuideMethod.StopPresent] = plugin => plugin.StopPresentAsync(Server, Lun, [], Cancellation),
        [GuideMethod.Resize] = plugin => plugin.ResizeAsync(Server, Lun, 1, Cancellation),
        [GuideMethod.Remove] = plugin => plugin.RemoveAsync(Server, Lun, Cancellation),
        [GuideMethod.Clone] = plugin => plugin.CloneAsync(Server, Lun, null, null, Cancellation),
        [GuideMethod.SplitClone] = plugin => plugin.SplitCloneAsync(Server, Lun, Cancellation),
        [GuideMethod.CloneFromSnap] = plugin => plugin.CloneFromSnapAsync(Server, Lun, Lun, null, null, Cancellation),
        [GuideMethod.GetCurrentClones] = plugin => plugin.GetCurrentClonesAsync(Server, null, Cancellation),
        [GuideMethod.CreateSnap] = plugin => plugin.CreateSnapAsync(Server, Lun, null, Cancellation),
        [GuideMethod.CreateMultiSnap] = plugin => plugin.CreateMultiSnapAsync(Server, [Lun], null, Cancellation),
        [GuideMethod.SnapRestore] = plugin => plugin.SnapRestoreAsync(Server, Lun, null, Cancellation),
        [GuideMethod.SnapRemove] = plugin => plugin.SnapRemoveAsync(Server, Lun, Cancellation),
        [GuideMethod.GetCurrentSnaps] = plugin => plugin.GetCurrentSnapsAsync(Server, null, Cancellation),
        [GuideMethod.SetQos] = plugin => plugin.SetQosAsync(Server, Lun, "gold", Cancellation),
        [GuideMethod.GetAsyncProgress] = plugin => plugin.GetAsyncProgressAsync(Server, Lun, Cancellation),
        [GuideMethod.Cancel] = plugin => plugin.CancelAsync(Server, Lun, Cancellation),
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_the_array_can_not_do_is_no_such_operation_in_words(string method)
    {
        var error = await Assert.ThrowsAsync<NoSuchOperationException>(() => Methods[method](Passive));

        Assert.Equal("lab", error.Element);
        Assert.Contains(GuideMethod.ToWords(method), error.Message, StringComparison.Ordinal);
        Assert.NotEqual(method, GuideMethod.ToWords(method));
        Assert.NotNull(error.Recommendation);
    }

    [Fact]
    public async Task Questions_have_the_answers_of_an_array_that_can_do_nothing()
    {
        Assert.Empty(await Passive.GetStorageNamesAsync(Server, Cancellation));
        Assert.Empty(await Passive.GetAccessGroupsAsync(Server, null, Cancellation));
        Assert.Empty(await Passive.GetQosListAsync(Server, Cancellation));
        Assert.Equal(0, await Passive.GetCloneLimitsAsync(Server, null, Cancellation));
        Assert.Equal(0, await Passive.GetSnapLimitsAsync(Server, null, Cancellation));
        Assert.False(await Passive.IsCloneableAsync(Server, Lun, Cancellation));
        Assert.False(await Passive.IsSplittableAsync(Server, Lun, Cancellation));
        Assert.False(await Passive.IsSnapableAsync(Server, null, Cancellation));
        Assert.False(await Passive.IsRestorableAsync(Server, Lun, Lun, Cancellation));
    }

    [Fact]
    public async Task Abilities_are_written_once_on_the_class()
    {
        Assert.Equal(
            new Capabilities { Resize = Ability.Online, ResizeIsSync = Ability.Yes, MaxAccessEntries = 7 },
            await Passive.GetCapabilitiesAsync(Server, Cancellation));
        Assert.Equal(new Capabilities(), await new UndeclaredPlugin().GetCapabilitiesAsync(Server, Cancellation));
    }

    [Fact]
    public void An_author_writes_five_methods_at_least()
    {
        var needed = typeof(StorageArrayPlugin).GetMethods().Where(method => method.IsAbstract).Select(method => method.Name);
        Assert.Equal(["GetInfoAsync", "GetInfoAsync", "GetStatusAsync", "ListAsync", "ValidateAsync"], needed.Order());
    }

    [Fact]
    public void A_plug_in_implements_what_it_overrides()
    {
        Assert.Equal(["getInfo", "getStatus", "list", "validate"], ImplementedBy(Passive));
        Assert.Equal(["getInfo", "getStatus", "list", "resize", "setQoS", "validate"], ImplementedBy(new DerivedPlugin()));
    }

    [Fact]
    public void A_plug_in_that_stands_in_for_another_says_itself_what_it_implements() =>
        Assert.Equal(["refresh"], ImplementedBy(new ProxyPlugin()));

    [Fact]
    public void Every_method_of_the_guide_can_be_asked_about()
    {
        var overridable = typeof(StorageArrayPlugin).GetMethods().Where(method => method.IsVirtual && method.Name.EndsWith("Async", StringComparison.Ordinal))
            .Select(method => method.Name).Distinct()

            // Not in the guide: shortcuts that the engine can do without.
            .Where(method => method is not (nameof(StorageArrayPlugin.FindAccessGroupsAsync) or nameof(StorageArrayPlugin.FindSnapshotsAsync)
                or nameof(StorageArrayPlugin.FindCopiesAsync)));
        Assert.Equal(overridable.Count(), GuideNames.Count);
        Assert.Equal(GuideNames.Order(), ImplementedBy(new Recording.RecordingPlugin())
            .Concat([GuideMethod.Discover, GuideMethod.Start, GuideMethod.Stop, GuideMethod.Refresh, GuideMethod.UpdateStorageElements]).Order());
        Assert.False(Passive.Implements("noSuchMethod"));
    }

    [Fact]
    public async Task A_plug_in_may_say_in_its_own_words_what_it_can_not_do()
    {
        var error = await Assert.ThrowsAsync<NoSuchOperationException>(() => new ProxyPlugin().CloneAsync(Server, Lun, null, null, Cancellation));
        Assert.Equal("This array can't clone elements.", error.Message);
    }

    private static List<string> GuideNames { get; } =
        [.. typeof(GuideMethod).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!)];

    private static IEnumerable<string> ImplementedBy(StorageArrayPlugin plugin) => GuideNames.Where(plugin.Implements).Order();

    [StorageArrayPlugin("Passive", "Example", "1.0.0-1", "Does nothing.", StorageType.SAN, Resize = Ability.Online, ResizeIsSync = Ability.Yes,
        MaxAccessEntries = 7)]
    private class PassivePlugin : StorageArrayPlugin
    {
        public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken) => Task.CompletedTask;

        public override Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken) => Task.FromResult(server);

        public override Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
            Task.FromResult(element);

        public override Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
            Task.FromResult("OK");

        public override async IAsyncEnumerable<StorageElement> ListAsync(StorageServer server, StorageElementFilter filter,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }
    }

    private sealed class UndeclaredPlugin : PassivePlugin;

    private class MiddlePlugin : PassivePlugin
    {
        public override Task<StorageElement> ResizeAsync(StorageServer server, StorageElement element, long newSizeBytes,
            CancellationToken cancellationToken) => Task.FromResult(element);
    }

    private sealed class DerivedPlugin : MiddlePlugin
    {
        public override Task SetQosAsync(StorageServer server, StorageElement element, string qos, CancellationToken cancellationToken) => Task.CompletedTask;

        /// <summary>Another method of the same name.</summary>
        public Task<string> OfflineAsync(string name) => Task.FromResult(name);

        /// <summary>Hides the contract's method and does not override it.</summary>
        public new Task<bool> CancelAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken) => Task.FromResult(true);
    }

    private sealed class ProxyPlugin : PassivePlugin
    {
        public override bool Implements(string method) => method == GuideMethod.Refresh;

        protected override NoSuchOperationException Unsupported(StorageServer server, string method) => new($"This array can't {GuideMethod.ToWords(method)}.");
    }
}
