using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Creating, naming, resizing, removing.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Elements =>
    [
        new("CREATE-1", "gives identities with dashes", a => a.Tell("create", made => made with { Uuid = Guid.Parse(made.Uuid).ToString("d") })),
        new("CREATE-2", "gives no page 0x83 id", a => a.Tell("create", made => made with { Page83Id = "" })),
        new("CREATE-3", "gives names of its own", a => a.Rename(name => name + "_0001")),
        new("CREATE-4", "rounds sizes down", a => a.ResizeAtCreation(size => size / 1_000_000 * 1_000_000 + 1)),
        new("CREATE-5", "tells no quality of service", a => a.Tell("create", made => made with { Qos = null })),
        new("CREATE-6", "makes clones of nothing", a => a.Spoil("create", made => made with { Type = StorageElementType.SnapClone })),
        new("CREATE-7", "forgets what it made", a => a.Lie<IEnumerable<StorageElement>>("list", _ => [])),
        new("CREATE-8", "answers what was wanted, not what was made", a => a.Tell("create", made => made with { SizeBytes = made.SizeBytes + 1 })),
        new("CREATE-9", "presents what is new to everybody", a => a.Spoil("create", made => made with { AccessGroupNames = ["all"] })),
        new("CREATE-10", "replaces what has the name", a => a.Instead<StorageElement>("create", (call, normally, _) =>
        {
            foreach (var old in a.Contents.Elements.Where(old => old.Name == call.Argument<StorageElement>(0).Name).ToList())
            {
                a.Contents.Remove(old);
            }

            return Task.FromResult(normally());
        })),
        new("CREATE-11", "resizes what has the name", a => a.Instead<StorageElement>("create", (call, normally, _) =>
            Task.FromResult(a.Contents.Elements.FirstOrDefault(old => old.Name == call.Argument<StorageElement>(0).Name) is { } old
                ? a.Contents.Change(old, element => element with { SizeBytes = call.Argument<StorageElement>(0).SizeBytes })
                : normally()))),
        new("CREATE-12", "gives everything the same page 0x83 id", a => a.Spoil("create", made => made with { Page83Id = "3" + new string('a', 32) })),
        new("CREATE-13", "derives the page 0x83 id from the name",
            a => a.Spoil("create",
                made => made with { Page83Id = "3" + Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(made.Name.PadRight(16)))[^32..] })),
        new("CREATE-14", "is always thin", a => a.Spoil("create", made => made with { ThinProvisioned = true })),
        new("CREATE-15", "takes any volume group for its own", a => a.Instead<StorageElement>("create", (call, _, _) =>
            Task.FromResult(a.Contents.Create(call.Argument<StorageElement>(0) with { VolumeGroupName = null }, call.Argument<bool>(1),
                (string?)call.Arguments[2])))),
        new("CREATE-16", "makes it in another volume group", a => a.Spoil("create", made => made with { VolumeGroupName = "other" })),
        new("CREATE-17", "changes the others while creating",
            a => a.HarmOthers<StorageElement>("create", element => element with { SizeBytes = element.SizeBytes + 1 })),
        new("SIZE-1", "rounds to blocks, down", a => a.ResizeAtCreation(size => size / 512 * 512)),
        new("SIZE-2", "rounds to blocks of 4096, down", a => a.ResizeAtCreation(size => size / 4096 * 4096)),
        new("SIZE-3", "makes an element of no size", a => a.Tell("create", made => made with { SizeBytes = made.SizeBytes / 512 * 512 })),
        new("SIZE-4", "makes 8 EiB of nothing", a => a.ResizeAtCreation(size => Math.Min(size, 1 << 20))),
        new("SIZE-5", "promises more than there is", a => a.ResizeAtCreation(size => Math.Min(size, 1L << 20))),
        new("SIZE-6", "grows to any size", a => a.Instead<StorageElement>("resize", (call, _, _) =>
            Task.FromResult(a.Contents.Change(call.Argument<StorageElement>(0), element => element with { SizeBytes = call.Argument<long>(1) })))),
        new("SIZE-7", "ignores a byte more",
            a => a.Instead<StorageElement>("resize",
                (call, _, _) => Task.FromResult(a.Contents.Resize(call.Argument<StorageElement>(0), call.Argument<long>(1) / 512 * 512)))),
        new("SIZE-8", "has less than it tells", a => a.Lie<StorageElement>("create", made =>
        {
            a.Contents.Data!.Resize(made.Uuid, made.SizeBytes - 1);
            return made;
        })),
        new("NAME-1", "cuts long names", a => a.Rename(name => name[..Math.Min(name.Length, 63)])),
        new("NAME-2", "compares the beginning of names", a => a.Rename(name => name[..Math.Min(name.Length, 254)])),
        new("NAME-3", "makes one space of several", a => a.Rename(name => name.Replace("  ", " ", StringComparison.Ordinal))),
        new("NAME-3", "makes underscores of spaces", a => a.Rename(name => name.Replace(' ', '_'))),
        new("NAME-4", "writes names in ASCII", a => a.Rename(name => string.Concat(name.Select(c => char.IsAscii(c) ? c : '?')))),
        new("NAME-5", "takes a leading dash for an option", a => a.Rename(name => name.TrimStart('-'))),
        new("NAME-6", "ends names at a quote", a => a.Rename(name => name.Split('\'')[0])),
        new("NAME-7", "takes names for paths", a => a.Rename(name => Path.GetFileName(Path.GetFullPath("/" + name)))),
        new("NAME-8", "replaces special characters", a => a.Rename(name => name.Replace('*', '_'))),
        new("NAME-9", "returns what has the name in another case", a => a.Instead<StorageElement>("create", (call, normally, _) =>
            Task.FromResult(a.Contents.Elements.FirstOrDefault(
                old => string.Equals(old.Name, call.Argument<StorageElement>(0).Name, StringComparison.OrdinalIgnoreCase)) ?? normally()))),
        new("NAME-10", "changes a snapshot's odd name",
            a => a.Tell("getInfo", element => element.Type == StorageElementType.Snapshot ? element with { Name = element.Name.TrimStart('-') } : element)),
        new("NAME-11", "changes a clone's odd name", a => a.Spoil("clone", made => made with { Name = made.Name.TrimStart('-') })),
        new("NAME-12", "changes a group's odd name", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.CreateGroups(
                [.. call.Argument<IReadOnlyList<AccessGroup>>(0).Select(group => group with { Name = group.Name.TrimStart('-') })])))),
        new("RESIZE-1", "grows less than wanted",
            a => a.Instead<StorageElement>("resize",
                (call, _, _) => Task.FromResult(a.Contents.Resize(call.Argument<StorageElement>(0), call.Argument<long>(1) - 1)))),
        new("RESIZE-2", "tells the size wanted, not the one that is", a => a.Tell("resize", element => element with { SizeBytes = element.SizeBytes + 1 })),
        new("RESIZE-3", "never shrinks", a => a.Instead<StorageElement>("resize", (call, _, _) =>
            Task.FromResult(a.Contents.Resize(call.Argument<StorageElement>(0),
                Math.Max(call.Argument<long>(1), a.Contents.Get(call.Argument<StorageElement>(0)).SizeBytes))))),
        new("RESIZE-4", "fails when nothing is to change",
            a => a.Before("resize", (call, _) => a.Contents.Get(call.Argument<StorageElement>(0)).SizeBytes == call.Argument<long>(1)
                ? throw new InvalidRequestException("It is.") : Task.CompletedTask)),
        new("RESIZE-5", "gives a new page 0x83 id with the size", a => a.Spoil("resize", element => element with { Page83Id = "3" + new string('b', 32) })),
        new("RESIZE-6", "says of what isn't there that it is invalid", a => a.FailAs<NotFoundException, StorageElement>("resize")),
        new("RESIZE-7", "erases while resizing", a => a.Lie<StorageElement>("resize", element =>
        {
            a.Contents.Data!.Create(element.Uuid, element.SizeBytes);
            return element;
        })),
        new("RESIZE-8", "resizes the source with its clone",
            a => a.HarmOthers<StorageElement>("resize", element => element with { SizeBytes = element.SizeBytes * 2 })),
        new("REMOVE-1", "removes nothing", a => a.Return("remove", default(Done))),
        new("REMOVE-2", "removes again what is gone", a => a.Believe("remove", default(Done))),
        new("REMOVE-3", "withdraws what it is to remove", a => a.Instead<Done>("remove", (call, _, _) =>
        {
            var element = a.Contents.Change(call.Argument<StorageElement>(0), present => present with { AccessGroupNames = [] });
            return Task.FromResult(a.Contents.Remove(element));
        })),
        new("REMOVE-4", "says of what isn't there that something went wrong", a => a.FailAs<NotFoundException, Done>("remove")),
        new("REMOVE-5", "takes the snapshots with it", a => RemoveMadeOf(a, StorageElementType.Snapshot)),
        new("REMOVE-6", "takes the clones with it", a => RemoveMadeOf(a, StorageElementType.SnapClone)),
        new("REMOVE-7", "changes the others while removing", a => a.HarmOthers<Done>("remove", element => element with { Qos = "silver" })),
        new("REMOVE-8", "changes the source of what it removes",
            a => a.HarmOthers<Done>("remove", element => element with { SizeBytes = element.SizeBytes + 1 })),
        new("STALE-1", "keeps what a record says of groups",
            a => a.Instead<StorageElement>("getInfo",
                (call, normally, _) => Task.FromResult(normally() with { AccessGroupNames = call.Argument<StorageElement>(0).AccessGroupNames }))),
        new("STALE-2", "presents by the record", a => a.Instead<StorageElement>("startPresent", (call, _, _) => Task.FromResult(a.Contents.Change(
            call.Argument<StorageElement>(0), element =>
            element with { AccessGroupNames = call.Argument<StorageElement>(0).AccessGroupNames
                .Union(call.Argument<IReadOnlyList<string>>(1)).ToValueList() })))),
        new("STALE-4", "removes by the record", a => a.Instead<Done>("remove", (call, _, _) =>
        {
            a.Contents.Change(call.Argument<StorageElement>(0),
                element => element with { AccessGroupNames = call.Argument<StorageElement>(0).AccessGroupNames });
            return Task.FromResult(a.Contents.Remove(call.Argument<StorageElement>(0)));
        })),
        new("STALE-5", "takes a namesake for the old one", a => a.Instead<Done>("remove", (call, _, _) =>
            Task.FromResult(a.Contents.Remove(a.Contents.Elements.First(element => element.Name == call.Argument<StorageElement>(0).Name))))),
        new("CACHE-1", "lists from yesterday's cache", a =>
        {
            IReadOnlyList<StorageElement>? cached = null;
            a.Lie<IEnumerable<StorageElement>>("list", all => cached ??= [.. all]);
        }),
        new("CACHE-3", "remembers what another process removed", a =>
        {
            var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, StorageElement>();
            a.Lie<IEnumerable<StorageElement>>("list",
                all => [.. all.Concat(seen.Values).DistinctBy(element => element.Uuid).Select(element => seen.GetOrAdd(element.Uuid, element))]);
        }),
        new("CONCURRENT-1", "lets several have one name", a => a.Instead<StorageElement>("create", (call, _, _) =>
        {
            var made = a.Contents.Create(call.Argument<StorageElement>(0) with { Name = Guid.NewGuid().ToString() }, true, null);
            return Task.FromResult(a.Contents.Change(made, element => element with { Name = call.Argument<StorageElement>(0).Name }));
        })),
        new("CONCURRENT-3", "succeeds in removing what another has removed", a =>
        {
            a.Believe("remove", default(Done));
            a.Before("remove", ParallelCalls());
        }),
        new("CONCURRENT-4", "reads, waits and writes presentations", a =>
        {
            var together = ParallelCalls();
            a.Instead<StorageElement>("startPresent", async (call, _, token) =>
            {
                var before = a.Contents.Get(call.Argument<StorageElement>(0)).AccessGroupNames;
                await together(call, token);
                return a.Contents.Change(call.Argument<StorageElement>(0),
                    element => element with { AccessGroupNames = before.Union(call.Argument<IReadOnlyList<string>>(1)).ToValueList() });
            });
        }),
        new("CLEANUP-1", "can't remove what it made", a => a.Throw("remove", () => new StorageElementBusyException("Always."))),
    ];

    /// <summary>Lets calls go on when the whole crowd is there.</summary>
    private static Func<RecordedCall, CancellationToken, Task> ParallelCalls()
    {
        var count = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (_, cancellationToken) =>
        {
            if (Interlocked.Increment(ref count) == StorageConnect.Conformance.ClauseContext.ParallelCalls)
            {
                all.SetResult();
            }

            return all.Task.WaitAsync(cancellationToken);
        };
    }

    private static void RemoveMadeOf(RecordingArray array, StorageElementType type) => array.Instead<Done>("remove", (call, normally, _) =>
    {
        foreach (var made in array.Contents.MadeOf(call.Argument<StorageElement>(0), type))
        {
            array.Contents.Remove(made);
        }

        return Task.FromResult(normally());
    });
}
