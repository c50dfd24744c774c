using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace StorageConnect.Conformance;

/// <summary>Lets something go wrong between the engine and a plug-in, the same way in each run.</summary>
internal sealed class FaultyPlugin(StorageArrayPlugin inner, PluginFault fault) : PluginDecorator(inner)
{
    private const int Every = 3;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(50);
    private static readonly HashSet<string> Changes =
    [
        GuideMethod.CreateAccessGroups, GuideMethod.RemoveAccessGroups, GuideMethod.RenameAccessGroup, GuideMethod.AddToAccessGroup,
        GuideMethod.RemoveFromAccessGroup, GuideMethod.Online, GuideMethod.Offline, GuideMethod.Create, GuideMethod.StartPresent,
        GuideMethod.StopPresent, GuideMethod.Resize, GuideMethod.Remove, GuideMethod.Clone, GuideMethod.SplitClone, GuideMethod.CloneFromSnap,
        GuideMethod.CreateSnap, GuideMethod.CreateMultiSnap, GuideMethod.SnapRestore, GuideMethod.SnapRemove, GuideMethod.SetQos,
    ];

    private readonly ConcurrentDictionary<string, int> _calls = new();

    public override async Task<Capabilities> GetCapabilitiesAsync(StorageServer server, CancellationToken cancellationToken)
    {
        var truth = await base.GetCapabilitiesAsync(server, cancellationToken);
        return fault != PluginFault.LyingAbility ? truth : new(truth)
        {
            Snapshot = Ability.Online,
            SnapIsSync = Ability.Yes,
            Clone = Ability.Online,
            CloneIsSync = Ability.Yes,
            Resize = Ability.Online,
            ResizeIsSync = Ability.Yes,
            SplitClone = Ability.Online,
            SplitCloneIsSync = Ability.Yes,
            SplitCloneWhileOpen = Ability.Yes,
            SnapClone = Ability.Online,
            SnapCloneIsSync = Ability.Yes,
            AccessControl = Ability.Yes,
        };
    }

    public override Task<IReadOnlyList<AccessGroup>> CreateAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) =>
        base.CreateAccessGroupsAsync(server, Some(groups), cancellationToken);

    public override Task<IReadOnlyList<AccessGroup>> RemoveAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken) =>
        base.RemoveAccessGroupsAsync(server, Some(groups), cancellationToken);

    public override async IAsyncEnumerable<StorageElement> ListAsync(
        StorageServer server,
        StorageElementFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isTurn = IsTurn(GuideMethod.List);
        await BeforeAsync(GuideMethod.List, isTurn, cancellationToken);
        var all = await Inner.ListAsync(server, filter, cancellationToken).ToListAsync(cancellationToken);
        foreach (var element in Some<StorageElement>(all))
        {
            yield return element;
        }

        After(GuideMethod.List, isTurn);
    }

    protected override async Task<T> CallAsync<T>(string method, StorageServer server, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        var isTurn = IsTurn(method);
        await BeforeAsync(method, isTurn, cancellationToken);
        var answer = await call();
        if (fault == PluginFault.Duplicate && Changes.Contains(method))
        {
            answer = await call();
        }

        After(method, isTurn);
        return fault == PluginFault.Partial ? Cut(answer) : answer;
    }

    private static T Cut<T>(T answer) => answer switch
    {
        IReadOnlyList<StorageElement> elements => (T)Half(elements),
        IReadOnlyList<AccessGroup> groups => (T)Half(groups),
        IReadOnlyList<QosValue> values => (T)Half(values),
        IReadOnlyList<string> texts => (T)Half(texts),
        _ => answer,
    };

    private static IReadOnlyList<T> Half<T>(IReadOnlyList<T> all) => [.. all.Take(all.Count / 2)];

    private IReadOnlyList<T> Some<T>(IReadOnlyList<T> all) => fault == PluginFault.Partial ? Half(all) : all;

    // validate is spared: a server that can't be opened shows nothing else.
    private bool IsTurn(string method) => method != GuideMethod.Validate && _calls.AddOrUpdate(method, 1, static (_, count) => count + 1) % Every == 0;

    private async Task BeforeAsync(string method, bool isTurn, CancellationToken cancellationToken)
    {
        if (fault == PluginFault.Latency)
        {
            await Task.Delay(Delay, cancellationToken);
        }
        else if (fault == PluginFault.Throw && isTurn)
        {
            throw new InvalidOperationException($"An injected fault: {method} fails in a way that the contract does not know.");
        }
    }

    private void After(string method, bool isTurn)
    {
        if (fault == PluginFault.Drop && isTurn)
        {
            throw new ArrayUnreachableException($"An injected fault: the answer of {method} was lost on the way.") { Retryable = true };
        }
    }
}
