using System.Collections.Concurrent;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Creating, sizes, states, and what comes again under an old name.</content>
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
        new("STATE-5", "withdraws what it sets offline", a => Also(a, "offline", call => HarmArguments(a, call, element =>
            element with { AccessGroupNames = [] }))),
        new("STATE-5", "refuses, and sets offline all the same", a => a.Instead<Done>("offline", (_, normally, _) =>
        {
            normally();
            throw new StorageElementBusyException("It is presented.");
        })),
        new("SIZE-9", "keeps 32 bits of a size", a => a.ResizeAtCreation(size => size > uint.MaxValue ? Math.Max(size & uint.MaxValue, 1) : size)),
        new("SIZE-9", "keeps 32 bits of a size at a resize", a => a.Instead<StorageElement>("resize", (call, normally, _) =>
            Task.FromResult(call.Argument<long>(1) is > uint.MaxValue and < (1L << 50)
                ? a.Contents.Resize(call.Argument<StorageElement>(0), Math.Max(call.Argument<long>(1) & uint.MaxValue, 1)) : normally()))),
        new("SIZE-7", "rounds a resize down to a block", a => a.Instead<StorageElement>("resize", (call, _, _) =>
            Task.FromResult(a.Contents.Resize(call.Argument<StorageElement>(0), Math.Max(call.Argument<long>(1) / 4096 * 4096, 4096))))),
        new("RESIZE-3", "shrinks to half of what was wanted", a => a.Instead<StorageElement>("resize", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)).SizeBytes > call.Argument<long>(1)
                ? a.Contents.Resize(call.Argument<StorageElement>(0), Math.Max(call.Argument<long>(1) / 2, 1)) : normally()))),
        new("AGAIN-1", "gives an element the groups of a removed one of its name", a =>
        {
            var known = new ConcurrentDictionary<string, ValueList<string>>();
            a.Spoil("startPresent", element => element with { AccessGroupNames = known[element.Name] = element.AccessGroupNames });
            a.Spoil("create", made => made with { AccessGroupNames = known.GetValueOrDefault(made.Name, []) });
        }),
        new("AGAIN-1", "gives an element the quality of a removed one of its name", a =>
        {
            var known = new ConcurrentDictionary<string, string?>();
            a.Spoil("create", made => made with { Qos = known.GetOrAdd(made.Name, made.Qos) });
        }),
        new("AGAIN-2", "gives a new element the blocks of a removed one", a =>
        {
            var known = new ConcurrentDictionary<string, string>();
            a.Before("remove", (call, _) =>
            {
                var element = a.Contents.Get(call.Argument<StorageElement>(0));
                a.Contents.Data!.Copy(element.Uuid, known[element.Name] = $"freed-{element.Uuid}");
                return Task.CompletedTask;
            });
            a.Lie<StorageElement>("create", made =>
            {
                if (known.TryGetValue(made.Name, out var freed))
                {
                    a.Contents.Data!.Copy(freed, made.Uuid);
                }

                return made;
            });
        }),
        new("AGAIN-3", "never frees the name of a snapshot", a => NeverFree(a, "createSnap")),
        new("AGAIN-4", "never frees the name of a clone", a => NeverFree(a, "clone")),
        new("AGAIN-4", "names the source of the removed clone of that name", a =>
        {
            var known = new ConcurrentDictionary<string, ValueList<string>>();
            a.Spoil("clone", made => made with { SourceUuids = known.GetOrAdd(made.Name, made.SourceUuids) });
        }),
        new("AGAIN-5", "gives a group the entries of a removed one of its name", a =>
        {
            var known = new ConcurrentDictionary<string, ValueList<string>>();
            a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, _, _) => Task.FromResult(a.Contents.CreateGroups(
                [.. call.Argument<IReadOnlyList<AccessGroup>>(0).Select(group => group with { Entries = known.GetOrAdd(group.Name, group.Entries) })])));
        }),
        new("AGAIN-5", "presents to a group what was presented to a removed one of its name", a =>
        {
            var known = new ConcurrentDictionary<string, StorageElement>();
            a.Before("stopPresent", (call, _) =>
            {
                known[call.Argument<IReadOnlyList<string>>(1)[0]] = call.Argument<StorageElement>(0);
                return Task.CompletedTask;
            });
            a.Lie<IReadOnlyList<AccessGroup>>("createAccessGroups", groups =>
            {
                foreach (var group in groups.Where(group => known.ContainsKey(group.Name)))
                {
                    a.Contents.Present(known[group.Name], [group.Name]);
                }

                return groups;
            });
        }),
        new("CREATE-18", "create uses the first pool for all", a => a.Instead<StorageElement>("create", (call, _, _) =>
            Task.FromResult(a.Contents.Create(
                call.Argument<StorageElement>(0) with { VolumeGroupName = "pool" }, call.Argument<bool>(1), (string?)call.Arguments[2])))),
        new("CREATE-18", "getInfo tells the first pool of all", a => a.Tell("getInfo", element => element with { VolumeGroupName = "pool" })),
        new("STATE-1", "stays online", a => a.Return("offline", default(Done))),
        new("STATE-2", "stays offline", a => a.Return("online", default(Done))),
        new("STATE-3", "fails when it is offline already",
            a => a.Before("offline", (call, _) => a.Contents.Get(call.Argument<StorageElement>(0)).State == StorageElementState.Offline
                ? throw new InvalidRequestException("It is.") : Task.CompletedTask)),
        new("STATE-4", "fails when it is online already",
            a => a.Before("online", (call, _) => a.Contents.Get(call.Argument<StorageElement>(0)).State == StorageElementState.Online
                ? throw new InvalidRequestException("It is.") : Task.CompletedTask)),
        new("STATE-5", "withdraws what goes offline", a => a.Harm("offline", element => element with { AccessGroupNames = [] })),
        new("STATE-6", "withdraws what goes online", a => a.Harm("online", element => element with { AccessGroupNames = [] })),
        new("STATE-7", "sets offline what isn't there", a => a.Believe("offline", default(Done))),
        new("STATE-8", "sets online what isn't there", a => a.Believe("online", default(Done))),
        new("STATE-9", "sets all others offline too", a => a.HarmOthers<Done>("offline", element => element with { State = StorageElementState.Offline })),
        new("STATE-10", "erases what goes offline", a => a.Instead<Done>("offline", (call, normally, _) =>
        {
            a.Contents.Data!.Create(call.Argument<StorageElement>(0).Uuid, 1 << 16);
            return Task.FromResult(normally());
        })),
        new("SIZE-9", "list tells 32 bits of a size", a => a.TellAll(In32Bits)),
        new("SIZE-9", "list leaves out what is larger than 32 bits can tell", a => a.Lie<IEnumerable<StorageElement>>("list", all =>
            [.. all.Where(element => element.SizeBytes <= uint.MaxValue)])),
        new("SIZE-9", "getInfo tells 32 bits of a size", a => a.Tell("getInfo", In32Bits)),
        new("CREATE-18", "list leaves out the second pool", a => a.Lie<IEnumerable<StorageElement>>("list", all =>
            [.. all.Where(element => element.VolumeGroupName != "slow")])),
        new("CREATE-18", "list tells the first pool of all", a => a.TellAll(element => element with { VolumeGroupName = "pool" })),
        new("CREATE-18", "resize moves an element to the first pool", a => a.Spoil("resize", element => element with { VolumeGroupName = "pool" })),
        new("RESIZE-9", "a size that the element had before is left as it is", a =>
        {
            var sizes = new ConcurrentDictionary<(string, long), bool>();
            a.Instead<StorageElement>("resize", (call, normally, _) =>
            {
                var element = a.Contents.Get(call.Argument<StorageElement>(0));
                sizes[(element.Uuid, element.SizeBytes)] = true;
                return Task.FromResult(sizes.ContainsKey((element.Uuid, call.Argument<long>(1))) ? element : normally());
            });
        }),
        new("RESIZE-9", "grows once", a =>
        {
            var grown = new ConcurrentDictionary<string, bool>();
            a.Instead<StorageElement>("resize", (call, normally, _) => Task.FromResult(
                a.Contents.Get(call.Argument<StorageElement>(0)) is var element && call.Argument<long>(1) > element.SizeBytes
                    && !grown.TryAdd(element.Uuid, true) ? element : normally()));
        }),
    ];

    private static StorageElement In32Bits(StorageElement element) =>
        element.SizeBytes > uint.MaxValue ? element with { SizeBytes = (uint)element.SizeBytes } : element;

    private static void NeverFree(RecordingArray array, string method)
    {
        var used = new ConcurrentDictionary<string, bool>();
        array.Before(method, (call, _) => call.Arguments[1] is StorageElement wanted && !used.TryAdd(wanted.Name, true)
            && array.Contents.Elements.All(element => element.Name != wanted.Name)
                ? throw new AlreadyExistsException("The name was given before.") : Task.CompletedTask);
    }
}
