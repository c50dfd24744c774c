using System.Globalization;
using StorageConnect.Plugins.Local;
using Xunit;

namespace StorageConnect.Tests.Local.Support;

/// <summary>A random but repeatable sequence of changes, each of which must succeed, and what a pool holds after any number of them.</summary>
internal sealed class History
{
    private const int Sector = 512;
    private static readonly string[] Names = ["a", "b", "c", "d", "e", "f"];

    private readonly Random _random;
    private readonly bool _copies;
    private readonly bool _splitsOffline;
    private readonly SortedDictionary<string, Item> _items = new(StringComparer.Ordinal);

    public History(int seed, PoolKind kind)
    {
        _random = new(seed);
        _copies = kind is PoolKind.Copy or PoolKind.Ext4;
        _splitsOffline = kind == PoolKind.Btrfs;
    }

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
        Write,
        Restore,
        Split,
    }

    /// <summary>Each element as a line: name, type, size, state and a hash of its bytes.</summary>
    public IReadOnlyList<string> State => [.. _items.Values.Select(item => Line(item.Name, item.Type, item.Data.Length, item.Online, item.Data))];

    /// <summary>Does the changes in a child process, and prints a line for each that is acknowledged.</summary>
    public static async Task RunAsync(LocalPlugin plugin, StorageServer server, string[] arguments, CancellationToken cancellationToken)
    {
        var history = new History(int.Parse(arguments[0], CultureInfo.InvariantCulture), Enum.Parse<PoolKind>(arguments[1]));
        for (var i = 0; i < int.Parse(arguments[2], CultureInfo.InvariantCulture); i++)
        {
            await history.NextAsync(plugin, server, cancellationToken);
            Console.Out.WriteLine(i);
            Console.Out.Flush();
        }
    }

    /// <summary>The states after 0 to <paramref name="count"/> changes.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> States(int seed, PoolKind kind, int count)
    {
        var history = new History(seed, kind);
        var states = new List<IReadOnlyList<string>> { history.State };
        for (var i = 0; i < count; i++)
        {
            history.Apply(history.Choose());
            states.Add(history.State);
        }

        return states;
    }

    /// <summary>The state of a pool, its files read.</summary>
    public static async Task<IReadOnlyList<string>> StateOfAsync(TestArray array)
    {
        var lines = new List<string>();
        foreach (var element in (await array.ListAsync()).Concat(await array.SnapsAsync()))
        {
            var path = element.Type == StorageElementType.Snapshot
                ? Path.Combine(array.Folder, "snapshots", element.Uuid, element.SourceUuids[0])
                : Path.Combine(array.Folder, element.State == StorageElementState.Online ? "volumes" : "offline", element.Uuid);
            lines.Add(Line(element.Name, element.Type, element.SizeBytes, element.State == StorageElementState.Online,
                await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken)));
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static string Line(string name, StorageElementType type, long size, bool online, byte[] data) =>
        $"{name} {type} {size} {online} {data.Length} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(data))[..16]}";

    private async Task NextAsync(LocalPlugin plugin, StorageServer server, CancellationToken cancellationToken)
    {
        var change = Choose();
        var all = new Dictionary<string, StorageElement>(StringComparer.Ordinal);
        await foreach (var element in plugin.ListAsync(server, new(), cancellationToken))
        {
            all[element.Name] = element;
        }

        foreach (var snapshot in await plugin.GetCurrentSnapsAsync(server, null, cancellationToken))
        {
            all[snapshot.Name] = snapshot;
        }

        var subject = all.GetValueOrDefault(change.Name);
        var other = new StorageElement { Name = change.Other ?? "", SizeBytes = change.Size };
        switch (change.Verb)
        {
            case Verb.Create:
                await plugin.CreateAsync(server, new() { Name = change.Name, SizeBytes = change.Size }, true, null, cancellationToken);
                break;
            case Verb.Remove:
                await plugin.RemoveAsync(server, subject!, cancellationToken);
                break;
            case Verb.Snap:
                await FinishAsync(plugin, server, await plugin.CreateSnapAsync(server, subject!, other, cancellationToken), cancellationToken);
                break;
            case Verb.RemoveSnap:
                await plugin.SnapRemoveAsync(server, subject!, cancellationToken);
                break;
            case Verb.Clone:
                await FinishAsync(plugin, server, await plugin.CloneAsync(server, subject!, other, null, cancellationToken), cancellationToken);
                break;
            case Verb.CloneFromSnap:
                await FinishAsync(plugin, server, await plugin.CloneFromSnapAsync(server, all[_items[change.Name].Source!], subject!, other, null,
                    cancellationToken), cancellationToken);
                break;
            case Verb.Resize:
                await plugin.ResizeAsync(server, subject!, change.Size, cancellationToken);
                break;
            case Verb.Offline:
                await plugin.OfflineAsync(server, subject!, cancellationToken);
                break;
            case Verb.Online:
                await plugin.OnlineAsync(server, subject!, cancellationToken);
                break;
            case Verb.Write:
                var path = (await plugin.UpdateStorageElementsAsync(server, [subject!], false, cancellationToken))[0].DevicePaths[0];
                await using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                {
                    // One sector: written whole or not at all.
                    file.Position = change.Size;
                    file.Write(Enumerable.Repeat(change.Value, Sector).ToArray());
                    file.Flush(flushToDisk: true);
                }

                break;
            case Verb.Restore:
                await plugin.SnapRestoreAsync(server, subject!, null, cancellationToken);
                break;
            default:
                await plugin.SplitCloneAsync(server, subject!, cancellationToken);
                break;
        }

        Apply(change);
    }

    private static async Task FinishAsync(LocalPlugin plugin, StorageServer server, StorageElement record, CancellationToken cancellationToken)
    {
        while (record.AsyncProgress is not null)
        {
            record = await plugin.GetAsyncProgressAsync(server, record, cancellationToken);
            await Task.Delay(1, cancellationToken);
        }
    }

    /// <summary>A change that can be made now.</summary>
    private Change Choose()
    {
        while (true)
        {
            var change = new Change(
                (Verb)_random.Next((int)Verb.Split + 1),
                Names[_random.Next(Names.Length)],
                Names[_random.Next(Names.Length)],
                _random.NextInt64(1, 64) * Sector,
                (byte)_random.Next(1, 256));
            if (change.Verb == Verb.Write && _items.TryGetValue(change.Name, out var item))
            {
                change = change with { Size = change.Size % item.Data.Length / Sector * Sector };
            }

            if (CanDo(change))
            {
                return change;
            }
        }
    }

    private bool CanDo(Change change)
    {
        if (!_items.TryGetValue(change.Name, out var item))
        {
            return change.Verb == Verb.Create;
        }

        var isSnapshot = item.Type == StorageElementType.Snapshot;
        var isFree = !_items.ContainsKey(change.Other!);
        return change.Verb switch
        {
            Verb.Create => false,
            Verb.RemoveSnap or Verb.Restore => isSnapshot,
            Verb.CloneFromSnap => isSnapshot && isFree,
            _ when isSnapshot => false,
            Verb.Snap or Verb.Clone => isFree && (!_copies || !item.Online),
            Verb.Remove => !_items.Values.Any(other => other.Source == item.Name),
            Verb.Offline or Verb.Write => item.Online,
            Verb.Online => !item.Online,
            Verb.Split => item.Type == StorageElementType.SnapClone && (!_splitsOffline || !item.Online),
            _ => true,
        };
    }

    private void Apply(Change change)
    {
        var item = _items.GetValueOrDefault(change.Name)!;
        switch (change.Verb)
        {
            case Verb.Create:
                _items[change.Name] = new(change.Name, StorageElementType.Lun, new byte[change.Size], true, null);
                break;
            case Verb.Remove or Verb.RemoveSnap:
                _items.Remove(change.Name);
                break;
            case Verb.Snap:
                _items[change.Other!] = new(change.Other!, StorageElementType.Snapshot, item.Data, false, change.Name);
                break;
            case Verb.Clone or Verb.CloneFromSnap:
                _items[change.Other!] = new(change.Other!, _copies ? StorageElementType.Lun : StorageElementType.SnapClone, item.Data, true, null);
                break;
            case Verb.Resize:
                var data = item.Data;
                Array.Resize(ref data, (int)change.Size);
                _items[change.Name] = item with { Data = data };
                break;
            case Verb.Offline or Verb.Online:
                _items[change.Name] = item with { Online = change.Verb == Verb.Online };
                break;
            case Verb.Write:
                var written = (byte[])item.Data.Clone();
                written.AsSpan((int)change.Size, Sector).Fill(change.Value);
                _items[change.Name] = item with { Data = written };
                break;
            case Verb.Restore:
                _items[item.Source!] = _items[item.Source!] with { Data = item.Data };
                break;
            default:
                _items[change.Name] = item with { Type = StorageElementType.Lun };
                break;
        }
    }

    private sealed record Change(Verb Verb, string Name, string? Other, long Size, byte Value);

    private sealed record Item(string Name, StorageElementType Type, byte[] Data, bool Online, string? Source);
}
