using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Calls that do their work and something else besides.</content>
internal static partial class Mutants
{
    // The method, the clause, and what the method changes of its element on purpose.
    private static readonly (string Method, string Clause, string[] Meant)[] Methods =
    [
        ("create", "SIDE-1", []),
        ("remove", "SIDE-2", []),
        ("offline", "SIDE-3", ["the state"]),
        ("online", "SIDE-4", ["the state"]),
        ("startPresent", "SIDE-5", ["the presentation"]),
        ("stopPresent", "SIDE-6", ["the presentation"]),
        ("resize", "SIDE-7", ["the size"]),
        ("createSnap", "SIDE-8", []),
        ("createMultiSnap", "SIDE-9", []),
        ("snapRemove", "SIDE-10", []),
        ("snapRestore", "SIDE-11", []),
        ("clone", "SIDE-13", []),
        ("cloneFromSnap", "SIDE-14", []),
        ("splitClone", "SIDE-15", ["the sources", "thin provisioning"]),
        ("setQoS", "SIDE-16", ["the quality of service"]),
    ];

    private static readonly (string Name, Func<StorageElement, StorageElement, bool> Is)[] Relations =
    [
        ("clones", (target, other) => other.Type == StorageElementType.SnapClone && other.SourceUuids.Contains(target.Uuid)),
        ("snapshots", (target, other) => other.Type == StorageElementType.Snapshot && other.SourceUuids.Contains(target.Uuid)),
    ];

