using CsCheck;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>Any sequence of changes does what a simple model in memory does, refusals included, also over restarts.</summary>
public sealed class ModelTests
{
    private static readonly string[] Names = ["a", "b", "c", "A"];

    private static readonly Gen<Action> AnyAction = Gen.Select(Gen.Enum<Verb>(), Gen.Int[0, Names.Length - 1], Gen.Int[0, Names.Length - 1],
        Gen.Long[512, 1 << 16])
        .Select((verb, name, other, size) => new Action(verb, Names[name], Names[other], size));

    private enum Verb
    {
        Create,
        Remove,
        Snap,
        RemoveSnap,
        Clone,
        CloneFromSnap,
        Resize,
        Present,
        StopPresenting,
        Offline,
        Online,
        Split,
        Restore,
        Reopen,
    }

    [Theory]
    [InlineData(PoolKind.Xfs)]
    [InlineData(PoolKind.Btrfs)]
    public async Task A_pool_behaves_as_its_model(PoolKind kind)
    {
        // Skips where there is no such file system, before the samples begin.
        Directory.Delete(LoopMounts.NewFolder(kind));
        await AnyAction.Array[1, 40].SampleAsync(
            async actions =>
            {
                var array = await TestArray.NewAsync(kind);
                try
                {
                    await array.CreateGroupAsync("g");
                    var model = new Model();
                    foreach (var action in actions)
                    {
                        if (action.Verb == Verb.Reopen)
                        {
                            array = await array.ReopenedAsync();
                            continue;
                        }

                        var expected = model.Apply(action, kind == PoolKind.Btrfs);
                        var actual = await ApplyAsync(array, action);
                        Assert.Equal((action, expected), (action, actual));
                        Assert.Equal(model.Elements.Values.Select(element => element.ToString()).Order(StringComparer.Ordinal), await StateAsync(array));
                    }

                    await array.AssertWholeAsync();
                }
                finally
                {
                    array.Dispose();
                }
            },
            iter: 60,
            threads: 1);
    }

    private static async Task<IEnumerable<string>> StateAsync(TestArray array) =>
        (await array.ListAsync()).Concat(await array.SnapsAsync())
            .Select(element => new Element(element.Name, element.Type, element.SizeBytes, element.State == StorageElementState.Online,
                element.AccessGroupNames.Count > 0, "").ToString())
            .Order(StringComparer.Ordinal);

    private static async Task<string?> ApplyAsync(TestArray array, Action action)
    {
        var token = TestContext.Current.CancellationToken;
        var all = (await array.ListAsync()).Concat(await array.SnapsAsync()).ToDictionary(element => element.Name);
        var element = all.GetValueOrDefault(action.Name) ?? new() { Name = action.Name, Uuid = new('0', 32) };
        var origin = element.Type == StorageElementType.Snapshot ? all.Values.FirstOrDefault(other => other.Uuid == element.SourceUuids[0]) : null;
        try
        {
            await (action.Verb switch
            {
                Verb.Create => array.CreateAsync(action.Name, action.Size),
                Verb.Remove => array.RemoveAsync(element),
                Verb.Snap => array.SnapAsync(element, action.Other),
                Verb.RemoveSnap => array.RemoveSnapAsync(element),
                Verb.Clone => array.CloneAsync(element, action.Other),
                Verb.CloneFromSnap => array.CloneFromSnapAsync(origin ?? element, element, action.Other),
                Verb.Resize => array.ResizeAsync(element, action.Size),
                Verb.Present => array.Plugin.StartPresentAsync(array.Server, element, ["g"], token),
                Verb.StopPresenting => array.Plugin.StopPresentAsync(array.Server, element, ["g"], token),
                Verb.Offline => array.OfflineAsync(element),
                Verb.Online => array.OnlineAsync(element),
                Verb.Split => array.Plugin.SplitCloneAsync(array.Server, element, token),
                _ => array.RestoreAsync(element, null),
            });
            return null;
        }
        catch (StorageConnectException e)
        {
            return e.ErrorId;
        }
    }

    private sealed record Action(Verb Verb, string Name, string Other, long Size);

    private sealed record Element(string Name, StorageElementType Type, long Size, bool Online, bool Presented, string Source)
    {
        public override string ToString() => $"{Name} {Type} {Size} {Online} {Presented}";
    }

    private sealed class Model
    {
        private readonly Dictionary<string, long> _snapshotSizes = [];

        public Dictionary<string, Element> Elements { get; } = [];

        public string? Apply(Action action, bool splitsOffline)
        {
            var element = Elements.GetValueOrDefault(action.Name);
            var isSnapshot = element?.Type == StorageElementType.Snapshot;
            var size = (action.Size + 511) / 512 * 512;
            switch (action.Verb)
            {
                case Verb.Create:
                    return Add(action.Name, new(action.Name, StorageElementType.Lun, size, true, false, ""));
                case Verb.RemoveSnap when element is null || !isSnapshot:
                case Verb.Restore when element is null || !isSnapshot:
                    return "SnapshotNotFound";
                case Verb.RemoveSnap:
                    Elements.Remove(action.Name);
                    return null;
                case Verb.Restore:
                    Elements[element!.Source] = Elements[element.Source] with { Size = _snapshotSizes[action.Name] };
                    return null;
                case var _ when element is null:
                    return "StorageElementNotFound";
                case Verb.CloneFromSnap when !isSnapshot:
                    return "SnapshotNotFound";
                case Verb.CloneFromSnap:
                    return Add(action.Other, new(action.Other, StorageElementType.SnapClone, _snapshotSizes[action.Name], true, false, ""));
                case var _ when isSnapshot:
                    return "StorageElementIsSnapshot";
                case Verb.Remove when element.Presented:
                    return "StorageElementPresented";
                case Verb.Remove when Elements.Values.Any(other => other.Source == action.Name):
                    return "StorageElementHasSnapshots";
                case Verb.Remove:
                    Elements.Remove(action.Name);
                    return null;
                case Verb.Snap:
                    var refused = Add(action.Other, new(action.Other, StorageElementType.Snapshot, element.Size, false, false, action.Name));
                    if (refused is null)
                    {
                        _snapshotSizes[action.Other] = element.Size;
                    }

                    return refused;
                case Verb.Clone:
                    return Add(action.Other, new(action.Other, StorageElementType.SnapClone, element.Size, true, false, ""));
                case Verb.Split when element.Type != StorageElementType.SnapClone:
                    return "NoSuchOperation";
                case Verb.Split when element.Type == StorageElementType.SnapClone && splitsOffline && element.Online:
                    return "StorageElementOnline";
                default:
                    Elements[action.Name] = action.Verb switch
                    {
                        Verb.Resize => element with { Size = size },
                        Verb.Present => element with { Presented = true },
                        Verb.StopPresenting => element with { Presented = false },
                        Verb.Offline => element with { Online = false },
                        Verb.Online => element with { Online = true },
                        _ => element with { Type = StorageElementType.Lun },
                    };
                    return null;
            }
        }

        private string? Add(string name, Element element) => Elements.TryAdd(name, element) ? null : "StorageElementExists";
    }
}
