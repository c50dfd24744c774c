using System.Globalization;
using StorageConnect.Plugins.Cinder;
using StorageConnect.Plugins.Cinder.Configuration;
using StorageConnect.Plugins.Cinder.Http;

namespace StorageConnect.Tests.Cinder.Support;

/// <summary>A project of a cloud, as a child process needs it.</summary>
/// <param name="Url">The block storage service.</param>
/// <param name="ServerUuid">The registered server: processes with the same one share its register.</param>
/// <param name="ExtraInfo">Project and options.</param>
/// <param name="StateFolder">The folder of the register.</param>
internal sealed record CloudServer(string Url, string ServerUuid, string ExtraInfo, string StateFolder);

/// <summary>
/// A random but repeatable sequence of changes to volumes, snapshots, groups and presentations of one process, each of which must succeed, and what the
/// project holds after any number of them. Volumes with an even number are exported by iSCSI and presented; the others are on the back-end without data.
/// </summary>
internal sealed class CinderHistory(int seed, string prefix)
{
    private const int Volumes = 4;
    private const int Snapshots = 4;
    private const long LargestSize = 3;
    private readonly Random _random = new(seed);
    private readonly SortedDictionary<string, Item> _items = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedSet<string>> _groups = new(StringComparer.Ordinal);
    private int _clock;

    private enum Verb
    {
        Create,
        Remove,
        Snap,
        RemoveSnap,
        Clone,
        CloneFromSnap,
        Resize,
        Restore,
        CreateGroup,
        RemoveGroup,
        AddEntry,
        RemoveEntry,
        Grant,
        Revoke,
    }

    /// <summary>Each volume, snapshot and group as a line.</summary>
    public IReadOnlyList<string> State =>
    [
        .. _items.Values.Select(item => Line(item.Name, item.IsSnapshot, item.Size, item.Groups))
            .Concat(_groups.Select(group => Line(group.Key, group.Value))).Order(StringComparer.Ordinal),
    ];

    /// <summary>Does the changes in a child process, and prints a line for each that is acknowledged.</summary>
    public static async Task RunAsync(CloudServer cloud, string[] arguments, CancellationToken cancellationToken)
    {
        var history = new CinderHistory(int.Parse(arguments[0], CultureInfo.InvariantCulture), arguments[1]);
        using var plugin = NewPlugin(cloud, new UserspaceHost(Entry(arguments[1], 0)));
        var server = ServerOf(cloud);
        await plugin.ValidateAsync(server, cancellationToken);
        for (var i = 0; i < int.Parse(arguments[2], CultureInfo.InvariantCulture); i++)
        {
            var change = history.Choose();
            try
            {
                await history.DoAsync(change, plugin, server, cancellationToken);
            }
            catch (StorageConnectException e)
            {
                throw new InvalidOperationException($"{change}: {e.ErrorId}: {e.Message}", e);
            }

            history.Apply(change);
            Console.Out.WriteLine(i + 1);
            Console.Out.Flush();
        }
    }

    public static CinderPlugin NewPlugin(CloudServer cloud, IHostServices host) => new()
    {
        Services = new(new PluginCache(), host) { StateFolder = cloud.StateFolder },
        Connect = static (CinderAddress address) => new ServiceConnection(address.Thumbprint),
    };

    public static StorageServer ServerOf(CloudServer cloud) => new()
    {
        Uuid = cloud.ServerUuid,
        Name = "cloud",
        StorageType = StorageType.iSCSI,
        AdminHost = cloud.Url,
        ExtraInfo = cloud.ExtraInfo,
    };

    /// <summary>The states after 0 to <paramref name="count"/> changes.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> States(int seed, string prefix, int count)
    {
        var history = new CinderHistory(seed, prefix);
        var states = new List<IReadOnlyList<string>> { history.State };
        for (var i = 0; i < count; i++)
        {
            history.Apply(history.Choose());
            states.Add(history.State);
        }

        return states;
    }

