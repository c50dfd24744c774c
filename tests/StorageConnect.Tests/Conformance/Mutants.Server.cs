using System.Collections.Concurrent;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>The array as a whole: its descriptor, abilities and record, qualities of service, updated records, other records, the cache.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Server =>
    [
        new("UNSUPPORTED-1", "takes snapshots without the ability, as far as one can see", a => WithoutAbilities(a, "createSnap")),
        new("UNSUPPORTED-3", "clones without the ability, as far as one can see", a => WithoutAbilities(a, "clone")),
        new("UNSUPPORTED-5", "resizes without the ability", a => WithoutAbilities(a, "resize")),
        new("UNSUPPORTED-8", "could take snapshots without the ability", a =>
        {
            a.Contents.Abilities = KitBed.Nothing;
            a.Return("isSnapable", true);
        }),
        new("UNSUPPORTED-10", "hides its snapshots when the licence has expired", a =>
        {
            a.Contents.Abilities = KitBed.Nothing;
            a.Throw("getCurrentSnaps", () => new AccessDeniedException("No licence."));
        }),
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
        new("CLEANUP-1", "can't remove what it made", a => a.Throw("remove", () => new StorageElementBusyException("Always."))),
        new("OTHER-1", "knows the elements of the first record alone", a =>
        {
            string? first = null;
            a.Instead<StorageElement>("getInfo", (call, normally, _) => (first ??= call.Server.Uuid) == call.Server.Uuid ? Task.FromResult(normally())
                : throw new NotFoundException("Whose?"));
        }),
        new("OTHER-1", "lists for the second record what it listed for the first", a =>
        {
            IReadOnlyList<StorageElement>? listed = null;
            string? first = null;
            a.Instead<IEnumerable<StorageElement>>("list", (call, normally, _) =>
            {
                if ((first ??= call.Server.Uuid) == call.Server.Uuid)
                {
                    listed = [.. normally()];
                }

                return Task.FromResult<IEnumerable<StorageElement>>(listed!);
            });
        }),
        new("OTHER-1", "returns the record that it was first asked with", a =>
        {
            StorageServer? first = null;
            a.Instead<StorageServer>("getInfo", (call, normally, _) => Task.FromResult((first ??= normally()) with { Description = "same" }));
        }),
        new("OTHER-2", "serves the record that was last validated", a =>
        {
            var broken = false;
            a.Before("getInfo", (_, _) => broken ? throw new ArrayUnreachableException("127.0.0.1 doesn't answer.") : Task.CompletedTask);
            RejectWrongSecret(a, () => broken = true);
        }),
        new("OTHER-2", "forgets all sessions when a record is refused", a =>
        {
            var broken = false;
            a.Lie<IEnumerable<StorageElement>>("list", all => broken ? [] : all);
            RejectWrongSecret(a, () => broken = true);
        }),
        new("CACHE-5", "remembers the groups of an element", a =>
        {
            var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, ValueList<string>>();
            a.Tell("getInfo", element => element with { AccessGroupNames = seen.GetOrAdd(element.Uuid, _ => element.AccessGroupNames) });
        }),
        new("CACHE-5", "remembers the size of an element in list", a =>
        {
            var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, long>();
            a.TellAll(element => element with { SizeBytes = seen.GetOrAdd(element.Uuid, _ => element.SizeBytes) });
        }),
        new("CACHE-5", "remembers an element's groups in getAccessGroups", a =>
        {
            var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, IReadOnlyList<AccessGroup>>();
            a.Instead<IReadOnlyList<AccessGroup>>("getAccessGroups", (call, normally, _) => Task.FromResult(
                call.Arguments[0] is StorageElement element ? seen.GetOrAdd(element.Uuid, _ => normally()) : normally()));
        }),
        new("QOS-3", "tells no quality of service of a clone that was given one", a => a.Spoil("clone", made => made with { Qos = "none" })),
        new("QOS-3", "tells another quality of a clone than getInfo", a => a.Tell("clone", made => made with { Qos = "gold" })),
        new("SECRET-1", "shows the password in an element's status", a => a.Tell("getInfo", element => element with { Status = $"as {KitBed.Password}" })),
        new("SECRET-1", "shows the password in an element's extra info", a => a.Tell("create", element =>
            element with { ExtraInfo = $"login={KitBed.Password}" })),
        new("SECRET-1", "shows the password in a status text", a => a.Lie<string>("getStatus", status => $"{status}, {KitBed.Password}")),
        new("SECRET-1", "shows the password in a list", a => a.TellAll(element => element with { ExtraInfo = KitBed.Password })),
        new("SECRET-1", "shows the password in an error", a => a.Before("getInfo", (call, _) => call.Arguments.OfType<StorageElement>().Any(element =>
            a.Contents.Elements.All(there => there.Uuid != element.Uuid))
            ? throw new NotFoundException($"GET /login?password={KitBed.Password} found nothing.")
            : Task.CompletedTask)),
        new("DESCRIPTOR-9", "a second instance promises less", a =>
        {
            var asked = 0;
            a.Lie<Capabilities>("getCapabilities", now => ++asked % 2 == 0 ? new(now) { Clone = Ability.Unsupported } : now);
        }),
        new("UNSUPPORTED-10", "getCurrentSnaps of the array returns nothing", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", _ => [])),
        new("UNSUPPORTED-11", "getCurrentClones of the array returns nothing", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentClones", _ => [])),
        .. from pair in new[] { ("create", 2), ("clone", 2) }
           select new Mutant("QOS-9", $"{pair.Item1} takes any quality", a => a.Instead<StorageElement>(pair.Item1, (call, _, _) =>
           {
               var (first, qos) = (call.Argument<StorageElement>(0), (string?)call.Arguments[pair.Item2]);
               var known = a.Contents.Qualities.Any(quality => quality.Value == qos) ? qos : null;
               var made = pair.Item1 == "create" ? a.Contents.Create(first, call.Argument<bool>(1), known)
                   : a.Contents.Clone(first, (StorageElement?)call.Arguments[1], known);
               return Task.FromResult(qos is null ? made : a.Contents.Put(made with { Qos = qos }));
           })),
        new("SERVER-5", "getInfo renames the server", a => a.Lie<StorageServer>("getInfo", info => info with { Name = info.Name + "x" })),
        new("SERVER-5", "getInfo drops the contexts", a => a.Lie<StorageServer>("getInfo", info => info with { AccessContexts = [], NetDevices = ["eth7"] })),
        new("SERVER-5", "getInfo drops the user", a => a.Lie<StorageServer>("getInfo", info => info with { AdminUser = null })),
        new("SERVER-5", "getInfo changes the type", a => a.Lie<StorageServer>("getInfo", info => info with { StorageType = StorageType.iSCSI })),
        new("SERVER-8", "getInfo has a blank volume group", a => a.Lie<StorageServer>("getInfo", info => info with { VolumeGroups = ["pool", " "] })),
        new("SERVER-7", "has allocated less than nothing", a => a.Lie<StorageServer>("getInfo", info => info with { AllocatedBytes = -1 })),
        new("SERVER-15", "has another volume group each time", a => a.Lie<StorageServer>("getInfo", info =>
            info with { VolumeGroups = [.. info.VolumeGroups, $"pool{a.Calls.Count}"] })),
        new("SERVER-15", "has another capacity each time", a => a.Lie<StorageServer>("getInfo", info =>
            info with { TotalBytes = info.TotalBytes + a.Calls.Count })),
        new("SERVER-15", "tells groups in getInfo that aren't there", a => a.Lie<StorageServer>("getInfo", info =>
            info with { AccessGroups = [new() { Name = "nobody" }] })),
        new("UPDATE-2", "adds snapshots to a list", a => a.Instead<IReadOnlyList<StorageElement>>("updateSERecords", (call, normally, _) =>
            Task.FromResult<IReadOnlyList<StorageElement>>(call.Argument<bool>(1)
                ? [.. normally(), .. a.Contents.Elements.Where(element => element.Type == StorageElementType.Snapshot)] : normally()))),
        new("UPDATE-6", "completes no snapshots", a => a.Before("updateSERecords", (call, _) =>
            call.Argument<IReadOnlyList<StorageElement>>(0).Any(element => element.Type == StorageElementType.Snapshot)
                ? throw new InvalidRequestException("No LUN.") : Task.CompletedTask)),
        new("DESCRIPTOR-5", "declares nothing for one key",
            _ => { }) { Plugin = new() { Ability = new(MemoryArray.Everything) { SplitCloneWhileOpen = Ability.Invalid } } },
        new("DESCRIPTOR-7", "uses extra info without a word about it", _ => { }) { Plugin = new() { StorageServerExtraInfoHelp = null } },
        new("CAPABILITY-1", "leaves a key out", a => a.Contents.Abilities = new(MemoryArray.Everything) { SnapIsSync = Ability.Invalid }),
        new("CAPABILITY-2", "tells of an array that can more than the plug-in",
            _ => { }) { Plugin = new() { Ability = new(MemoryArray.Everything) { Resize = Ability.Unsupported } } },
        new("CAPABILITY-3", "makes groups that can hold nothing", a => a.Contents.Abilities = new(MemoryArray.Everything) { MaxAccessEntries = 0 }),
        new("CAPABILITY-4", "tells something else each time",
            a => a.Lie<Capabilities>("getCapabilities", now => new(now) { MaxAccessEntries = a.Calls.Count })),
        new("CAPABILITY-5", "is always synchronous, and its array is not",
            a => a.Contents.Abilities = new(MemoryArray.Everything) { CloneIsSync = Ability.No }),
        new("SERVER-1", "validates once only",
            a => a.Before("validate", (_, _) => a.CalledMethods.Count(method => method == "validate") > 1 ? throw new InvalidStorageArrayException("Again?")
                : Task.CompletedTask)),
        new("SERVER-3", "doesn't say what the array is", a => a.Lie<StorageServer>("getInfo", info => info with { Description = "" })),
        new("SERVER-4", "has no status in getInfo", a => a.Lie<StorageServer>("getInfo", info => info with { Status = null })),
        new("SERVER-5", "drops what the user entered", a => a.Lie<StorageServer>("getInfo", info => info with { ExtraInfo = null })),
        new("SERVER-6", "makes the storage id its own in getInfo", a => a.Lie<StorageServer>("getInfo", info => info with { StorageId = "mine" })),
        new("SERVER-7", "uses more than there is", a => a.Lie<StorageServer>("getInfo", info => info with { UsedBytes = info.TotalBytes + 1 })),
        new("SERVER-8", "has a volume group twice", a => a.Lie<StorageServer>("getInfo", info => info with { VolumeGroups = ["pool", "pool"] })),
        new("SERVER-9", "offers storage names that nobody needs", a => a.Contents.StorageNames = ["one"]),
        new("SERVER-11", "has no status", a => a.Contents.Status = " "),
        new("SERVER-12", "shows the password", a => a.Lie<StorageServer>("getInfo", info => info with { Description = $"logged in with {KitBed.Password}" })),
        new("QOS-1", "has a quality without a name", a => a.Contents.Qualities = [new() { Value = "gold", Name = "", Description = "?" }]),
        new("QOS-4", "doesn't set the quality", a => a.Return("setQoS", default(Done))),
        new("QOS-6", "takes any quality", a => a.Instead<Done>("setQoS", (call, _, _) =>
        {
            a.Contents.Change(call.Argument<StorageElement>(0), element => element with { Qos = call.Argument<string>(1) });
            return Task.FromResult(default(Done));
        })),
        new("QOS-7", "sets the quality of what isn't there", a => a.Believe("setQoS", default(Done))),
        new("UPDATE-1", "turns the records round", a => a.Lie<IReadOnlyList<StorageElement>>("updateSERecords", all => [.. all.Reverse()])),
        new("UPDATE-3", "gives old records back as they are",
            a => a.Instead<IReadOnlyList<StorageElement>>("updateSERecords", (call, _, _) => Task.FromResult(call.Argument<IReadOnlyList<StorageElement>>(0)))),
        new("UPDATE-5", "tells paths that aren't there",
            a => a.Lie<IReadOnlyList<StorageElement>>("updateSERecords",
                all => [.. all.Select(element => element with { DevicePaths = ["/dev/mapper/none"] })])),
        new("OTHER-11", "knows the size of an element as its record last asked", a =>
        {
            var sizes = new ConcurrentDictionary<(string, string), long>();
            a.Instead<StorageElement>("getInfo", (call, normally, _) =>
                Task.FromResult(normally() is var now && sizes.GetOrAdd((call.Server.Uuid, now.Uuid), now.SizeBytes) is var size
                    ? now with { SizeBytes = size } : now));
        }),
        new("OTHER-11", "keeps snapshots for each record", a =>
        {
            var makers = new ConcurrentDictionary<string, string>();
            a.Instead<StorageElement>("createSnap", (call, normally, _) =>
            {
                var made = normally();
                makers[made.Uuid] = call.Server.Uuid;
                return Task.FromResult(made);
            });
            a.Instead<IReadOnlyList<StorageElement>>("getCurrentSnaps", (call, normally, _) => Task.FromResult<IReadOnlyList<StorageElement>>(
                [.. normally().Where(snapshot => makers.GetValueOrDefault(snapshot.Uuid, call.Server.Uuid) == call.Server.Uuid)]));
        }),
        new("OTHER-11", "tells a record of what another one removed", a =>
        {
            var seen = new ConcurrentDictionary<(string, string), StorageElement>();
            a.Instead<StorageElement>("getInfo", (call, normally, _) =>
            {
                var asked = (call.Server.Uuid, call.Argument<StorageElement>(0).Uuid);
                return Task.FromResult(a.Contents.Elements.Any(element => element.Uuid == asked.Item2) || !seen.TryGetValue(asked, out var known)
                    ? seen[asked] = normally() : known);
            });
            a.Instead<Done>("remove", (call, normally, _) =>
            {
                seen.TryRemove((call.Server.Uuid, call.Argument<StorageElement>(0).Uuid), out var _);
                return Task.FromResult(normally());
            });
        }),
        new("UPDATE-3", "keeps the groups of an old record", a => KeepOld(a, (now, old) => now with { AccessGroupNames = old.AccessGroupNames })),
        new("UPDATE-3", "keeps the size of an old record", a => KeepOld(a, (now, old) =>
            now with { SizeBytes = old.SizeBytes > 0 ? old.SizeBytes : now.SizeBytes })),
        new("UPDATE-3", "keeps the state of an old record", a => KeepOld(a, (now, old) => now with { State = old.State })),
    ];

    private static void WithoutAbilities(RecordingArray array, string method)
    {
        array.Contents.Abilities = KitBed.Nothing;
        array.Instead<StorageElement>(method, (call, _, _) => Task.FromResult(call.Argument<StorageElement>(0)));
    }

    /// <summary>Has validate refuse a record with another password, and do something besides.</summary>
    private static void RejectWrongSecret(RecordingArray array, Action then) => array.Before("validate", (call, _) =>
    {
        if (call.Server.GetAdminSecret()?.Use(secret => secret.SequenceEqual(KitBed.Password)) is true)
        {
            return Task.CompletedTask;
        }

        then();
        throw new AuthenticationFailedException("The array refuses this user.");
    });

    private static void KeepOld(RecordingArray array, Func<StorageElement, StorageElement, StorageElement> change) =>
        array.Instead<IReadOnlyList<StorageElement>>("updateSERecords", (call, normally, _) => Task.FromResult<IReadOnlyList<StorageElement>>(
            [.. normally().Select(now => call.Argument<IReadOnlyList<StorageElement>>(0).FirstOrDefault(old => old.Uuid == now.Uuid) is { } old
                ? change(now, old) : now)]));
}
