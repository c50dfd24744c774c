using System.Collections.Concurrent;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Plug-ins with wrong answers about special elements, reused names, sources and copies, and calls without a name.</content>
internal static partial class Mutants
{
    private static readonly (string What, Func<StorageElement, StorageElement> Change)[] Untruths =
    [
        ("tells sizes in whole blocks", element => element with { SizeBytes = element.SizeBytes / 512 * 512 }),
        ("tells names in lower case", element => element with { Name = element.Name.ToLowerInvariant() }),
        ("tells no time of creation", element => element with { CreatedAt = null }),
        ("tells nothing of thin provisioning", element => element.Type == StorageElementType.Snapshot ? element with { Name = "?" }
            : element with { ThinProvisioned = null }),
    ];

    private static readonly (string Name, Func<StorageElement, StorageElement, bool> Is)[] Relations =
    [
        ("clones", (target, other) => other.Type == StorageElementType.SnapClone && other.SourceUuids.Contains(target.Uuid)),
        ("snapshots", (target, other) => other.Type == StorageElementType.Snapshot && other.SourceUuids.Contains(target.Uuid)),
    ];

    private static IEnumerable<Mutant> Told =>
    [
        .. from method in new[] { "create", "startPresent", "stopPresent", "resize", "clone", "createSnap", "cloneFromSnap", "splitClone" }
           from lie in Untruths
           select new Mutant("INFO-13", $"{lie.What} in the answer of {method}", a => a.Tell(method, element =>
               method == "create" && lie.Change(element).SizeBytes != element.SizeBytes ? element with { CreatedAt = null } : lie.Change(element))),
        .. from method in new[] { "getCurrentSnaps", "getCurrentClones", "updateSERecords" }
           from lie in Untruths
           where method != "getCurrentSnaps" || !lie.What.Contains("thin", StringComparison.Ordinal)
           select new Mutant("INFO-13", $"{lie.What} in the answer of {method}", a =>
               a.Lie<IReadOnlyList<StorageElement>>(method, all => [.. all.Select(lie.Change)])),
        .. from method in new[] { "getCurrentClones", "updateSERecords" }
           from lie in new (string What, Func<StorageElement, StorageElement> Change)[]
           {
               ("tells nothing of the presentation", element => element with { AccessGroupNames = [] }),
               ("tells offline elements as online", element => element with { State = StorageElementState.Online }),
               ("tells no quality of service", element => element with { Qos = null }),
               ("tells no volume group", element => element with { VolumeGroupName = null }),
               ("tells no page 0x83 id", element => element with { Page83Id = "" }),
           }
           select new Mutant("INFO-13", $"{lie.What} in the answer of {method}", a =>
               a.Lie<IReadOnlyList<StorageElement>>(method, all => [.. all.Select(lie.Change)])),
        .. from what in new (string What, Func<StorageElement, bool> IsListed)[]
           {
               ("presented elements", element => element.AccessGroupNames.Count == 0), ("thick elements", element => element.ThinProvisioned != false),
               ("elements of another quality than the default", element => element.Qos != "silver"),
               ("elements of an odd size", element => element.SizeBytes % 512 == 0),
           }
           select new Mutant("INFO-13", $"lists no {what.What}", a => a.Lie<IEnumerable<StorageElement>>("list", all => all.Where(what.IsListed))),
        new("INFO-13", "lists the first of an element's groups", a => a.TellAll(element =>
            element with { AccessGroupNames = element.AccessGroupNames.Take(1).ToValueList() })),
        new("INFO-13", "finds no offline element by a hint", a => HintsOnly(a, element => element.State == StorageElementState.Online)),
        new("INFO-13", "finds no clone by a hint", a => HintsOnly(a, element => element.Type == StorageElementType.Lun)),
        new("INFO-13", "tells no snapshots of an offline element", a => OfElement(a, "getCurrentSnaps", element =>
            element.State == StorageElementState.Offline, _ => [])),
        new("INFO-13", "tells the groups of an element in lower case", a => a.Instead<IReadOnlyList<AccessGroup>>("getAccessGroups", (call, normally, _) =>
            Task.FromResult<IReadOnlyList<AccessGroup>>(call.Arguments[0] is null ? normally()
                : [.. normally().Select(group => group with { Name = group.Name.ToLowerInvariant() })]))),
        new("INFO-13", "makes clones in a volume group that isn't there", a => a.Spoil("clone", made => made with { VolumeGroupName = "other" })),
        new("INFO-12", "gives a snapshot its source's time of creation", a => a.Spoil("createSnap", made => made with { CreatedAt = TimeOf(a, made) })),
        new("INFO-12", "gives a clone its source's time of creation", a => a.Spoil("clone", made => made with { CreatedAt = TimeOf(a, made) })),
        new("INFO-12", "gives a snapshot's clone the snapshot's time", a => a.Spoil("cloneFromSnap", made => made with { CreatedAt = TimeOf(a, made) })),
        new("CLONE-24", "lists no clones of clones", a => a.Lie<IEnumerable<StorageElement>>("list", all => all.Where(element =>
            a.Contents.Elements.All(other => other.Type != StorageElementType.SnapClone || !element.SourceUuids.Contains(other.Uuid))))),
        new("CLONE-24", "names the first source of a clone's clone", a => a.Spoil("clone", made =>
            a.Contents.Get(new() { Uuid = made.SourceUuids[0] }) is { Type: StorageElementType.SnapClone } clone
                ? made with { SourceUuids = clone.SourceUuids } : made)),
        new("CLONE-24", "tells a clone's source's snapshots as its own", a => OfElement(a, "getCurrentSnaps", IsClone, clone =>
            a.Contents.MadeOf(new() { Uuid = clone.SourceUuids[0] }, StorageElementType.Snapshot))),
        new("CLONE-24", "tells no snapshots of a clone", a => OfElement(a, "getCurrentSnaps", IsClone, _ => [])),
        new("CLONE-24", "tells no clones of a clone", a => OfElement(a, "getCurrentClones", IsClone, _ => [])),
        new("CLONE-24", "tells clones of clones as an element's own", a => OfElement(a, "getCurrentClones", element => !IsClone(element), element =>
            [.. a.Contents.MadeOf(element, StorageElementType.SnapClone),
                .. a.Contents.MadeOf(element, StorageElementType.SnapClone).SelectMany(clone => a.Contents.MadeOf(clone, StorageElementType.SnapClone))])),
        .. from method in new[] { "offline", "online", "setQoS" }
           select new Mutant("CLONE-25", $"{method} of a clone does nothing", a => a.Instead<Done>(method, (call, normally, _) =>
               Task.FromResult(IsClone(a.Contents.Get(call.Argument<StorageElement>(0))) ? default : normally()))),
        new("CLONE-25", "resizes no clone", a => a.Instead<StorageElement>("resize", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)) is var present && IsClone(present) ? present : normally()))),
        new("CLONE-25", "resizes once only", a =>
        {
            var resized = new ConcurrentDictionary<string, bool>();
            a.Instead<StorageElement>("resize", (call, normally, _) => Task.FromResult(resized.TryAdd(call.Argument<StorageElement>(0).Uuid, true) ? normally()
                : a.Contents.Get(call.Argument<StorageElement>(0))));
        }),
        new("CLONE-25", "removes a presented clone", a => a.Instead<Done>("remove", (call, normally, _) =>
        {
            a.Contents.Change(call.Argument<StorageElement>(0), element => IsClone(element) ? element with { AccessGroupNames = [] } : element);
            return Task.FromResult(normally());
        })),
        new("CLONE-26", "says of a presented element that it can't be cloned", a => SaysNo(a, "isCloneable", element => element.AccessGroupNames.Count > 0)),
        new("CLONE-26", "says of a clone that it can't be cloned, and clones it", a => SaysNo(a, "isCloneable", IsClone)),
        new("SNAP-23", "says of a presented element that it can't be snapshot", a => SaysNo(a, "isSnapable", element => element.AccessGroupNames.Count > 0)),
        new("SNAP-23", "says of a clone that it can't be snapshot", a => SaysNo(a, "isSnapable", IsClone)),
        new("RESTORE-19", "says of a presented element that it can't be restored", a => a.Instead<bool>("isRestorable", (call, normally, _) =>
            Task.FromResult(normally() && !(call.Arguments[1] is StorageElement element && a.Contents.Get(element).AccessGroupNames.Count > 0)))),
        new("RESTORE-19", "says of a clone that it can be restored, and refuses", a => a.Before("snapRestore", (call, _) =>
            call.Arguments[1] is StorageElement element && IsClone(a.Contents.Get(element)) ? throw new StorageElementBusyException("Not a clone.")
                : Task.CompletedTask)),
        new("SPLIT-14", "says that a snapshot can be split", a => a.Instead<bool>("isSplittable", (call, normally, _) =>
            Task.FromResult(normally() || a.Contents.Get(call.Argument<StorageElement>(0)).Type == StorageElementType.Snapshot))),
        new("SPLIT-11", "gives a presented clone another page 0x83 id at its split", a => a.Spoil("splitClone", element =>
            element.AccessGroupNames.Count > 0 ? element with { Page83Id = "36" + Guid.NewGuid().ToString("n")[1..] } : element)),
        new("SNAPCLONE-9", "names another member as the source of a clone", a => a.Spoil("cloneFromSnap", made =>
            a.Contents.Get(new() { Uuid = made.SourceUuids[0] }) is { SourceUuids.Count: > 1 } snapshot
                ? made with { SourceUuids = [snapshot.SourceUuids[1]] } : made)),
        new("LIMIT-12", "has a limit of no snapshots, and makes them", a => a.Instead<long>("getSnapLimits", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is null ? 0 : normally()))),
        new("LIMIT-12", "has a limit of no clones, and makes them", a => a.Instead<long>("getCloneLimits", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is null ? 0 : normally()))),
        new("SERVER-7", "has allocated less than nothing", a => a.Lie<StorageServer>("getInfo", info => info with { AllocatedBytes = -1 })),
        new("SERVER-15", "has another volume group each time", a => a.Lie<StorageServer>("getInfo", info =>
            info with { VolumeGroups = [.. info.VolumeGroups, $"pool{a.Calls.Count}"] })),
        new("SERVER-15", "has another capacity each time", a => a.Lie<StorageServer>("getInfo", info =>
            info with { TotalBytes = info.TotalBytes + a.Calls.Count })),
        new("SERVER-15", "tells groups in getInfo that aren't there", a => a.Lie<StorageServer>("getInfo", info =>
            info with { AccessGroups = [new() { Name = "nobody" }] })),
        new("NAME-18", "drops the dot at the end of a name", a => a.Rename(name => name.TrimEnd('.'))),
        new("NAME-19", "takes a name for a part of a URL", a => a.Rename(Uri.UnescapeDataString)),
        new("NAME-19", "keeps a name as a URL has it", a => a.Rename(Uri.EscapeDataString)),
        new("NAME-19", "takes a name for a text of XML", a => a.Rename(name => System.Net.WebUtility.HtmlDecode(name))),
        new("NAME-19", "takes a backslash for an escape", a => a.Rename(System.Text.RegularExpressions.Regex.Unescape)),
        new("PRESENT-20", "presents to all groups when none is named", a => a.Instead<StorageElement>("startPresent", (call, normally, _) =>
            Task.FromResult(call.Argument<IReadOnlyList<string>>(1).Count > 0 ? normally()
                : a.Contents.Present(call.Argument<StorageElement>(0), [.. a.Contents.Groups.Select(group => group.Name)])))),
        new("PRESENT-20", "withdraws from all groups when none is named", a => a.Instead<StorageElement>("stopPresent", (call, normally, _) =>
            Task.FromResult(call.Argument<IReadOnlyList<string>>(1).Count > 0 ? normally()
                : a.Contents.Unpresent(call.Argument<StorageElement>(0), [.. a.Contents.Groups.Select(group => group.Name)])))),
        new("GROUP-33", "removes all entries when none is named", a => a.Instead<AccessGroup>("removeFromAccessGroup", (call, normally, _) =>
            Task.FromResult(call.Argument<IReadOnlyList<string>>(1).Count > 0 ? normally()
                : a.Contents.RemoveEntries(call.Argument<string>(0), a.Contents.Groups.First(group => group.Name == call.Argument<string>(0)).Entries)))),
        new("GROUP-33", "removes all groups when none is named", a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (call, normally, _) =>
            Task.FromResult(call.Argument<IReadOnlyList<AccessGroup>>(0).Count > 0 ? normally() : a.Contents.RemoveGroups(a.Contents.Groups)))),
        new("GROUP-34", "removes every group whose name begins so", a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.RemoveGroups([.. a.Contents.Groups.Where(group => call.Argument<IReadOnlyList<AccessGroup>>(0).Any(meant =>
                group.Name.StartsWith(meant.Name, StringComparison.Ordinal)))])))),
        new("GROUP-34", "presents to every group whose name begins so", a => a.Instead<StorageElement>("startPresent", (call, normally, _) =>
        {
            normally();
            return Task.FromResult(a.Contents.Present(call.Argument<StorageElement>(0), BeginningSo(a, call.Argument<IReadOnlyList<string>>(1))));
        })),
        new("GROUP-34", "withdraws from every group whose name begins so", a => a.Instead<StorageElement>("stopPresent", (call, _, _) =>
            Task.FromResult(a.Contents.Unpresent(call.Argument<StorageElement>(0), BeginningSo(a, call.Argument<IReadOnlyList<string>>(1)))))),
        new("GROUP-8", "removes a group that a clone alone is presented to", a => WithdrawBefore(a, IsClone)),
        new("GROUP-8", "removes a group that an offline element alone is presented to", a => WithdrawBefore(a, element =>
            element.State == StorageElementState.Offline)),
        new("GROUP-9", "renames a group with its first entry", a => a.Instead<IReadOnlyList<AccessGroup>>("renameAccessGroup", (call, normally, _) =>
        {
            var renamed = normally().First(group => group.Name == call.Argument<string>(1));
            a.Contents.RemoveEntries(renamed.Name, [.. renamed.Entries.Skip(1)]);
            return Task.FromResult(a.Contents.Groups);
        })),
        new("GROUP-10", "forgets clones when a group is renamed", a => ForgetWhenRenamed(a, IsClone)),
        new("GROUP-10", "forgets offline elements when a group is renamed", a => ForgetWhenRenamed(a, element =>
            element.State == StorageElementState.Offline)),
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
        new("ASYNC-14", "tells what was stopped as done", a => DoneThough(a)),
        new("ASYNC-15", "stops everything with one", a =>
        {
            LaterBy(a, [0, 50, 60, 70]);
            a.Lie<bool>("cancel", stopped =>
            {
                foreach (var element in a.Contents.Elements.Where(element => element.SourceUuids.Count > 0))
                {
                    a.Contents.Cancel(element);
                }

                return stopped;
            });
        }),
        new("ASYNC-15", "sets everything offline when one is stopped", a =>
        {
            LaterBy(a, [0, 50, 60, 70]);
            a.Lie<bool>("cancel", stopped =>
            {
                HarmAll(a, element => element with { State = StorageElementState.Offline });
                return stopped;
            });
        }),
        new("CONCURRENT-11", "writes an old record back with a new quality", a => a.Instead<Done>("setQoS", async (call, normally, token) =>
        {
            await WhenPresentedAsync(a, call, token);
            normally();
            a.Contents.Change(call.Argument<StorageElement>(0), element => element with { AccessGroupNames = [] });
            return default;
        })),
        new("CONCURRENT-11", "writes an old record back with a new size", a => a.Instead<StorageElement>("resize", async (call, normally, token) =>
        {
            await WhenPresentedAsync(a, call, token);
            return a.Contents.Change(normally(), element => element with { AccessGroupNames = [] });
        })),
        new("MANY-1", "lists a first page of twenty", a => a.Lie<IEnumerable<StorageElement>>("list", all => all.Take(20))),
        new("MANY-1", "lists a first page of twenty-five", a => a.Lie<IEnumerable<StorageElement>>("list", all => all.Take(25))),
        new("MANY-1", "updates ten records of a list", a => a.Lie<IReadOnlyList<StorageElement>>("updateSERecords", all => [.. all.Take(10)])),
        new("MANY-2", "returns ten snapshots at most", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", all => [.. all.Take(10)])),
        new("MANY-7", "returns ten clones at most", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentClones", all => [.. all.Take(10)])),
        new("UPDATE-2", "adds snapshots to a list", a => a.Instead<IReadOnlyList<StorageElement>>("updateSERecords", (call, normally, _) =>
            Task.FromResult<IReadOnlyList<StorageElement>>(call.Argument<bool>(1)
                ? [.. normally(), .. a.Contents.Elements.Where(element => element.Type == StorageElementType.Snapshot)] : normally()))),
        new("UPDATE-6", "completes no snapshots", a => a.Before("updateSERecords", (call, _) =>
            call.Argument<IReadOnlyList<StorageElement>>(0).Any(element => element.Type == StorageElementType.Snapshot)
                ? throw new InvalidRequestException("No LUN.") : Task.CompletedTask)),
        new("SECRET-2", "writes the password to its log", _ => { }) { Plugin = new() { Base = typeof(IndiscreetPlugin) } },
        new("SECRET-1", "shows the password as a form has it", a => a.Lie<string>("getStatus", status =>
            $"{status}?password={System.Net.WebUtility.UrlEncode(KitBed.Password)}")),
        new("SECRET-1", "shows the password when nothing can be stopped", a => a.Before("cancel", (_, _) =>
            throw new NoSuchOperationException($"login {KitBed.Password}: nothing to stop."))),
        new("SECRET-1", "shows the password when a quality isn't there", a => a.Before("setQoS", (call, _) =>
            a.Contents.Qualities.All(quality => quality.Value != call.Argument<string>(1)) ? throw new InvalidRequestException(KitBed.Password)
                : Task.CompletedTask)),
        .. from clause in new[] { "SIDE-23", "SIDE-24" }
           from method in new[] { "offline", "online", "resize", "setQoS", "startPresent", "stopPresent", "snapRestore" }
           select new Mutant(clause, $"{method} changes the size of relatives", a => Also(a, method, call => HarmRelatives(a, call, clause))),
        .. from relation in Relations
           from method in new[] { "offline", "resize", "setQoS", "clone" }
           select new Mutant("SIDE-23", $"{method} changes the {relation.Name} of its element", a => Also(a, method, call =>
           {
               var target = call.Argument<StorageElement>(0);
               foreach (var other in a.Contents.Elements.Where(other => relation.Is(target, other) && other.Name.StartsWith("osc-", StringComparison.Ordinal)))
               {
                   a.Contents.Put(other with { CreatedAt = other.CreatedAt?.AddDays(-1) });
               }
           })),
    ];

    private static bool IsClone(StorageElement element) => element.Type == StorageElementType.SnapClone;

    private static DateTimeOffset? TimeOf(RecordingArray array, StorageElement made) => array.Contents.Get(new() { Uuid = made.SourceUuids[0] }).CreatedAt;

    private static string[] BeginningSo(RecordingArray array, IReadOnlyList<string> names) =>
        [.. array.Contents.Groups.Select(group => group.Name).Where(name => names.Any(meant => name.StartsWith(meant, StringComparison.Ordinal)))];

    private static void HintsOnly(RecordingArray array, Func<StorageElement, bool> isFound) => array.Instead<IEnumerable<StorageElement>>("list",
        (call, normally, _) => Task.FromResult(call.Argument<StorageElementFilter>(0) is { Name: null, Uuid: null } ? normally() : normally().Where(isFound)));

    private static void OfElement(RecordingArray array, string method, Func<StorageElement, bool> isMeant,
        Func<StorageElement, IReadOnlyList<StorageElement>> answer) => array.Instead<IReadOnlyList<StorageElement>>(method, (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is StorageElement asked && array.Contents.Get(asked) is var present && isMeant(present)
                ? answer(present) : normally()));

    private static void SaysNo(RecordingArray array, string method, Func<StorageElement, bool> isMeant) => array.Instead<bool>(method, (call, normally, _) =>
        Task.FromResult(normally() && !(call.Arguments[0] is StorageElement element && isMeant(array.Contents.Get(element)))));

    private static void WithdrawBefore(RecordingArray array, Func<StorageElement, bool> isMeant) => array.Before("removeAccessGroups", (_, _) =>
    {
        HarmAll(array, element => isMeant(element) ? element with { AccessGroupNames = [] } : element);
        return Task.CompletedTask;
    });

    private static void ForgetWhenRenamed(RecordingArray array, Func<StorageElement, bool> isMeant) =>
        array.Lie<IReadOnlyList<AccessGroup>>("renameAccessGroup", groups =>
        {
            HarmAll(array, element => isMeant(element) ? element with { AccessGroupNames = [] } : element);
            return groups;
        });

    private static void NeverFree(RecordingArray array, string method)
    {
        var used = new ConcurrentDictionary<string, bool>();
        array.Before(method, (call, _) => call.Arguments[1] is StorageElement wanted && !used.TryAdd(wanted.Name, true)
            && array.Contents.Elements.All(element => element.Name != wanted.Name)
                ? throw new AlreadyExistsException("The name was given before.") : Task.CompletedTask);
    }

    private static void DoneThough(RecordingArray array)
    {
        LaterBy(array, [0, 50]);
        array.Instead<StorageElement>("getAsyncProgress", (call, normally, _) =>
        {
            try
            {
                return Task.FromResult(normally());
            }
            catch (NotFoundException)
            {
                return Task.FromResult(call.Argument<StorageElement>(0) with { AsyncProgress = null, AsyncHandle = null });
            }
        });
    }

    /// <summary>Waits until the concurrent call has presented the element, so that the test always runs in the order that fails.</summary>
    private static async Task WhenPresentedAsync(RecordingArray array, RecordedCall call, CancellationToken cancellationToken)
    {
        for (var turn = 0; turn < 2000 && array.Contents.Get(call.Argument<StorageElement>(0)).AccessGroupNames.Count == 0; turn++)
        {
            await Task.Delay(1, cancellationToken);
        }
    }

    /// <summary>Damages the copies of an element; for a clone also its source and the other copies of that source.</summary>
    private static void HarmRelatives(RecordingArray array, RecordedCall call, string clause)
    {
        var target = call.Arguments.OfType<StorageElement>().Last();
        var present = array.Contents.Get(target);
        var family = clause == "SIDE-23" ? [present.Uuid] : present.SourceUuids.ToList();
        foreach (var other in array.Contents.Elements.Where(other => other.Uuid != target.Uuid && (family.Contains(other.Uuid)
            || other.SourceUuids.Any(family.Contains))))
        {
            array.Contents.Put(other with { SizeBytes = other.SizeBytes + 512 });
        }
    }
}
