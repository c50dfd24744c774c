using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Plug-ins that find elements by the wrong thing, and that are wrong about copies of copies, stopped work and presented elements.</content>
internal static partial class Mutants
{
    private static readonly string[] OfOneElement =
    [
        "getStatus", "offline", "online", "setQoS", "remove", "resize", "startPresent", "stopPresent", "createSnap", "clone", "snapRemove", "snapRestore",
        "splitClone", "cloneFromSnap", "getCurrentSnaps", "getCurrentClones", "getAccessGroups", "isCloneable", "isSnapable", "isSplittable", "isRestorable",
    ];

    private static IEnumerable<Mutant> Swept =>
    [
        .. from method in OfOneElement
           select new Mutant(IdentityClause(method), $"{method} finds an element by its name", a => FindBy(a, method, asked =>
               a.Contents.Elements.FirstOrDefault(element => element.Name == asked.Name && element.Uuid != asked.Uuid) ?? asked)),
        .. from method in OfOneElement.Where(method => !IsQuestion(method))
           select new Mutant(IdentityClause(method), $"{method} finds the last element whose name begins so", a => FindBy(a, method, asked =>
               a.Contents.Elements.FirstOrDefault(element => element.Name.StartsWith(a.Contents.Get(asked).Name, StringComparison.Ordinal)
                   && element.Uuid != asked.Uuid && element.Type == a.Contents.Get(asked).Type) ?? asked)),
        .. from method in OfOneElement.Where(method => !IsQuestion(method))
           select new Mutant(IdentityClause(method), $"{method} finds an element by its name in any case", a => FindBy(a, method, asked =>
               a.Contents.Elements.FirstOrDefault(element => string.Equals(element.Name, a.Contents.Get(asked).Name, StringComparison.OrdinalIgnoreCase)
                   && element.Uuid != asked.Uuid) ?? asked)),
        .. from method in OfOneElement.Except(["remove", "snapRemove", "isRestorable", "getAccessGroups"])
           select new Mutant(IsQuestion(method) ? "IDENTITY-2" : IdentityClause(method), $"{method} believes the record", a =>
               FindBy(a, method, asked => asked, believe: true)),
        new("IDENTITY-4", "getAccessGroups of what was removed is empty", a => a.Believe<IReadOnlyList<AccessGroup>>("getAccessGroups", [])),
        .. from method in new[] { "isCloneable", "isSnapable", "isSplittable", "isRestorable" }
           from answer in new[] { true, false }
           select new Mutant(IdentityClause(method), $"{method} says {answer} of what was removed", a => OfRemoved(a, method, answer)),
        .. from method in new[] { "getCloneLimits", "getSnapLimits" }
           select new Mutant("IDENTITY-4", $"{method} of what was removed", a => OfRemoved(a, method, 5L)),
        .. from method in new[] { "getCurrentSnaps", "getCurrentClones" }
           select new Mutant("IDENTITY-4", $"{method} of what was removed", a => OfRemoved<IReadOnlyList<StorageElement>>(a, method, [])),
        new("IDENTITY-4", "updateSERecords leaves out what was removed", a => a.Instead<IReadOnlyList<StorageElement>>("updateSERecords", (call, _, _) =>
            Task.FromResult(a.Contents.Update([.. call.Argument<IReadOnlyList<StorageElement>>(0).Where(element =>
                a.Contents.Elements.Any(other => other.Uuid == element.Uuid) || !Removed(a).Contains(element.Uuid))], call.Argument<bool>(1))))),
        new("IDENTITY-4", "updateSERecords leaves out one that isn't there of several", a => a.Instead<IReadOnlyList<StorageElement>>("updateSERecords",
            (call, normally, _) => Task.FromResult(call.Argument<IReadOnlyList<StorageElement>>(0).Count < 2 ? normally()
                : a.Contents.Update([.. call.Argument<IReadOnlyList<StorageElement>>(0).Where(element =>
                    a.Contents.Elements.Any(other => other.Uuid == element.Uuid))], call.Argument<bool>(1))))),
        // remove
        new("REMOVE-10", "remove sets a presented element offline before it refuses", a => a.Before("remove", (call, _) =>
        {
            if (a.Contents.Get(call.Argument<StorageElement>(0)) is { AccessGroupNames.Count: > 0 } element)
            {
                a.Contents.SetState(element, StorageElementState.Offline);
            }

            return Task.CompletedTask;
        })),
        new("REMOVE-10", "remove erases what has snapshots before it refuses", a => a.Before("remove", (call, _) =>
        {
            var element = a.Contents.Get(call.Argument<StorageElement>(0));
            if (a.Contents.MadeOf(element, StorageElementType.Snapshot).Count > 0 && element.Type == StorageElementType.Lun)
            {
                a.Contents.Data!.Create(element.Uuid, element.SizeBytes);
            }

            return Task.CompletedTask;
        })),
        new("REMOVE-10", "remove erases what is presented before it refuses", a => a.Before("remove", (call, _) =>
        {
            var element = a.Contents.Get(call.Argument<StorageElement>(0));
            if (element.AccessGroupNames.Count > 0)
            {
                a.Contents.Data!.Create(element.Uuid, element.SizeBytes);
            }

            return Task.CompletedTask;
        })),
        new("REMOVE-10", "remove empties the groups of a presented element before it refuses", a => a.Before("remove", (call, _) =>
        {
            foreach (var group in a.Contents.Get(call.Argument<StorageElement>(0)).AccessGroupNames)
            {
                a.Contents.RemoveEntries(group, a.Contents.Groups.First(one => one.Name == group).Entries);
            }

            return Task.CompletedTask;
        })),
        new("REMOVE-11", "remove erases the clones' data", a => a.Before("remove", (call, _) =>
        {
            foreach (var clone in a.Contents.MadeOf(call.Argument<StorageElement>(0), StorageElementType.SnapClone))
            {
                a.Contents.Data!.Create(clone.Uuid, clone.SizeBytes);
            }

            return Task.CompletedTask;
        })),
        new("REMOVE-11", "remove of a clone erases its source", a => a.Before("remove", (call, _) =>
        {
            if (a.Contents.Get(call.Argument<StorageElement>(0)) is { Type: StorageElementType.SnapClone } clone
                && a.Contents.Elements.FirstOrDefault(one => one.Uuid == clone.SourceUuids[0]) is { Type: StorageElementType.Lun } source)
            {
                a.Contents.Data!.Create(source.Uuid, source.SizeBytes);
            }

            return Task.CompletedTask;
        })),
        new("REMOVE-11", "remove of a snapshot's clone removes the snapshot", a => a.Instead<Done>("remove", (call, normally, _) =>
        {
            var element = a.Contents.Get(call.Argument<StorageElement>(0));
            normally();
            if (element.SourceUuids.Count == 1 && a.Contents.Elements.FirstOrDefault(one => one.Uuid == element.SourceUuids[0]) is
                { Type: StorageElementType.Snapshot } snapshot)
            {
                a.Contents.RemoveSnapshot(snapshot);
            }

            return Task.FromResult(default(Done));
        })),
        new("REMOVE-11", "remove of a clone with a clone removes that", a => a.Instead<Done>("remove", (call, normally, _) =>
        {
            var element = a.Contents.Get(call.Argument<StorageElement>(0));
            var clones = IsClone(element) ? a.Contents.MadeOf(element, StorageElementType.SnapClone) : [];
            normally();
            foreach (var clone in clones)
            {
                a.Contents.Remove(clone);
            }

            return Task.FromResult(default(Done));
        })),

        // snapRemove
        new("RESTORE-23", "snapRemove erases the data of the snapshot's clones", a => a.Before("snapRemove", (call, _) =>
        {
            foreach (var clone in a.Contents.MadeOf(call.Argument<StorageElement>(0), StorageElementType.SnapClone))
            {
                a.Contents.Data!.Create(clone.Uuid, clone.SizeBytes);
            }

            return Task.CompletedTask;
        })),
        new("SNAP-24", "snapRemove rolls its source back", a => a.Before("snapRemove", (call, _) =>
        {
            var snapshot = a.Contents.Get(call.Argument<StorageElement>(0));
            if (snapshot.Type == StorageElementType.Snapshot)
            {
                a.Contents.Restore(snapshot, null);
            }

            return Task.CompletedTask;
        })),
        new("SNAP-24", "snapRemove of a snapshot of several removes the members' own", a => a.Instead<Done>("snapRemove", (call, normally, _) =>
        {
            var snapshot = a.Contents.Get(call.Argument<StorageElement>(0));
            normally();
            if (snapshot.SourceUuids.Count > 1)
            {
                foreach (var other in a.Contents.Elements.Where(one => one.Type == StorageElementType.Snapshot
                    && one.SourceUuids.Any(snapshot.SourceUuids.Contains)))
                {
                    a.Contents.RemoveSnapshot(other);
                }
            }

            return Task.FromResult(default(Done));
        })),
        new("SNAP-24", "snapRemove of a member's own removes the snapshot of several", a => a.Instead<Done>("snapRemove", (call, normally, _) =>
        {
            var snapshot = a.Contents.Get(call.Argument<StorageElement>(0));
            normally();
            foreach (var other in a.Contents.Elements.Where(one => one.SourceUuids.Count > 1 && snapshot.SourceUuids.Count == 1
                && one.SourceUuids.Contains(snapshot.SourceUuids[0])))
            {
                a.Contents.RemoveSnapshot(other);
            }

            return Task.FromResult(default(Done));
        })),
        new("SNAP-24", "snapRemove of a clone's snapshot removes its source's", a => a.Instead<Done>("snapRemove", (call, normally, _) =>
        {
            var snapshot = a.Contents.Get(call.Argument<StorageElement>(0));
            normally();
            if (a.Contents.Elements.FirstOrDefault(one => one.Uuid == snapshot.SourceUuids[0]) is { } clone && IsClone(clone))
            {
                foreach (var other in a.Contents.MadeOf(new() { Uuid = clone.SourceUuids[0] }, StorageElementType.Snapshot))
                {
                    a.Contents.RemoveSnapshot(other);
                }
            }

            return Task.FromResult(default(Done));
        })),
        new("SNAP-24", "snapRemove sets an offline source online", a => a.Before("snapRemove", (call, _) =>
        {
            foreach (var source in a.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids)
            {
                a.Contents.SetState(new() { Uuid = source }, StorageElementState.Online);
            }

            return Task.CompletedTask;
        })),

        // snapRestore
        new("RESTORE-23", "snapRestore rolls back the snapshot's clones", a => a.Before("snapRestore", (call, _) =>
        {
            var snapshot = a.Contents.Get(call.Argument<StorageElement>(0));
            foreach (var clone in a.Contents.MadeOf(snapshot, StorageElementType.SnapClone))
            {
                a.Contents.Data!.Copy(MemoryArrayData.Member(snapshot.Uuid, snapshot.SourceUuids[0]), clone.Uuid);
            }

            return Task.CompletedTask;
        })),
        new("RESTORE-20", "snapRestore of a clone's snapshot restores its source", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            var snapshot = a.Contents.Get(call.Argument<StorageElement>(0));
            normally();
            if (snapshot.SourceUuids.Count == 1 && a.Contents.Elements.FirstOrDefault(one => one.Uuid == snapshot.SourceUuids[0]) is { } clone
                && IsClone(clone) && a.Contents.Elements.Any(one => one.Uuid == clone.SourceUuids[0] && one.Type == StorageElementType.Lun))
            {
                a.Contents.Data!.Copy(MemoryArrayData.Member(snapshot.Uuid, clone.Uuid), clone.SourceUuids[0]);
            }

            return Task.FromResult(default(Done));
        })),
        new("RESTORE-20", "snapRestore of a clone's snapshot does nothing", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
            Task.FromResult(a.Contents.Elements.Any(one => IsClone(one) && a.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids.Contains(one.Uuid))
                ? default : normally()))),
        new("RESTORE-21", "snapRestore of a presented element does nothing", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
            Task.FromResult(call.Arguments[1] is StorageElement one && a.Contents.Get(one).AccessGroupNames.Count > 0 ? default : normally()))),
        new("RESTORE-21", "snapRestore of a whole snapshot of a presented element does nothing", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
            Task.FromResult(call.Arguments[1] is null && a.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids.Any(uuid =>
                a.Contents.Get(new() { Uuid = uuid }).AccessGroupNames.Count > 0) ? default : normally()))),
        new("RESTORE-21", "snapRestore of a whole snapshot withdraws its members", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            normally();
            if (call.Arguments[1] is null)
            {
                foreach (var uuid in a.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids)
                {
                    a.Contents.Change(new() { Uuid = uuid }, element => element with { AccessGroupNames = [] });
                }
            }

            return Task.FromResult(default(Done));
        })),
        new("RESTORE-21", "snapRestore of a whole snapshot of several withdraws its members", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            normally();
            if (call.Arguments[1] is null && a.Contents.Get(call.Argument<StorageElement>(0)) is { SourceUuids.Count: > 1 } snapshot)
            {
                foreach (var uuid in snapshot.SourceUuids)
                {
                    a.Contents.Change(new() { Uuid = uuid }, element => element with { AccessGroupNames = [] });
                }
            }

            return Task.FromResult(default(Done));
        })),
        new("IDENTITY-5", "snapRestore to a removed snapshot does nothing", a => a.Believe("snapRestore", default(Done))),
        new("RESTORE-20", "snapRestore restores the middle of nothing", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            var uuid = call.Arguments[1] is StorageElement one ? one.Uuid : a.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids[0];
            var middle = Middle(a, uuid);
            normally();
            SetMiddle(a, uuid, middle);
            return Task.FromResult(default(Done));
        })),
        new("REMOVE-11", "clone leaves the middle empty", a => a.Lie<StorageElement>("clone", made =>
        {
            SetMiddle(a, made.Uuid, new byte[4096]);
            return made;
        })),
        new("SPLIT-9", "splitClone leaves the middle empty", a => a.Lie<StorageElement>("splitClone", made =>
        {
            SetMiddle(a, made.Uuid, new byte[4096]);
            return made;
        })),
        new("RESTORE-22", "isRestorable says no of a member of several, and restores it", a => a.Instead<bool>("isRestorable", (call, normally, _) =>
            Task.FromResult(normally() && !(call.Arguments[1] is not null && a.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids.Count > 1)))),
        new("RESTORE-22", "isRestorable says no of a whole snapshot, and restores it", a => a.Instead<bool>("isRestorable", (call, normally, _) =>
            Task.FromResult(normally() && call.Arguments[1] is not null))),
        new("RESTORE-22", "isRestorable says no of a whole snapshot of several, and restores it", a => a.Instead<bool>("isRestorable", (call, normally, _) =>
            Task.FromResult(normally() && !(call.Arguments[1] is null && a.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids.Count > 1)))),
        new("RESTORE-22", "isRestorable says yes of a stranger to several", a => a.Instead<bool>("isRestorable", (call, normally, _) =>
            Task.FromResult(normally() || a.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids.Count > 1))),
        new("RESTORE-22", "snapRestore restores a stranger to several", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
            Task.FromResult(call.Arguments[1] is StorageElement one && a.Contents.Get(call.Argument<StorageElement>(0)) is { SourceUuids.Count: > 1 } snapshot
                && !snapshot.SourceUuids.Contains(one.Uuid) ? default : normally()))),

        // createMultiSnap
        .. from lie in Untruths
           where !lie.What.Contains("thin", StringComparison.Ordinal)
           select new Mutant("MULTISNAP-8", $"{lie.What} in the answer of createMultiSnap", a => a.Tell("createMultiSnap", lie.Change)),
        new("SNAP-24", "createMultiSnap ignores the name", a => a.Spoil("createMultiSnap", made => made with { Name = "multi-" + made.Uuid })),
        new("MULTISNAP-7", "createMultiSnap returns the old one where a name is taken", a => a.Instead<StorageElement>("createMultiSnap", (call, normally, _) =>
            Task.FromResult(call.Arguments[1] is StorageElement wanted && a.Contents.Elements.FirstOrDefault(one => one.Name == wanted.Name) is { } old
                ? old : normally()))),
        new("MULTISNAP-7", "createMultiSnap takes the name from the element that has it", a => a.Before("createMultiSnap", (call, _) =>
        {
            if (call.Arguments[1] is StorageElement wanted && a.Contents.Elements.FirstOrDefault(one => one.Name == wanted.Name) is { } old)
            {
                a.Contents.Put(old with { Name = old.Name + "-old" });
            }

            return Task.CompletedTask;
        })),
        new("MULTISNAP-7", "createMultiSnap names all alike", a =>
            a.Spoil("createMultiSnap", made => made.Name.StartsWith("snapshot-", StringComparison.Ordinal)
            ? made with { Name = "multi" } : made)),
        new("MULTISNAP-8", "createMultiSnap presents it as its members", a => a.Spoil("createMultiSnap", made => made with
        {
            AccessGroupNames = a.Contents.Get(new() { Uuid = made.SourceUuids[0] }).AccessGroupNames,
        })),
        new("MULTISNAP-8", "createMultiSnap sets its members online", a => a.Lie<StorageElement>("createMultiSnap", made =>
        {
            foreach (var uuid in made.SourceUuids)
            {
                a.Contents.SetState(new() { Uuid = uuid }, StorageElementState.Online);
            }

            return made;
        })),
        new("MULTISNAP-8", "createMultiSnap of a clone is of its source", a => a.Instead<StorageElement>("createMultiSnap", (call, _, _) =>
            Task.FromResult(a.Contents.Snap([.. call.Argument<IReadOnlyList<StorageElement>>(0).Select(one => a.Contents.Get(one) is var present
                && IsClone(present) ? a.Contents.Get(new() { Uuid = present.SourceUuids[0] }) : present)], (StorageElement?)call.Arguments[1])))),
        new("MULTISNAP-9", "createMultiSnap takes snapshots as members", a => a.Instead<StorageElement>("createMultiSnap", (call, _, _) =>
            Task.FromResult(a.Contents.Snap([.. call.Argument<IReadOnlyList<StorageElement>>(0).Select(one => Lun(a, one))],
                (StorageElement?)call.Arguments[1])))),
        new("LIMIT-13", "createMultiSnap knows no limit", a => a.Instead<StorageElement>("createMultiSnap", (_, normally, _) =>
        {
            var limit = a.Contents.SnapLimit;
            a.Contents.SnapLimit = -1;
            try
            {
                return Task.FromResult(normally());
            }
            finally
            {
                a.Contents.SnapLimit = limit;
            }
        })),
        new("RESTORE-12", "createMultiSnap copies the first member's data for all", a => a.Lie<StorageElement>("createMultiSnap", made =>
        {
            foreach (var uuid in made.SourceUuids.Skip(1))
            {
                a.Contents.Data!.Copy(made.SourceUuids[0], MemoryArrayData.Member(made.Uuid, uuid));
            }

            return made;
        })),
        new("MULTISNAP-5", "createMultiSnap with a member that isn't there fails in its own way", a =>
            a.FailAs<NotFoundException, StorageElement>("createMultiSnap")),

        // splitClone
        new("KIND-10", "splitClone of a snapshot makes it a LUN", a => a.Instead<StorageElement>("splitClone", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)) is { Type: StorageElementType.Snapshot } snapshot
                ? a.Contents.Put(snapshot with { Type = StorageElementType.Lun, SourceUuids = [] }) : normally()))),
        new("SPLIT-15", "splitClone loses the clone's snapshots", a => a.Lie<StorageElement>("splitClone", made =>
        {
            foreach (var snapshot in a.Contents.MadeOf(made, StorageElementType.Snapshot))
            {
                a.Contents.RemoveSnapshot(snapshot);
            }

            return made;
        })),
        new("SPLIT-15", "splitClone makes the clone's clones the source's", a => a.Instead<StorageElement>("splitClone", (call, normally, _) =>
        {
            var clone = a.Contents.Get(call.Argument<StorageElement>(0));
            var split = normally();
            foreach (var other in a.Contents.MadeOf(clone, StorageElementType.SnapClone))
            {
                a.Contents.Put(other with { SourceUuids = clone.SourceUuids });
            }

            return Task.FromResult(split);
        })),
        new("SPLIT-15", "splitClone splits the clone's clones too", a => a.Lie<StorageElement>("splitClone", made =>
        {
            foreach (var other in a.Contents.MadeOf(made, StorageElementType.SnapClone))
            {
                a.Contents.Put(other with { Type = StorageElementType.Lun, SourceUuids = [] });
            }

            return made;
        })),
        new("SPLIT-15", "splitClone of a clone's clone splits the first", a => a.Before("splitClone", (call, _) =>
        {
            var clone = a.Contents.Get(call.Argument<StorageElement>(0));
            if (clone.SourceUuids.Count == 1 && a.Contents.Elements.FirstOrDefault(one => one.Uuid == clone.SourceUuids[0]) is { } first && IsClone(first))
            {
                a.Contents.Put(first with { Type = StorageElementType.Lun, SourceUuids = [] });
            }

            return Task.CompletedTask;
        })),
        new("SPLIT-16", "splitClone of a snapshot's clone does nothing", a => a.Instead<StorageElement>("splitClone", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)) is var clone && IsOfSnapshot(a, clone) ? clone : normally()))),
        new("SPLIT-16", "splitClone of a snapshot's clone is refused", a => a.Before("splitClone", (call, _) =>
            IsOfSnapshot(a, a.Contents.Get(call.Argument<StorageElement>(0))) ? throw new InvalidRequestException("Of a snapshot.") : Task.CompletedTask)),
        new("SPLIT-16", "isSplittable says no of a clone, and splits it", a => a.Return("isSplittable", false)),
        new("SPLIT-16", "isSplittable says no of a snapshot's clone, and splits it", a => SaysNo(a, "isSplittable", one => IsOfSnapshot(a, one))),
        new("SPLIT-16", "isSplittable says no of a presented clone, and splits it", a => SaysNo(a, "isSplittable", one => one.AccessGroupNames.Count > 0)),
        new("SPLIT-16", "isSplittable says no of an offline clone, and splits it", a =>
            SaysNo(a, "isSplittable", one => one.State == StorageElementState.Offline)),
        new("SPLIT-16", "a split clone is listed as a clone", a => a.TellAll(element => element.Type == StorageElementType.Lun && element.Name.Length > 0
            && a.CalledMethods.Contains("splitClone") && element.ThinProvisioned == true && element.SourceUuids.Count == 0
            && a.Calls.Any(call => call.Method == "splitClone" && call.Argument<StorageElement>(0).Uuid == element.Uuid)
                ? element with { Type = StorageElementType.SnapClone } : element)),

        // work in the background
        .. from method in new[] { "resize", "splitClone" }
           select new Mutant("ASYNC-16", $"stops {method} by removing the element", a =>
           {
               a.Contents.Abilities = KitBed.Later;
               a.Before("cancel", (call, _) =>
               {
                   if (a.Calls.Any(begun => begun.Method == method && begun.Argument<StorageElement>(0).Uuid == call.Argument<StorageElement>(0).Uuid))
                   {
                       a.Contents.Remove(call.Argument<StorageElement>(0));
                   }

                   return Task.CompletedTask;
               });
           }),
        new("ASYNC-17", "stops what is done by removing it", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Instead<bool>("cancel", (call, normally, _) =>
            {
                var stopped = normally();
                if (!stopped && a.Contents.Elements.FirstOrDefault(one => one.Uuid == call.Argument<StorageElement>(0).Uuid) is { } done)
                {
                    a.Contents.Remove(done);
                }

                return Task.FromResult(stopped);
            });
        }),
        new("ASYNC-17", "says that it stopped what was done", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Lie<bool>("cancel", _ => true);
        }),
        new("ASYNC-17", "says again that it stopped what was stopped", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Instead<bool>("cancel", (call, normally, _) => Task.FromResult(normally()
                || a.Contents.Elements.All(one => one.Uuid != call.Argument<StorageElement>(0).Uuid)));
        }),
        new("ASYNC-16", "fails when what is done is to be stopped", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Lie<bool>("cancel", stopped => stopped ? true : throw new ArrayUnreachableException("No such job."));
        }),
        new("ASYNC-19", "erases the source of what it stops", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Lie<bool>("cancel", stopped =>
            {
                if (stopped)
                {
                    Erase(a);
                }

                return stopped;
            });
        }),
        .. from untruth in new (string What, Func<StorageElement, StorageElement> Change)[]
           {
               ("no quality", element => element with { Qos = null }), ("no time", element => element with { CreatedAt = null }),
               ("nothing of thin", element => element with { ThinProvisioned = null }), ("no volume group", element => element with { VolumeGroupName = null }),
               ("no source", element => element with { SourceUuids = [] }), ("no page 0x83 id", element => element with { Page83Id = "" }),
               ("another state", element => element with { State = StorageElementState.Offline }),
           }
           select new Mutant("ASYNC-18", $"tells {untruth.What} when the work is done", a =>
           {
               a.Contents.Abilities = KitBed.Later;
               a.Tell("getAsyncProgress", untruth.Change);
           }),
        .. from change in Changes
           where change.Field is not ("the state" or "thin provisioning")
           select new Mutant("ASYNC-19", $"getAsyncProgress changes {change.Field} of all others", a =>
           {
               a.Contents.Abilities = KitBed.Later;
               a.HarmOthers<StorageElement>("getAsyncProgress", change.Change);
           }),
        new("ASYNC-8", "getAsyncProgress loses the handle on the way", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Contents.AsyncSteps = [0, 20, 50];
            a.Tell("getAsyncProgress", element => element with { AsyncHandle = null });
        }),
        new("RESTORE-20", "getAsyncProgress erases the sources", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Lie<StorageElement>("getAsyncProgress", made =>
            {
                foreach (var uuid in made.SourceUuids.Where(uuid => a.Contents.Elements.Any(one => one.Uuid == uuid && one.Type == StorageElementType.Lun)))
                {
                    a.Contents.Data!.Create(uuid, 1 << 16);
                }

                return made;
            });
        }),
        // predicates and limits
        new("KIND-11", "isSnapable says yes of a snapshot", a => a.Instead<bool>("isSnapable", (call, normally, _) =>
            Task.FromResult(normally() || (call.Arguments[0] is StorageElement one && a.Contents.Get(one).Type == StorageElementType.Snapshot)))),
        new("CLONE-26", "isCloneable says no of an offline element, and clones it", a =>
            SaysNo(a, "isCloneable", one => one.State == StorageElementState.Offline)),
        new("SNAP-23", "isSnapable says no of an offline element, and makes a snapshot", a => SaysNo(a, "isSnapable", one =>
            one.State == StorageElementState.Offline)),
        new("CLONE-26", "isCloneable says no of an element with snapshots, and clones it", a => SaysNo(a, "isCloneable", one =>
            a.Contents.MadeOf(one, StorageElementType.Snapshot).Count > 0)),
        new("SNAP-23", "isSnapable says no of an element with clones, and makes a snapshot", a => SaysNo(a, "isSnapable", one =>
            a.Contents.MadeOf(one, StorageElementType.SnapClone).Count > 0)),
        new("LIMIT-11", "has a limit of no snapshots of an element with one", a => a.Instead<long>("getSnapLimits", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is StorageElement one && a.Contents.MadeOf(one, StorageElementType.Snapshot).Count > 1 ? 0 : normally()))),
        new("LIMIT-11", "has a limit of -2 clones of a clone", a => a.Instead<long>("getCloneLimits", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is StorageElement one && IsClone(a.Contents.Get(one)) ? -2 : normally()))),
        new("LIMIT-11", "knows no limit of a clone", a => a.Before("getSnapLimits", (call, _) => call.Arguments[0] is StorageElement one
            && a.Contents.Elements.FirstOrDefault(other => other.Uuid == one.Uuid) is { } present && IsClone(present)
                ? throw new NotFoundException("No LUN.") : Task.CompletedTask)),

        // quality of service
        .. from pair in new[] { ("create", 2), ("clone", 2) }
           select new Mutant("QOS-9", $"{pair.Item1} takes any quality", a => a.Instead<StorageElement>(pair.Item1, (call, _, _) =>
           {
               var (first, qos) = (call.Argument<StorageElement>(0), (string?)call.Arguments[pair.Item2]);
               var known = a.Contents.Qualities.Any(quality => quality.Value == qos) ? qos : null;
               var made = pair.Item1 == "create" ? a.Contents.Create(first, call.Argument<bool>(1), known)
                   : a.Contents.Clone(first, (StorageElement?)call.Arguments[1], known);
               return Task.FromResult(qos is null ? made : a.Contents.Put(made with { Qos = qos }));
           })),
        new("SIDE-16", "setQoS of a presented element does nothing", a => a.Instead<Done>("setQoS", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)).AccessGroupNames.Count > 0 ? default : normally()))),
        new("SIDE-16", "setQoS erases the element", a => a.Before("setQoS", (call, _) =>
        {
            a.Contents.Data!.Create(call.Argument<StorageElement>(0).Uuid, 1 << 16);
            return Task.CompletedTask;
        })),

        // presentation and groups
        new("KIND-12", "getAccessGroups of a snapshot tells its source's", a => a.Instead<IReadOnlyList<AccessGroup>>("getAccessGroups", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is StorageElement one ? a.Contents.GroupsOf(Lun(a, one)) : normally()))),
        new("INFO-13", "getAccessGroups of an element tells the first alone", a =>
            a.Instead<IReadOnlyList<AccessGroup>>("getAccessGroups", (call, normally, _) =>
            Task.FromResult<IReadOnlyList<AccessGroup>>(call.Arguments[0] is null ? normally() : [.. normally().Take(1)]))),
        new("GROUP-22", "createAccessGroups drops the second entry", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.CreateGroups([.. call.Argument<IReadOnlyList<AccessGroup>>(0).Select(group =>
                group with { Entries = group.Entries.Take(2).ToValueList() })])))),
        new("IDENTITY-6", "removeAccessGroups removes all with the same entries", a =>
            a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (call, normally, _) =>
            Task.FromResult(a.Contents.RemoveGroups([.. a.Contents.Groups.Where(group => call.Argument<IReadOnlyList<AccessGroup>>(0).Any(gone =>
                gone.Entries.SequenceEqual(group.Entries)))])))),
        new("IDENTITY-6", "removeAccessGroups removes a group that is as the record alone", a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups",
            (call, _, _) => Task.FromResult(a.Contents.RemoveGroups([.. call.Argument<IReadOnlyList<AccessGroup>>(0).Where(gone =>
                a.Contents.Groups.Any(group => group.Name == gone.Name && group.Entries.SequenceEqual(gone.Entries)))])))),
        new("SIDE-23", "a clone is withdrawn when its source is", a => a.Instead<StorageElement>("stopPresent", (call, normally, _) =>
        {
            foreach (var clone in a.Contents.MadeOf(call.Argument<StorageElement>(0), StorageElementType.SnapClone))
            {
                a.Contents.Unpresent(clone, call.Argument<IReadOnlyList<string>>(1));
            }

            return Task.FromResult(normally());
        })),
        new("INFO-13", "a group is presented in another case than it has", a => a.Spoil("startPresent", one => one with
        {
            AccessGroupNames = one.AccessGroupNames.Select(name => name.ToLowerInvariant()).ToValueList(),
        })),
        new("RESTORE-22", "snapRestore of a stranger fails in its own way", a => a.FailAs<SnapRestoreNotSafeException, Done>("snapRestore")),
        new("REMOVE-10", "remove of what is presented fails in its own way", a => a.FailAs<StorageElementBusyException, Done>("remove")),

        // the server
        new("SERVER-5", "getInfo renames the server", a => a.Lie<StorageServer>("getInfo", info => info with { Name = info.Name + "x" })),
        new("SERVER-5", "getInfo drops the contexts", a => a.Lie<StorageServer>("getInfo", info => info with { AccessContexts = [], NetDevices = ["eth7"] })),
        new("SERVER-5", "getInfo drops the user", a => a.Lie<StorageServer>("getInfo", info => info with { AdminUser = null })),
        new("SERVER-5", "getInfo changes the type", a => a.Lie<StorageServer>("getInfo", info => info with { StorageType = StorageType.iSCSI })),
        new("SERVER-8", "getInfo has a blank volume group", a => a.Lie<StorageServer>("getInfo", info => info with { VolumeGroups = ["pool", " "] })),
        // names and sizes
        new("NAME-4", "replaces characters beyond the first plane", a => a.Rename(name => string.Concat(name.Select(c => char.IsSurrogate(c) ? '?' : c)))),
        new("NAME-20", "replaces a tabulator-like blank", a => a.Rename(name => name.Replace('\u00a0', ' '))),
        new("NAME-20", "takes the part before a colon", a => a.Rename(name => name.Split(':')[0])),
        new("NAME-20", "takes the part before an at sign", a => a.Rename(name => name.Split('@')[0])),
        new("NAME-20", "takes the part before a comma", a => a.Rename(name => name.Split(',')[0])),
        new("NAME-19", "takes the part before a hash", a => a.Rename(name => name.Split('#')[0])),
        new("NAME-20", "takes the part before a semicolon", a => a.Rename(name => name.Split(';')[0])),
        new("NAME-19", "takes the part before an equals sign", a => a.Rename(name => name.Split('=')[0])),
        new("NAME-20", "takes underscores for blanks", a => a.Rename(name => name.Replace('_', '-'))),
        new("NAME-20", "drops braces", a => a.Rename(name => name.Replace("{", "", StringComparison.Ordinal))),
        new("SIZE-9", "keeps 32 bits of a size", a => a.ResizeAtCreation(size => size > uint.MaxValue ? Math.Max(size & uint.MaxValue, 1) : size)),
        new("SIZE-9", "keeps 32 bits of a size at a resize", a => a.Instead<StorageElement>("resize", (call, normally, _) =>
            Task.FromResult(call.Argument<long>(1) is > uint.MaxValue and < (1L << 50)
                ? a.Contents.Resize(call.Argument<StorageElement>(0), Math.Max(call.Argument<long>(1) & uint.MaxValue, 1)) : normally()))),
        new("SIZE-7", "rounds a resize down to a block", a => a.Instead<StorageElement>("resize", (call, _, _) =>
            Task.FromResult(a.Contents.Resize(call.Argument<StorageElement>(0), Math.Max(call.Argument<long>(1) / 4096 * 4096, 4096))))),
        new("SIDE-7", "resize of a presented element does nothing", a => a.Instead<StorageElement>("resize", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)) is { AccessGroupNames.Count: > 0 } one ? one : normally()))),
        new("RESIZE-3", "shrinks to half of what was wanted", a => a.Instead<StorageElement>("resize", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)).SizeBytes > call.Argument<long>(1)
                ? a.Contents.Resize(call.Argument<StorageElement>(0), Math.Max(call.Argument<long>(1) / 2, 1)) : normally()))),
        new("SNAP-24", "offline changes the size of the clones", a => a.Before("offline", (call, _) =>
        {
            foreach (var clone in a.Contents.MadeOf(call.Argument<StorageElement>(0), StorageElementType.SnapClone))
            {
                a.Contents.Put(clone with { State = StorageElementState.Offline });
            }

            return Task.CompletedTask;
        })),
        new("LIST-8", "list leaves out an element with a snapshot", a => a.Lie<IEnumerable<StorageElement>>("list", all =>
            all.Where(one => a.Contents.MadeOf(one, StorageElementType.Snapshot).Count == 0))),
        new("LIST-7", "list leaves out an element with a clone", a => a.Lie<IEnumerable<StorageElement>>("list", all =>
            all.Where(one => a.Contents.MadeOf(one, StorageElementType.SnapClone).Count == 0))),
        new("SNAPCLONE-3", "list leaves out a snapshot's clone", a =>
            a.Lie<IEnumerable<StorageElement>>("list", all => all.Where(one => !IsOfSnapshot(a, one)))),
        new("INFO-13", "list returns an element with a snapshot twice", a => a.Lie<IEnumerable<StorageElement>>("list", all =>
            all.SelectMany(one => a.Contents.MadeOf(one, StorageElementType.Snapshot).Count > 0 ? [one, one] : new[] { one }))),
        new("INFO-13", "list by page 0x83 id finds nothing presented", a => a.Instead<IEnumerable<StorageElement>>("list", (call, normally, _) =>
            Task.FromResult(call.Argument<StorageElementFilter>(0).Page83Id is null ? normally() : normally().Where(one => one.AccessGroupNames.Count == 0)))),
        new("SPLIT-16", "list of LUNs lacks split clones", a => a.Lie<IEnumerable<StorageElement>>("list", all => all.Where(one =>
            one.Type != StorageElementType.Lun || !a.Calls.Any(call => call.Method == "splitClone" && call.Argument<StorageElement>(0).Uuid == one.Uuid)))),
        new("CANCEL-3", "cancelled offline of a presented element is done", a => a.Instead<StorageElement>("stopPresent", (_, normally, token) =>
        {
            var done = normally();
            token.ThrowIfCancellationRequested();
            return Task.FromResult(done);
        })),
        .. from method in new[] { "online", "setQoS", "snapRemove", "snapRestore" }
           select new Mutant(method.StartsWith("snap", StringComparison.Ordinal) ? "CANCEL-6" : "CANCEL-3", $"{method} is done, and ends as cancelled", a =>
               a.Instead<Done>(method, (_, normally, token) =>
           {
               var done = normally();
               token.ThrowIfCancellationRequested();
               return Task.FromResult(done);
           })),
        .. from method in new[] { "cloneFromSnap", "createMultiSnap", "splitClone" }
           select new Mutant("CANCEL-6", $"{method} is done, and ends as cancelled", a => a.Instead<StorageElement>(method, (_, normally, token) =>
           {
               var done = normally();
               token.ThrowIfCancellationRequested();
               return Task.FromResult(done);
           })),
        .. from method in new[] { "addToAccessGroup", "removeFromAccessGroup" }
           select new Mutant("CANCEL-5", $"{method} is done, and ends as cancelled", a => a.Instead<AccessGroup>(method, (_, normally, token) =>
           {
               var done = normally();
               token.ThrowIfCancellationRequested();
               return Task.FromResult(done);
           })),
    ];

    /// <summary>A method that asks of an element, and changes nothing.</summary>
    private static bool IsQuestion(string method) => method.StartsWith("is", StringComparison.Ordinal) || method.StartsWith("get", StringComparison.Ordinal);

    private static string IdentityClause(string method) => method switch
    {
        "createSnap" or "clone" or "getCurrentSnaps" or "getCurrentClones" => "IDENTITY-2",
        "snapRemove" or "snapRestore" or "cloneFromSnap" => "IDENTITY-3",
        "isRestorable" => "IDENTITY-5",
        "splitClone" => "IDENTITY-7",
        _ => IsQuestion(method) ? "IDENTITY-4" : "IDENTITY-1",
    };

    private static bool IsOfSnapshot(RecordingArray array, StorageElement element) => IsClone(element)
        && array.Contents.Elements.Any(one => one.Type == StorageElementType.Snapshot && element.SourceUuids.Contains(one.Uuid));

    private static HashSet<string> Removed(RecordingArray array) =>
        [.. array.Calls.Where(call => call.Method == "remove").Select(call => call.Argument<StorageElement>(0).Uuid)];

    private static void OfRemoved<T>(RecordingArray array, string method, T answer) => array.Instead<T>(method, (call, normally, _) =>
        Task.FromResult(call.Arguments.OfType<StorageElement>().Any(one => array.Calls.Any(other => other.Method is "remove" or "snapRemove"
            && other.Argument<StorageElement>(0).Uuid == one.Uuid) && array.Contents.Elements.All(there => there.Uuid != one.Uuid)) ? answer : normally()));

    private static byte[] Middle(RecordingArray array, string uuid)
    {
        using var file = File.OpenRead(array.Contents.Data!.PathOf(uuid));
        var block = new byte[4096];
        file.Position = file.Length / 2;
        file.ReadExactly(block);
        return block;
    }

    private static void SetMiddle(RecordingArray array, string uuid, byte[] block)
    {
        using var file = File.OpenWrite(array.Contents.Data!.PathOf(uuid));
        file.Position = file.Length / 2;
        file.Write(block);
    }

    /// <summary>Has a method work on another element than the one its record means by its identity, or write the record's values back.</summary>
    private static void FindBy(RecordingArray array, string method, Func<StorageElement, StorageElement> find, bool believe = false)
    {
        var contents = array.Contents;
        StorageElement Found(RecordedCall call, int index)
        {
            var found = find(call.Argument<StorageElement>(index));
            var present = contents.Get(found);
            return believe ? contents.Put(present with
            {
                Name = found.Name,
                SizeBytes = found.SizeBytes,
                State = found.State,
                AccessGroupNames = found.AccessGroupNames,
                SourceUuids = found.SourceUuids,
            }) : present;
        }

        StorageElement? To(RecordedCall call, int index) => (StorageElement?)call.Arguments[index];
        void Do(Func<RecordedCall, Done> work) => array.Instead<Done>(method, (call, _, _) => Task.FromResult(work(call)));
        void Make(Func<RecordedCall, StorageElement> work) => array.Instead<StorageElement>(method, (call, _, _) => Task.FromResult(work(call)));
        void List(Func<RecordedCall, IReadOnlyList<StorageElement>> work) =>
            array.Instead<IReadOnlyList<StorageElement>>(method, (call, normally, _) => Task.FromResult(call.Arguments[0] is null ? normally() : work(call)));
        void Tell(Func<RecordedCall, bool> work) =>
            array.Instead<bool>(method, (call, normally, _) => Task.FromResult(call.Arguments[0] is null ? normally() : work(call)));
        switch (method)
        {
            case "getStatus":
                array.Instead<string>(method, (call, normally, _) => Task.FromResult(call.Arguments[0] is null ? normally() : Found(call, 0).Status!));
                break;
            case "offline":
                Do(call => contents.SetState(Found(call, 0), StorageElementState.Offline));
                break;
            case "online":
                Do(call => contents.SetState(Found(call, 0), StorageElementState.Online));
                break;
            case "setQoS":
                Do(call => contents.SetQos(Found(call, 0), call.Argument<string>(1)));
                break;
            case "remove":
                Do(call => contents.Remove(Found(call, 0)));
                break;
            case "resize":
                Make(call => contents.Resize(Found(call, 0), call.Argument<long>(1)));
                break;
            case "startPresent":
                Make(call => contents.Present(Found(call, 0), call.Argument<IReadOnlyList<string>>(1)));
                break;
            case "stopPresent":
                Make(call => contents.Unpresent(Found(call, 0), call.Argument<IReadOnlyList<string>>(1)));
                break;
            case "createSnap":
                Make(call => contents.Snap([Found(call, 0)], To(call, 1)));
                break;
            case "clone":
                Make(call => contents.Clone(Found(call, 0), To(call, 1), (string?)call.Arguments[2]));
                break;
            case "snapRemove":
                Do(call => contents.RemoveSnapshot(Found(call, 0)));
                break;
            case "snapRestore":
                Do(call => contents.Restore(Found(call, 0), To(call, 1)));
                break;
            case "splitClone":
                Make(call => contents.Split(Found(call, 0)));
                break;
            case "cloneFromSnap":
                Make(call => contents.CloneFromSnap(call.Argument<StorageElement>(0), Found(call, 1), To(call, 2), (string?)call.Arguments[3]));
                break;
            case "getCurrentSnaps":
                List(call => contents.MadeOf(Found(call, 0), StorageElementType.Snapshot));
                break;
            case "getCurrentClones":
                List(call => contents.MadeOf(Found(call, 0), StorageElementType.SnapClone));
                break;
            case "getAccessGroups":
                array.Instead<IReadOnlyList<AccessGroup>>(method, (call, normally, _) =>
                    Task.FromResult(call.Arguments[0] is null ? normally() : contents.GroupsOf(Found(call, 0))));
                break;
            case "isCloneable":
                Tell(call => contents.CanClone(Found(call, 0)));
                break;
            case "isSnapable":
                Tell(call => contents.CanSnap(Found(call, 0)));
                break;
            case "isSplittable":
                Tell(call => Found(call, 0).Type == StorageElementType.SnapClone);
                break;
            case "isRestorable":
                Tell(call => contents.CanRestore(Found(call, 0), To(call, 1)));
                break;
            default: throw new ArgumentException(method);
        }
    }
}
