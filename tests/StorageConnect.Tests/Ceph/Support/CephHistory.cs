using System.Globalization;
using Xunit;

namespace StorageConnect.Tests.Ceph.Support;

/// <summary>
/// A random but repeatable sequence of changes to elements, snapshots, groups and presentations of one process, each of which must succeed, and what
/// the pool holds after any number of them. A size stands for the data: it is different each time, and a restore brings the old one back.
/// </summary>
internal sealed class CephHistory(int seed, string prefix)
{
    private const long Unit = 64 << 10;
    private readonly Random _random = new(seed);
    private readonly SortedDictionary<string, Item> _items = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedSet<string>> _groups = new(StringComparer.Ordinal);

    private enum Verb
    {
        Create,
        Remove,
        Snap,
        RemoveSnap,
        Clone,
        CloneFromSnap,
        Resize,
        Offline,
        Online,
        Restore,
        MultiSnap,
        CreateGroup,
        RemoveGroup,
        AddEntry,
        RemoveEntry,
        Grant,
        Revoke,
    }

    /// <summary>Each element, snapshot and group as a line.</summary>
    public IReadOnlyList<string> State =>
    [
        .. _items.Values.Select(item => Line(item.Name, item.Type, item.Size, item.Type != StorageElementType.Snapshot && item.Online, item.Groups))
            .Concat(_groups.Select(group => Line(group.Key, group.Value))).Order(StringComparer.Ordinal),
    ];