    private static IEnumerable<Mutant> SideEffects =>
    [
        .. from method in new[] { "validate", "getStorageNames", "getQoSList", "updateSERecords", "getCurrentSnaps", "getCurrentClones", "list" }
           select new Mutant("SIDE-22", $"{method} sets everything offline", a => a.Before(method, (_, _) =>
           {
               if (a.CalledMethods.Contains("createMultiSnap") || a.CalledMethods.Contains("startPresent"))
               {
                   HarmAll(a, element => element with { State = StorageElementState.Offline });
               }

               return Task.CompletedTask;
           })),
        new("SIDE-7", "a resize erases the snapshots' data", a => a.Lie<StorageElement>("resize", element =>
        {
            foreach (var snapshot in a.Contents.MadeOf(element, StorageElementType.Snapshot))
            {
                a.Contents.Data!.Create(MemoryArrayData.Member(snapshot.Uuid, element.Uuid), element.SizeBytes);
            }

            return element;
        })),
        new("SIDE-13", "a clone mixes up the data of two elements", a => a.Lie<StorageElement>("clone", made =>
        {
            if (a.Contents.Elements.FirstOrDefault(element => element.Type == StorageElementType.Lun && element.Uuid != made.SourceUuids[0]
                && element.State == StorageElementState.Online && element.AccessGroupNames.Count > 0) is { } other)
            {
                a.Contents.Data!.Copy(other.Uuid, made.SourceUuids[0]);
            }

            return made;
        })),
        .. from method in new[] { "isCloneable", "isSnapable", "isSplittable", "isRestorable" }
           from change in Changes
           select new Mutant("SIDE-22", $"{method} changes {change.Field} of all elements",
               a => a.Lie<bool>(method, answer => After(a, answer, change.Change))),
        .. from method in new[] { "getCloneLimits", "getSnapLimits" }
           from change in Changes
           select new Mutant("SIDE-22", $"{method} changes {change.Field} of all elements",
               a => a.Lie<long>(method, answer => After(a, answer, change.Change))),
        .. from change in Changes
           select new Mutant("SIDE-22", $"getStatus changes {change.Field} of all elements", a => a.Lie<string>("getStatus", answer =>
               After(a, answer, change.Change))),
        .. from method in new[] { "validate", "getInfo", "getCapabilities", "getStatus", "list" }
           select new Mutant("SERVER-14", $"{method} calls a cancelled call an unreachable array", a => a.Before(method, (_, token) =>
               token.IsCancellationRequested ? throw new ArrayUnreachableException("The array doesn't answer.") : Task.CompletedTask)),
        new("SERVER-14", "discover calls a cancelled call an unreachable array", a => a.Before("discover", (_, token) =>
            token.IsCancellationRequested ? throw new ArrayUnreachableException("The portal doesn't answer.") : Task.CompletedTask))
        { StorageType = StorageType.iSCSI },
        new("SERVER-14", "getAccessGroups of the array calls a cancelled call a failure", a => a.Before("getAccessGroups", (call, token) =>
            call.Arguments[0] is null && token.IsCancellationRequested ? throw new InvalidRequestException("No answer.") : Task.CompletedTask)),
        .. from method in Methods
           from change in Changes
           select new Mutant(method.Clause, $"{method.Method} changes {change.Field} of others", a => Also(a, method.Method, call => HarmOthers(a, call,
               change.Change))),
        .. from method in Methods
           where method.Method is not ("create" or "remove" or "snapRemove")
           from change in Changes
           where !method.Meant.Contains(change.Field)
           select new Mutant(method.Clause, $"{method.Method} changes {change.Field} of its element", a => Also(a, method.Method, call => HarmArguments(a,
               call, change.Change))),
        .. from method in Methods
           select new Mutant(method.Clause, $"{method.Method} empties access groups", a => Also(a, method.Method, _ => EmptyGroups(a))),
        .. from method in Methods
           select new Mutant(method.Clause, $"{method.Method} removes groups that nothing is presented to", a => Also(a, method.Method, _ =>
               a.Contents.RemoveGroups(a.Contents.Groups))),
        .. from method in Methods
           where method.Method is not "snapRestore"
           select new Mutant(method.Clause, $"{method.Method} erases the data of everything", a => Also(a, method.Method, _ => Erase(a))),
        .. from method in Methods
           where method.Method is not "snapRemove"
           select new Mutant(method.Clause, $"{method.Method} removes a snapshot that is not the first", a => Also(a, method.Method, _ =>
               RemoveSecondSnapshot(a))),
        new("SIDE-12", "a restore of the whole snapshot takes everything offline", a => Also(a, "snapRestore", call => HarmOthers(a, call, Changes[0].Change))),
        new("SIDE-17", "createAccessGroups empties the others", a => a.Lie<IReadOnlyList<AccessGroup>>("createAccessGroups", groups =>
        {
            if (groups.Count > 1)
            {
                a.Contents.RemoveEntries(groups[0].Name, groups[0].Entries);
            }

            return a.Contents.Groups;
        })),
        new("SIDE-18", "removeAccessGroups removes every group that nothing is presented to and withdraws the rest", a =>
            a.Lie<IReadOnlyList<AccessGroup>>("removeAccessGroups", _ =>
        {
            foreach (var element in a.Contents.Elements)
            {
                a.Contents.Put(element with { AccessGroupNames = [] });
            }

            return a.Contents.Groups;
        })),
        new("SIDE-19", "addToAccessGroup adds to all groups", a => a.Instead<AccessGroup>("addToAccessGroup", (call, normally, _) =>
        {
            foreach (var group in a.Contents.Groups)
            {
                a.Contents.AddEntries(group.Name, call.Argument<IReadOnlyList<string>>(1));
            }

            return Task.FromResult(normally());
        })),
        new("SIDE-20", "removeFromAccessGroup withdraws what is presented", a => a.Lie<AccessGroup>("removeFromAccessGroup", group =>
        {
            foreach (var element in a.Contents.Elements)
            {
                a.Contents.Put(element with { AccessGroupNames = [] });
            }

            return group;
        })),
        new("SIDE-21", "renameAccessGroup takes the elements offline", a => a.Lie<IReadOnlyList<AccessGroup>>("renameAccessGroup", groups =>
        {
            HarmAll(a, element => element with { State = StorageElementState.Offline });
            return groups;
        })),
        new("SIDE-22", "isRestorable takes the element offline to look", a => a.Lie<bool>("isRestorable", answer =>
        {
            HarmAll(a, element => element with { State = StorageElementState.Offline });
            return answer;
        })),
        new("SIDE-22", "getStatus withdraws what it finds", a => a.Lie<string>("getStatus", answer =>
        {
            HarmAll(a, Changes[6].Change);
            return answer;
        })),
        new("SIDE-16", "setQoS of a presented element does nothing", a => a.Instead<Done>("setQoS", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)).AccessGroupNames.Count > 0 ? default : normally()))),
        new("SIDE-16", "setQoS erases the element", a => a.Before("setQoS", (call, _) =>
        {
            a.Contents.Data!.Create(call.Argument<StorageElement>(0).Uuid, 1 << 16);
            return Task.CompletedTask;
        })),
        new("SIDE-23", "a clone is withdrawn when its source is", a => a.Instead<StorageElement>("stopPresent", (call, normally, _) =>
        {
            foreach (var clone in a.Contents.MadeOf(call.Argument<StorageElement>(0), StorageElementType.SnapClone))
            {
                a.Contents.Unpresent(clone, call.Argument<IReadOnlyList<string>>(1));
            }

            return Task.FromResult(normally());
        })),
        new("SIDE-7", "resize of a presented element does nothing", a => a.Instead<StorageElement>("resize", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)) is { AccessGroupNames.Count: > 0 } one ? one : normally()))),
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
        // the quality goes back to the default, which is the last that the array tells
        .. from pair in new (string Method, string Clause)[] { ("offline", "SIDE-3"), ("online", "SIDE-4"), ("snapRestore", "SIDE-11") }
           select new Mutant(pair.Clause, $"{pair.Method} takes the default quality", a =>
           {
               a.Contents.Default = "silver";
               a.Instead<Done>(pair.Method, (call, normally, _) =>
               {
                   var done = normally();
                   var changed = call.Arguments.OfType<StorageElement>().Last();
                   foreach (var uuid in changed.Type == StorageElementType.Snapshot ? a.Contents.Get(changed).SourceUuids : [changed.Uuid])
                   {
                       a.Contents.Change(new() { Uuid = uuid }, element => element with { Qos = "silver" });
                   }

                   return Task.FromResult(done);
               });
           }),
        .. from pair in new (string Method, string Clause)[]
           {
               ("resize", "SIDE-7"), ("startPresent", "SIDE-5"), ("stopPresent", "SIDE-6"), ("splitClone", "SIDE-15"),
           }
           select new Mutant(pair.Clause, $"{pair.Method} takes the default quality", a =>
           {
               a.Contents.Default = "silver";
               a.Spoil(pair.Method, element => element with { Qos = "silver" });
           }),
        new("SIDE-25", "online of a clone brings its source online", a => AfterOnline(a, (online, other) => online.SourceUuids.Contains(other.Uuid))),
        new("SIDE-25", "online of a source brings its clones online", a => AfterOnline(a, (online, other) => other.SourceUuids.Contains(online.Uuid))),
        new("SIDE-25", "online brings the clones of one source online", a => AfterOnline(a, (online, other) =>
            other.SourceUuids.Count > 0 && online.SourceUuids.Equals(other.SourceUuids))),
        .. from method in new[] { "startPresent", "stopPresent" }
           select new Mutant("SIDE-26", $"{method} makes the element thin", a => a.Spoil(method, element => element with { ThinProvisioned = true })),
        .. from method in new[] { "setQoS", "offline", "online" }
           select new Mutant("SIDE-26", $"{method} makes the element thin", a => a.Harm(method, element => element with { ThinProvisioned = true })),
        .. from method in new[] { "resize", "startPresent" }
           select new Mutant("SIDE-26", $"{method} moves the element to the first volume group", a => a.Spoil(method, element =>
               element with { VolumeGroupName = "pool" })),
        .. from method in new[] { "setQoS", "offline", "online" }
           select new Mutant("SIDE-26", $"{method} moves the element to the first volume group", a => a.Harm(method, element =>
               element with { VolumeGroupName = "pool" })),
        new("SIDE-26", "a restore makes the element thin", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            normally();
            HarmAll(a, element => a.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids.Contains(element.Uuid)
                ? element with { ThinProvisioned = true } : element);
            return Task.FromResult(default(Done));
        })),
        new("SIDE-26", "a snapshot makes its source thin", a => a.Instead<StorageElement>("createSnap", (call, normally, _) =>
        {
            var made = normally();
            a.Contents.Change(call.Argument<StorageElement>(0), element => element with { ThinProvisioned = true });
            return Task.FromResult(made);
        })),
    ];

    private static void EmptyGroups(RecordingArray array)
    {
        foreach (var group in array.Contents.Groups)
        {
            array.Contents.RemoveEntries(group.Name, group.Entries);
        }
    }

    private static void RemoveSecondSnapshot(RecordingArray array)
    {
        if (array.Contents.MadeOf(null, StorageElementType.Snapshot) is [_, var second, ..])
        {
            array.Contents.Remove(second);
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

    private static void AfterOnline(RecordingArray array, Func<StorageElement, StorageElement, bool> isMeant) =>
        array.Instead<Done>("online", (call, normally, _) =>
        {
            normally();
            var online = array.Contents.Get(call.Argument<StorageElement>(0));
            HarmAll(array, other => other.Type != StorageElementType.Snapshot && isMeant(online, other)
                ? other with { State = StorageElementState.Online } : other);
            return Task.FromResult(default(Done));
        });
}
