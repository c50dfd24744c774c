using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>list, and what getInfo and the other calls tell.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Listing =>
    [
        OfPresentations("LIST-2", "writes page 0x83 ids in capitals where it has some",
            a => a.Put(element => element with { Page83Id = "3" + new string('A', 32) })),
        new("INFO-8", "tells the creation of clones in another time zone", a => a.Tell("getInfo", element =>
            element.Type == StorageElementType.SnapClone ? element with { CreatedAt = element.CreatedAt?.AddHours(-5) } : element)),
        new("INFO-8", "tells the creation of a snapshot's clone in local time", a => a.Spoil("cloneFromSnap", made =>
            made with { CreatedAt = made.CreatedAt?.AddHours(1) })),
        new("INFO-9", "finds snapshots by their names", a => a.Instead<StorageElement>("getInfo", (call, normally, _) =>
            Task.FromResult(call.Argument<StorageElement>(0).Type == StorageElementType.Snapshot
                ? a.Contents.Elements.FirstOrDefault(element => element.Name == call.Argument<StorageElement>(0).Name) ?? throw new NotFoundException("Who?")
                : normally()))),
        new("INFO-9", "tells the first clone for every clone", a => a.Instead<StorageElement>("getInfo", (call, normally, _) =>
            Task.FromResult(normally() is { Type: StorageElementType.SnapClone } clone
                ? a.Contents.MadeOf(new() { Uuid = clone.SourceUuids[0] }, StorageElementType.SnapClone)[^1] with { Uuid = clone.Uuid } : normally()))),
        new("INFO-10", "has no status of offline elements", a => a.Instead<string>("getStatus", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is StorageElement element && a.Contents.Get(element).State == StorageElementState.Offline ? "" : normally()))),
        new("INFO-11", "tells more unique bytes than used ones", a => a.Tell("getInfo", element => element with { UsedBytes = 1, UniqueBytes = 2 })),
        new("INFO-11", "tells used bytes below 0", a => a.Tell("getInfo", element => element with { UsedBytes = -1 })),
        new("INFO-8", "tells the local time as if it were UTC", a => a.Tell("getInfo", element => element with { CreatedAt = element.CreatedAt?.AddHours(2) })),
        new("INFO-8", "tells the beginning of time", a => a.Tell("getInfo", element => element with { CreatedAt = DateTimeOffset.UnixEpoch })),
        new("LIST-2", "has page 0x83 ids in capitals on an array that was empty", a => a.TellAll(element =>
            element with { Page83Id = element.Page83Id.ToUpperInvariant() })),
        new("LIST-3", "gives all elements one page 0x83 id on an array that was empty", a => a.TellAll(element =>
            element with { Page83Id = "3" + new string('a', 32) })),
        new("LIST-5", "gives all elements one name on an array that was empty", a => a.TellAll(element => element with { Name = "same" })),
        new("LIST-6", "has no sizes on an array that was empty", a => a.TellAll(element => element with { SizeBytes = 0 })),
        new("LIST-10", "list forgets an element just created", a => a.Lie<IEnumerable<StorageElement>>("list", all => [.. all.Skip(1)])),
        new("LIST-8", "list returns nothing at all", a => a.Lie<IEnumerable<StorageElement>>("list", _ => [])),
        new("INFO-13", "getAccessGroups of an element tells the first alone", a =>
            a.Instead<IReadOnlyList<AccessGroup>>("getAccessGroups", (call, normally, _) =>
            Task.FromResult<IReadOnlyList<AccessGroup>>(call.Arguments[0] is null ? normally() : [.. normally().Take(1)]))),
        new("INFO-13", "a group is presented in another case than it has", a => a.Spoil("startPresent", one => one with
        {
            AccessGroupNames = one.AccessGroupNames.Select(name => name.ToLowerInvariant()).ToValueList(),
        })),
        new("LIST-8", "list leaves out an element with a snapshot", a => a.Lie<IEnumerable<StorageElement>>("list", all =>
            all.Where(one => a.Contents.MadeOf(one, StorageElementType.Snapshot).Count == 0))),
        new("LIST-7", "list leaves out an element with a clone", a => a.Lie<IEnumerable<StorageElement>>("list", all =>
            all.Where(one => a.Contents.MadeOf(one, StorageElementType.SnapClone).Count == 0))),
        new("INFO-13", "list returns an element with a snapshot twice", a => a.Lie<IEnumerable<StorageElement>>("list", all =>
            all.SelectMany(one => a.Contents.MadeOf(one, StorageElementType.Snapshot).Count > 0 ? [one, one] : new[] { one }))),
        new("INFO-13", "list by page 0x83 id finds nothing presented", a => a.Instead<IEnumerable<StorageElement>>("list", (call, normally, _) =>
            Task.FromResult(call.Argument<StorageElementFilter>(0).Page83Id is null ? normally() : normally().Where(one => one.AccessGroupNames.Count == 0)))),
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
        new("LIST-1", "lists snapshots", a =>
        {
            a.Put(element => element with { Type = StorageElementType.Snapshot });
            a.Instead<IEnumerable<StorageElement>>("list", (_, _, _) => Task.FromResult<IEnumerable<StorageElement>>(a.Contents.Elements));
        }),
        new("LIST-2", "writes page 0x83 ids in capitals", a => a.Put(element => element with { Page83Id = "3" + new string('A', 32) })),
        new("LIST-3", "gives one page 0x83 id twice", a =>
        {
            a.Put(element => element with { Page83Id = "3" + new string('a', 32) });
            a.Put(element => element with { Page83Id = "3" + new string('a', 32) });
        }),
        new("LIST-4", "writes identities with dashes", a => a.Put(element => element with { Uuid = Guid.NewGuid().ToString("d") })),
        new("LIST-5", "gives one name twice", a =>
        {
            a.Put(element => element with { Name = "twin" });
            a.Put(element => element with { Name = "twin" });
        }),
        new("LIST-6", "lists an element of no size", a => a.Put(element => element with { SizeBytes = 0 })),
        new("LIST-7", "returns all types whatever was asked for",
            a => a.Instead<IEnumerable<StorageElement>>("list", (_, _, _) => Task.FromResult(a.Contents.List(new())))),
        new("LIST-8", "lists a snapshot too",
            a => a.Instead<IEnumerable<StorageElement>>("list", (_, _, _) => Task.FromResult<IEnumerable<StorageElement>>(a.Contents.Elements))),
        new("LIST-9", "takes case seriously in the beginning of a name", a => a.Instead<IEnumerable<StorageElement>>("list", (call, normally, _) =>
            Task.FromResult(normally().Where(element =>
                element.Name.StartsWith(call.Argument<StorageElementFilter>(0).NamePrefix ?? "", StringComparison.Ordinal))))),
        new("LIST-10", "looks at the host while listing", a => a.TellAll(element => element with { DevicePaths = ["/dev/mapper/x"] })),
        new("LIST-11", "lists the size in other words", a => a.TellAll(element => element with { SizeBytes = element.SizeBytes / 1000 * 1000 })),
        new("LIST-12", "forgets in list what a clone was made of", a => a.TellAll(element => element with { SourceUuids = [] })),
        new("INFO-1", "finds elements by their names", a => a.Instead<StorageElement>("getInfo", (call, _, _) =>
            Task.FromResult(a.Contents.Elements.FirstOrDefault(element => element.Name == call.Argument<StorageElement>(0).Name)
                ?? throw new NotFoundException("Who?")))),
        new("INFO-2", "believes any record", a => a.Instead<StorageElement>("getInfo", (call, _, _) => Task.FromResult(call.Argument<StorageElement>(0)))),
        new("INFO-3", "knows nothing of snapshots in getInfo",
            a => a.Tell("getInfo", element => element.Type == StorageElementType.Snapshot ? throw new NotFoundException("No LUN.") : element)),
        new("INFO-4", "has no status of an element", a => a.Lie<string>("getStatus", _ => "")),
        new("INFO-5", "has a status of what isn't there", a => a.Believe("getStatus", "Good")),
        new("INFO-7", "tells progress where nothing goes on", a => a.Tell("getInfo", element => element with { AsyncProgress = 100 })),
        .. from hint in new (string Name, Func<StorageElementFilter, string?> Value)[]
           {
               ("name", filter => filter.Name), ("beginning", filter => filter.NamePrefix), ("end", filter => filter.NameSuffix),
               ("page 0x83 id", filter => filter.Page83Id), ("identity", filter => filter.Uuid),
           }
           from left in new (string What, Func<StorageElement, bool> IsMeant)[]
           {
               ("clones", IsClone), ("offline elements", element => element.State == StorageElementState.Offline),
               ("presented elements", element => element.AccessGroupNames.Count > 0),
           }
           select new Mutant("LIST-9", $"with a {hint.Name} as a hint {left.What} are left out", a => a.Instead<IEnumerable<StorageElement>>("list",
               (call, normally, _) => Task.FromResult(normally().Where(element =>
                   hint.Value(call.Argument<StorageElementFilter>(0)) is null || !left.IsMeant(element))))),
        .. from hint in new (string Name, Func<RecordingArray, StorageElementFilter, bool> IsUnknown)[]
           {
               ("name", (a, filter) => filter.Name is { } name && a.Contents.Elements.All(element => element.Name != name)),
               ("identity", (a, filter) => filter.Uuid is { } uuid && a.Contents.Elements.All(element => element.Uuid != uuid)),
               ("page 0x83 id", (a, filter) => filter.Page83Id is { } id && a.Contents.Elements.All(element => element.Page83Id != id)),
           }
           select new Mutant("LIST-13", $"list fails for a {hint.Name} that isn't there", a => a.Before("list", (call, _) =>
               hint.IsUnknown(a, call.Argument<StorageElementFilter>(0)) ? throw new NotFoundException("There is none.") : Task.CompletedTask)),
        .. from type in new[] { StorageElementType.Snapshot, StorageElementType.SnapClone }
           select new Mutant("LIST-14", $"list tells an element once for each {type}", a => a.Lie<IEnumerable<StorageElement>>("list", all =>
               [.. all.SelectMany(element => OnceForEach(a, element, type))])),
        new("LIST-14", "list tells an element once for each group", a => a.Lie<IEnumerable<StorageElement>>("list", all =>
            [.. all.SelectMany(element => Enumerable.Repeat(element, Math.Max(1, element.AccessGroupNames.Count)))])),
        new("LIST-14", "getCurrentSnaps tells a snapshot once for each clone", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", all =>
            [.. all.SelectMany(snapshot => OnceForEach(a, snapshot, StorageElementType.SnapClone))])),
        new("LIST-14", "getCurrentSnaps leaves out a snapshot with clones", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", all =>
            [.. all.Where(snapshot => a.Contents.MadeOf(snapshot, StorageElementType.SnapClone).Count == 0)])),
        new("LIST-14", "getCurrentClones tells a clone once for each group", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentClones", all =>
            [.. all.SelectMany(clone => Enumerable.Repeat(clone, Math.Max(1, clone.AccessGroupNames.Count)))])),
    ];

    private static DateTimeOffset? TimeOf(RecordingArray array, StorageElement made) => array.Contents.Get(new() { Uuid = made.SourceUuids[0] }).CreatedAt;

    private static void HintsOnly(RecordingArray array, Func<StorageElement, bool> isFound) => array.Instead<IEnumerable<StorageElement>>("list",
        (call, normally, _) => Task.FromResult(call.Argument<StorageElementFilter>(0) is { Name: null, Uuid: null } ? normally() : normally().Where(isFound)));

    // As a query of two tables does.
    private static IEnumerable<StorageElement> OnceForEach(RecordingArray array, StorageElement element, StorageElementType type) =>
        Enumerable.Repeat(element, Math.Max(1, array.Contents.MadeOf(element, type).Count));
}