    /// <summary>Does changes in a child process. Prints how many there were before when it begins, and again after each that is acknowledged.</summary>
    /// <param name="plugin">The plug-in.</param>
    /// <param name="server">The pool.</param>
    /// <param name="elements">The elements and snapshots that are there.</param>
    /// <param name="arguments">The seed, the prefix, how many changes there are to be, and how many were done before.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(StorageArrayPlugin plugin, StorageServer server, IEnumerable<StorageElement> elements, string[] arguments,
        CancellationToken cancellationToken)
    {
        var (end, begin) = (int.Parse(arguments[2], CultureInfo.InvariantCulture), int.Parse(arguments[3], CultureInfo.InvariantCulture));
        var history = new CephHistory(int.Parse(arguments[0], CultureInfo.InvariantCulture), arguments[1]);
        for (var i = 0; i < begin; i++)
        {
            history.Apply(history.Choose());
        }

        var known = elements.ToDictionary(element => element.Name, StringComparer.Ordinal);
        Report(begin);
        for (var done = begin; done < end;)
        {
            var change = history.Choose();
            try
            {
                if (await history.DoAsync(change, known, plugin, server, cancellationToken) is { } made)
                {
                    known[made.Name] = made;
                }
            }
            catch (StorageConnectException e)
            {
                throw new InvalidOperationException($"{change}: {e.ErrorId}: {e.Message}", e);
            }

            history.Apply(change);
            Report(++done);
        }

        static void Report(int done)
        {
            Console.Out.WriteLine(done);
            Console.Out.Flush();
        }
    }

    /// <summary>The states after 0 to <paramref name="count"/> changes.</summary>
    public static List<IReadOnlyList<string>> States(int seed, string prefix, int count)
    {
        var history = new CephHistory(seed, prefix);
        var states = new List<IReadOnlyList<string>> { history.State };
        for (var i = 0; i < count; i++)
        {
            history.Apply(history.Choose());
            states.Add(history.State);
        }

        return states;
    }

    /// <summary>What the pool holds: of each process what begins with its prefix.</summary>
    public static async Task<IReadOnlyList<string>> StateOfAsync(CephArray array)
    {
        var elements = (await array.ListAsync()).Concat(await array.Plugin.GetCurrentSnapsAsync(array.Server, null, TestContext.Current.CancellationToken));
        var groups = await array.Plugin.GetAccessGroupsAsync(array.Server, null, TestContext.Current.CancellationToken);
        return
        [
            .. elements
                .Select(element => Line(element.Name, element.Type, element.SizeBytes, element.State == StorageElementState.Online, element.AccessGroupNames))
                .Concat(groups.Select(group => Line(group.Name, group.Entries))).Order(StringComparer.Ordinal),
        ];
    }

    private static string Line(string name, StorageElementType type, long size, bool online, IEnumerable<string> groups) =>
        FormattableString.Invariant($"{name} {type} {size} {(online ? "online" : "offline")} [{string.Join(' ', groups)}]");

    private static string Line(string name, IEnumerable<string> entries) => $"{name}: {string.Join(' ', entries)}";

    /// <returns>The element or snapshot that it made; null where it made none.</returns>
    private async Task<StorageElement?> DoAsync(Change change, Dictionary<string, StorageElement> known, StorageArrayPlugin plugin, StorageServer server,
        CancellationToken cancellationToken)
    {
        var subject = known.GetValueOrDefault(change.Name)!;
        var other = new StorageElement { Name = change.Other, SizeBytes = change.Size };
        switch (change.Verb)
        {
            case Verb.Create:
                return await plugin.CreateAsync(server, new() { Name = change.Name, SizeBytes = change.Size }, true, null, cancellationToken);
            case Verb.Snap:
                return await plugin.CreateSnapAsync(server, subject, other, cancellationToken);
            case Verb.MultiSnap:
                return await plugin.CreateMultiSnapAsync(server, [subject, known[change.Second]], other, cancellationToken);
            case Verb.Clone:
                return await plugin.CloneAsync(server, subject, other, null, cancellationToken);
            case Verb.CloneFromSnap:
                return await plugin.CloneFromSnapAsync(server, known[_items[change.Name].Sources[0]], subject, other, null, cancellationToken);
        }

        await (change.Verb switch
        {
            Verb.Remove => plugin.RemoveAsync(server, subject, cancellationToken),
            Verb.RemoveSnap => plugin.SnapRemoveAsync(server, subject, cancellationToken),
            Verb.Resize => plugin.ResizeAsync(server, subject, change.Size, cancellationToken),
            Verb.Offline => plugin.OfflineAsync(server, subject, cancellationToken),
            Verb.Online => plugin.OnlineAsync(server, subject, cancellationToken),
            Verb.Restore => plugin.SnapRestoreAsync(server, subject, null, cancellationToken),
            Verb.CreateGroup => plugin.CreateAccessGroupsAsync(server, [new() { Name = change.Name, Entries = [Entry(0), Entry(1)] }], cancellationToken),
            Verb.RemoveGroup => plugin.RemoveAccessGroupsAsync(server, [new() { Name = change.Name }], cancellationToken),
            Verb.AddEntry => plugin.AddToAccessGroupAsync(server, change.Name, [Entry(2)], cancellationToken),
            Verb.RemoveEntry => plugin.RemoveFromAccessGroupAsync(server, change.Name, [Entry(2)], cancellationToken),
            Verb.Grant => plugin.StartPresentAsync(server, subject, [change.Other], cancellationToken),
            _ => plugin.StopPresentAsync(server, subject, [change.Other], cancellationToken),
        });
        return null;
    }

    private string Entry(int number) => FormattableString.Invariant($"iqn.2001-04.com.example:{prefix}{number}");

    /// <summary>A change that can be made now.</summary>
    private Change Choose()
    {
        while (true)
        {
            var change = new Change((Verb)_random.Next((int)Verb.Revoke + 1), Name(), Name(), Name(), _random.NextInt64(1, 64) * Unit);
            change = change.Verb switch
            {
                Verb.CreateGroup or Verb.RemoveGroup or Verb.AddEntry or Verb.RemoveEntry => change with { Name = Group() },
                Verb.Grant or Verb.Revoke => change with { Other = Group() },
                _ => change,
            };
            if (CanDo(change))
            {
                return change;
            }
        }

        string Name() => FormattableString.Invariant($"{prefix}{_random.Next(6)}");
        string Group() => FormattableString.Invariant($"{prefix}g{_random.Next(2)}");
    }

    private bool CanDo(Change change)
    {
        if (change.Verb is Verb.CreateGroup or Verb.RemoveGroup or Verb.AddEntry or Verb.RemoveEntry)
        {
            var entries = _groups.GetValueOrDefault(change.Name);
            return change.Verb switch
            {
                Verb.CreateGroup => entries is null,
                Verb.RemoveGroup => entries is not null && !_items.Values.Any(item => item.Groups.Contains(change.Name)),
                Verb.AddEntry => entries is not null && !entries.Contains(Entry(2)),
                _ => entries?.Contains(Entry(2)) == true,
            };
        }

        if (!_items.TryGetValue(change.Name, out var item))
        {
            return change.Verb == Verb.Create;
        }

        var isSnapshot = item.Type == StorageElementType.Snapshot;
        var isFree = !_items.ContainsKey(change.Other);
        return change.Verb switch
        {
            Verb.Create => false,
            Verb.RemoveSnap => isSnapshot,
            Verb.Restore => isSnapshot,
            Verb.CloneFromSnap => isSnapshot && isFree && item.Sources.Length == 1,
            _ when isSnapshot => false,
            Verb.Snap or Verb.Clone => isFree,
            Verb.MultiSnap => isFree && change.Second != change.Name && _items.TryGetValue(change.Second, out var second)
                && second.Type != StorageElementType.Snapshot,
            Verb.Remove => item.Groups.Count == 0 && !_items.Values.Any(other => other.Sources.Contains(item.Name) || other.Parent == item.Name),
            Verb.Offline => item.Online,
            Verb.Online => !item.Online,
            Verb.Grant => _groups.ContainsKey(change.Other) && !item.Groups.Contains(change.Other),
            Verb.Revoke => item.Groups.Contains(change.Other),
            Verb.Resize => change.Size != item.Size,
            _ => true,
        };
    }

    private void Apply(Change change)
    {
        var item = _items.GetValueOrDefault(change.Name)!;
        switch (change.Verb)
        {
            case Verb.Create:
                _items[change.Name] = new(change.Name, StorageElementType.Lun, change.Size);
                break;
            case Verb.Remove or Verb.RemoveSnap:
                _items.Remove(change.Name);
                break;
            case Verb.Snap:
                _items[change.Other] = new(change.Other, StorageElementType.Snapshot, item.Size) { Sources = [item.Name], Sizes = [item.Size] };
                break;
            case Verb.MultiSnap:
                var second = _items[change.Second];
                _items[change.Other] = new(change.Other, StorageElementType.Snapshot, item.Size + second.Size)
                {
                    Sources = [item.Name, second.Name],
                    Sizes = [item.Size, second.Size],
                };
                break;
            case Verb.Clone:
                _items[change.Other] = new(change.Other, StorageElementType.SnapClone, item.Size) { Parent = item.Name };
                break;
            case Verb.CloneFromSnap:
                _items[change.Other] = new(change.Other, StorageElementType.SnapClone, item.Size) { Parent = item.Sources[0] };
                break;
            case Verb.Resize:
                _items[change.Name] = item with { Size = change.Size };
                break;
            case Verb.Offline or Verb.Online:
                _items[change.Name] = item with { Online = change.Verb == Verb.Online };
                break;
            case Verb.Restore:
                foreach (var (name, size) in item.Sources.Zip(item.Sizes))
                {
                    _items[name] = _items[name] with { Size = size };
                }

                break;
            case Verb.CreateGroup:
                _groups[change.Name] = new(StringComparer.Ordinal) { Entry(0), Entry(1) };
                break;
            case Verb.RemoveGroup:
                _groups.Remove(change.Name);
                break;
            case Verb.AddEntry:
                _groups[change.Name].Add(Entry(2));
                break;
            case Verb.RemoveEntry:
                _groups[change.Name].Remove(Entry(2));
                break;
            default:
                var groups = item.Groups.Where(group => group != change.Other);
                _items[change.Name] = item with
                {
                    Groups = [.. (change.Verb == Verb.Grant ? groups.Append(change.Other) : groups).Order(StringComparer.Ordinal)],
                };
                break;
        }
    }

    private sealed record Change(Verb Verb, string Name, string Other, string Second, long Size);

    private sealed record Item(string Name, StorageElementType Type, long Size)
    {
        public bool Online { get; init; } = true;

        public string[] Sources { get; init; } = [];

        /// <summary>Of a snapshot: the sizes of its sources then.</summary>
        public long[] Sizes { get; init; } = [];

        /// <summary>Of a clone: whose blocks it shares.</summary>
        public string? Parent { get; init; }

        public List<string> Groups { get; init; } = [];
    }
}