    /// <summary>What is there of one process.</summary>
    public static IReadOnlyList<string> StateOf(IEnumerable<StorageElement> elements, IEnumerable<AccessGroup> groups, string prefix) =>
    [
        .. elements.Where(element => element.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(element => Line(element.Name, element.Type == StorageElementType.Snapshot, element.SizeBytes / CinderProject.GiB,
                element.AccessGroupNames))
            .Concat(groups.Where(group => group.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(group => Line(group.Name, group.Entries)))
            .Order(StringComparer.Ordinal),
    ];

    private static string Line(string name, bool isSnapshot, long size, IEnumerable<string> groups) =>
        FormattableString.Invariant($"{name} {(isSnapshot ? "snapshot" : "volume")} {size} [{string.Join(' ', groups.Order(StringComparer.Ordinal))}]");

    private static string Line(string name, IEnumerable<string> entries) => $"{name}: {string.Join(' ', entries.Order(StringComparer.Ordinal))}";

    private static string Entry(string prefix, int number) => FormattableString.Invariant($"iqn.2001-04.com.example:{prefix}{number}");

    private static bool IsExported(string name) => name[^1] % 2 == 0;

    private async Task DoAsync(Change change, CinderPlugin plugin, StorageServer server, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, StorageElement>(StringComparer.Ordinal);
        await foreach (var element in plugin.ListAsync(server, new(), cancellationToken))
        {
            all[element.Name] = element;
        }

        foreach (var snapshot in await plugin.GetCurrentSnapsAsync(server, null, cancellationToken))
        {
            all[snapshot.Name] = snapshot;
        }

        var subject = all.GetValueOrDefault(change.Name)!;
        var other = new StorageElement { Name = change.Other };
        Task<StorageElement> FinishAsync(Task<StorageElement> begun) => AwaitAsync(plugin, server, begun, cancellationToken);
        await (change.Verb switch
        {
            Verb.Create => FinishAsync(plugin.CreateAsync(
                server,
                new() { Name = change.Name, SizeBytes = CinderProject.GiB, VolumeGroupName = IsExported(change.Name) ? "stable" : "fake" },
                true, null, cancellationToken)),
            Verb.Remove => plugin.RemoveAsync(server, subject, cancellationToken),
            Verb.Snap => FinishAsync(plugin.CreateSnapAsync(server, subject, other, cancellationToken)),
            Verb.RemoveSnap => plugin.SnapRemoveAsync(server, subject, cancellationToken),
            Verb.Clone => FinishAsync(plugin.CloneAsync(server, subject, other, null, cancellationToken)),
            Verb.CloneFromSnap => FinishAsync(plugin.CloneFromSnapAsync(server, all[_items[change.Name].Source!], subject, other, null, cancellationToken)),
            Verb.Resize => FinishAsync(plugin.ResizeAsync(server, subject, (_items[change.Name].Size + 1) * CinderProject.GiB, cancellationToken)),
            Verb.Restore => plugin.SnapRestoreAsync(server, subject, null, cancellationToken),
            Verb.CreateGroup => plugin.CreateAccessGroupsAsync(server, [new() { Name = change.Name, Entries = [EntryOf(change.Name)] }], cancellationToken),
            Verb.RemoveGroup => plugin.RemoveAccessGroupsAsync(server, [new() { Name = change.Name }], cancellationToken),
            Verb.AddEntry => plugin.AddToAccessGroupAsync(server, change.Name, [Entry(prefix, 2)], cancellationToken),
            Verb.RemoveEntry => plugin.RemoveFromAccessGroupAsync(server, change.Name, [Entry(prefix, 2)], cancellationToken),
            Verb.Grant => plugin.StartPresentAsync(server, subject, [change.Other], cancellationToken),
            _ => plugin.StopPresentAsync(server, subject, [change.Other], cancellationToken),
        });
    }

    private static async Task<StorageElement> AwaitAsync(CinderPlugin plugin, StorageServer server, Task<StorageElement> begun,
        CancellationToken cancellationToken)
    {
        var record = await begun;
        var backoff = new Backoff(CloudProcess.LongestWork);
        while (record.AsyncProgress is not null && await backoff.WaitAsync(cancellationToken))
        {
            record = await plugin.GetAsyncProgressAsync(server, record, cancellationToken);
        }

        return record.AsyncProgress is null ? record : throw new InvalidOperationException($"{record.Name} does not end.");
    }

    private string EntryOf(string group) => Entry(prefix, group[^1] - '0');

    /// <summary>A change that can be made now.</summary>
    private Change Choose()
    {
        while (true)
        {
            var verb = (Verb)_random.Next((int)Verb.Revoke + 1);
            var (volume, snapshot, group) = (Name("", Volumes), Name("s", Snapshots), Name("g", 2));
            var change = verb switch
            {
                Verb.CreateGroup or Verb.RemoveGroup or Verb.AddEntry or Verb.RemoveEntry => new Change(verb, group, ""),
                Verb.Grant or Verb.Revoke => new(verb, volume, group),
                Verb.Snap => new(verb, volume, snapshot),
                Verb.Clone => new(verb, Name("", Volumes), volume),
                Verb.CloneFromSnap => new(verb, snapshot, volume),
                Verb.RemoveSnap or Verb.Restore => new(verb, snapshot, ""),
                _ => new(verb, volume, ""),
            };
            if (CanDo(change))
            {
                return change;
            }
        }

        string Name(string kind, int count) => FormattableString.Invariant($"{prefix}{kind}{_random.Next(count)}");
    }

    private bool CanDo(Change change)
    {
        var (item, group) = (_items.GetValueOrDefault(change.Name), _groups.GetValueOrDefault(change.Name));
        var isFree = !_items.ContainsKey(change.Other);
        return change.Verb switch
        {
            Verb.Create => item is null,
            Verb.CreateGroup => group is null,
            Verb.RemoveGroup => group is not null && !_items.Values.Any(one => one.Groups.Contains(change.Name)),
            Verb.AddEntry => group is not null && !group.Contains(Entry(prefix, 2)),
            Verb.RemoveEntry => group?.Contains(Entry(prefix, 2)) == true,
            _ when item is null => false,
            Verb.Remove => item.Groups.Count == 0 && !HasDependants(item),
            Verb.Snap => isFree,
            Verb.RemoveSnap => !HasDependants(item),
            Verb.Clone => isFree && IsExported(change.Name) == IsExported(change.Other),
            Verb.CloneFromSnap => isFree && IsExported(item.Source!) == IsExported(change.Other),
            Verb.Resize => item.Groups.Count == 0 && item.Size < LargestSize,
            Verb.Restore => _items[item.Source!] is { Groups.Count: 0 } source && source.Size == item.Size
                && !_items.Values.Any(one => one.IsSnapshot && one.Source == item.Source && one.Since > item.Since),
            Verb.Grant => IsExported(change.Name) && _groups.ContainsKey(change.Other) && !item.Groups.Contains(change.Other),
            _ => item.Groups.Contains(change.Other),
        };
    }

    private bool HasDependants(Item item) => _items.Values.Any(one => one.Source == item.Name);

    private void Apply(Change change)
    {
        var item = _items.GetValueOrDefault(change.Name)!;
        switch (change.Verb)
        {
            case Verb.Create:
                _items[change.Name] = new(change.Name, IsSnapshot: false, 1);
                break;
            case Verb.Remove or Verb.RemoveSnap:
                _items.Remove(change.Name);
                break;
            case Verb.Snap:
                _items[change.Other] = new(change.Other, IsSnapshot: true, item.Size) { Source = item.Name, Since = _clock++ };
                break;
            case Verb.Clone or Verb.CloneFromSnap:
                _items[change.Other] = new(change.Other, IsSnapshot: false, item.Size) { Source = item.Name };
                break;
            case Verb.Resize:
                _items[change.Name] = item with { Size = item.Size + 1 };
                break;
            case Verb.Restore:
                break;
            case Verb.CreateGroup:
                _groups[change.Name] = new(StringComparer.Ordinal) { EntryOf(change.Name) };
                break;
            case Verb.RemoveGroup:
                _groups.Remove(change.Name);
                break;
            case Verb.AddEntry:
                _groups[change.Name].Add(Entry(prefix, 2));
                break;
            case Verb.RemoveEntry:
                _groups[change.Name].Remove(Entry(prefix, 2));
                break;
            default:
                var groups = item.Groups.Where(group => group != change.Other);
                _items[change.Name] = item with { Groups = [.. change.Verb == Verb.Grant ? groups.Append(change.Other) : groups] };
                break;
        }
    }

    private sealed record Change(Verb Verb, string Name, string Other);

    private sealed record Item(string Name, bool IsSnapshot, long Size)
    {
        /// <summary>Of a snapshot: its volume; of a clone: what it was made of.</summary>
        public string? Source { get; init; }

        /// <summary>Of a snapshot: how many were taken before it.</summary>
        public int Since { get; init; }

        public List<string> Groups { get; init; } = [];
    }
}
