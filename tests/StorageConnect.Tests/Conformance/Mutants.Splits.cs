using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Splits, and calls of the wrong kind of element.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Splits =>
    [
        new("SPLIT-1", "leaves a split clone a clone",
            a => a.Instead<StorageElement>("splitClone", (call, _, _) => Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0))))),
        new("SPLIT-2", "gives a split clone a new page 0x83 id", a => a.Spoil("splitClone", made => made with { Page83Id = "3" + new string('d', 32) })),
        new("SPLIT-3", "counts split clones among the clones",
            a => a.Instead<IReadOnlyList<StorageElement>>("getCurrentClones",
                (_, _, _) => Task.FromResult(a.Contents.List(new()).ToList() as IReadOnlyList<StorageElement>))),
        new("SPLIT-5", "could split a LUN", a => a.Return("isSplittable", true)),
        new("SPLIT-6", "could split again", a => a.Return("isSplittable", true)),
        new("SPLIT-7", "could split what isn't there", a => a.Believe("isSplittable", true)),
        new("SPLIT-9", "splits off an empty LUN", a => a.Lie<StorageElement>("splitClone", made =>
        {
            a.Contents.Data!.Create(made.Uuid, made.SizeBytes);
            return made;
        })),
        new("SPLIT-10", "ties a split clone to its source",
            a => a.Instead<Done>("remove", (_, normally,
                _) => a.CalledMethods.Contains("splitClone") ? throw new StorageElementBusyException("Tied.") : Task.FromResult(normally()))),
        new("SPLIT-11", "withdraws what it splits", a => a.Spoil("splitClone", made => made with { AccessGroupNames = [] })),
        new("KIND-1", "resizes the source of a snapshot", a => a.Instead<StorageElement>("resize", (call, _, _) =>
            Task.FromResult(a.Contents.Resize(Lun(a, call.Argument<StorageElement>(0)), call.Argument<long>(1))))),
        new("KIND-1", "resizes a snapshot", a => a.Instead<StorageElement>("resize", (call, normally, _) => Task.FromResult(
            a.Contents.Get(call.Argument<StorageElement>(0)) is { Type: StorageElementType.Snapshot } snapshot
                ? a.Contents.Change(snapshot, element => element with { SizeBytes = call.Argument<long>(1) }) : normally()))),
        new("KIND-2", "removes the source of a snapshot", a => a.Instead<Done>("remove", (call, normally, _) =>
        {
            if (a.Contents.Get(call.Argument<StorageElement>(0)) is { Type: StorageElementType.Snapshot } snapshot)
            {
                foreach (var other in a.Contents.MadeOf(new() { Uuid = snapshot.SourceUuids[0] }, StorageElementType.Snapshot))
                {
                    a.Contents.Remove(other);
                }

                return Task.FromResult(a.Contents.Remove(new() { Uuid = snapshot.SourceUuids[0] }));
            }

            return Task.FromResult(normally());
        })),
        new("KIND-2", "says that it removed a snapshot, and did not", a => a.Instead<Done>("remove", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)).Type == StorageElementType.Snapshot ? default : normally()))),
        new("KIND-3", "restores an element to another LUN", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            if (a.Contents.Get(call.Argument<StorageElement>(0)).Type == StorageElementType.Snapshot)
            {
                return Task.FromResult(normally());
            }

            a.Contents.Data!.Copy(call.Argument<StorageElement>(0).Uuid, call.Argument<StorageElement>(1).Uuid);
            return Task.FromResult(default(Done));
        })),
        new("KIND-4", "clones another LUN in the place of a snapshot", a => a.Instead<StorageElement>("cloneFromSnap", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(1)).Type == StorageElementType.Snapshot ? normally()
                : a.Contents.Clone(call.Argument<StorageElement>(1), null, null)))),
        new("KIND-5", "presents the source of a snapshot", a => a.Instead<StorageElement>("startPresent", (call, _, _) => Task.FromResult(
            a.Contents.Present(Lun(a, call.Argument<StorageElement>(0)), call.Argument<IReadOnlyList<string>>(1))))),
        new("KIND-6", "sets the source of a snapshot offline", a => a.Instead<Done>("offline", (call, _, _) => Task.FromResult(
            a.Contents.SetState(Lun(a, call.Argument<StorageElement>(0)), StorageElementState.Offline)))),
        new("KIND-7", "sets the quality of a snapshot's source", a => a.Instead<Done>("setQoS", (call, _, _) => Task.FromResult(
            a.Contents.SetQos(Lun(a, call.Argument<StorageElement>(0)), call.Argument<string>(1))))),
        new("KIND-8", "renames the snapshot that a snapshot is wanted of", a => a.Instead<StorageElement>("createSnap", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)) is { Type: StorageElementType.Snapshot } snapshot
                ? a.Contents.Change(snapshot, element => element with { Name = element.Name + "-2" }) : normally()))),
        new("KIND-8", "erases the source of a snapshot that is to be cloned", a => a.Instead<StorageElement>("clone", (call, normally, _) =>
        {
            if (a.Contents.Get(call.Argument<StorageElement>(0)) is { Type: StorageElementType.Snapshot } snapshot)
            {
                a.Contents.Data!.Create(snapshot.SourceUuids[0], snapshot.SizeBytes);
            }

            return Task.FromResult(normally());
        })),
        new("KIND-9", "could restore to a LUN", a => a.Instead<bool>("isRestorable", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)).Type == StorageElementType.Lun || normally()))),
        new("SPLIT-9", "splits off the source's present data", a => a.Lie<StorageElement>("splitClone", split =>
        {
            if (Sources(a, split) is [var source, ..])
            {
                a.Contents.Data!.Copy(source, split.Uuid);
            }

            return split;
        })),
        new("SPLIT-9", "writes the source back when a clone is split", a => a.Instead<StorageElement>("splitClone", (call, normally, _) =>
        {
            var clone = a.Contents.Get(call.Argument<StorageElement>(0));
            a.Contents.Data!.Copy(clone.Uuid, clone.SourceUuids[0]);
            return Task.FromResult(normally());
        })),
        new("SPLIT-12", "splits all clones of an element", a => a.Instead<StorageElement>("splitClone", (call, normally, _) =>
        {
            var clone = a.Contents.Get(call.Argument<StorageElement>(0));
            foreach (var other in a.Contents.MadeOf(new() { Uuid = clone.SourceUuids[0] }, StorageElementType.SnapClone)
                .Where(other => other.Uuid != clone.Uuid))
            {
                a.Contents.Change(other, element => element with { Type = StorageElementType.Lun, SourceUuids = [] });
            }

            return Task.FromResult(normally());
        })),
        new("SPLIT-12", "answers the size of before", a => a.Tell("splitClone", split => split with { SizeBytes = split.SizeBytes - 512 })),
        new("SPLIT-13", "erases a LUN that is to be split", a => a.Instead<StorageElement>("splitClone", (call, normally, _) =>
        {
            if (a.Contents.Get(call.Argument<StorageElement>(0)) is { Type: StorageElementType.Lun } lun)
            {
                a.Contents.Data!.Create(lun.Uuid, lun.SizeBytes);
            }

            return Task.FromResult(normally());
        })),
        new("SPLIT-9", "splitClone leaves the middle empty", a => a.Lie<StorageElement>("splitClone", made =>
        {
            SetMiddle(a, made.Uuid, new byte[4096]);
            return made;
        })),
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
        new("KIND-11", "isSnapable says yes of a snapshot", a => a.Instead<bool>("isSnapable", (call, normally, _) =>
            Task.FromResult(normally() || (call.Arguments[0] is StorageElement one && a.Contents.Get(one).Type == StorageElementType.Snapshot)))),
        new("KIND-12", "getAccessGroups of a snapshot tells its source's", a => a.Instead<IReadOnlyList<AccessGroup>>("getAccessGroups", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is StorageElement one ? a.Contents.GroupsOf(Lun(a, one)) : normally()))),
        new("SPLIT-16", "list of LUNs lacks split clones", a => a.Lie<IEnumerable<StorageElement>>("list", all => all.Where(one =>
            one.Type != StorageElementType.Lun || !a.Calls.Any(call => call.Method == "splitClone" && call.Argument<StorageElement>(0).Uuid == one.Uuid)))),
        new("SPLIT-14", "says that a snapshot can be split", a => a.Instead<bool>("isSplittable", (call, normally, _) =>
            Task.FromResult(normally() || a.Contents.Get(call.Argument<StorageElement>(0)).Type == StorageElementType.Snapshot))),
        new("SPLIT-11", "gives a presented clone another page 0x83 id at its split", a => a.Spoil("splitClone", element =>
            element.AccessGroupNames.Count > 0 ? element with { Page83Id = "36" + Guid.NewGuid().ToString("n")[1..] } : element)),
        new("SPLIT-17", "a split removes the snapshot that the clone was made of", a => a.Instead<StorageElement>("splitClone", (call, normally, _) =>
        {
            var source = a.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids[0];
            var split = normally();
            if (a.Contents.Elements.FirstOrDefault(element => element.Uuid == source) is { Type: StorageElementType.Snapshot } snapshot)
            {
                a.Contents.RemoveSnapshot(snapshot);
            }

            return Task.FromResult(split);
        })),
        new("SPLIT-17", "the removal of a split clone removes the snapshot that it was made of", a =>
        {
            var snapshots = new Dictionary<string, StorageElement>();
            a.Instead<StorageElement>("cloneFromSnap", (call, normally, _) =>
            {
                var made = normally();
                snapshots[made.Uuid] = call.Argument<StorageElement>(1);
                return Task.FromResult(made);
            });
            a.Instead<Done>("remove", (call, normally, _) =>
            {
                normally();
                return Task.FromResult(snapshots.TryGetValue(call.Argument<StorageElement>(0).Uuid, out var snapshot)
                    ? a.Contents.RemoveSnapshot(snapshot) : default);
            });
        }),
    ];

    private static IReadOnlyList<string> Sources(RecordingArray array, StorageElement split) =>
        [.. array.Calls.Where(call => call.Method == "clone").Select(call => call.Argument<StorageElement>(0).Uuid)
            .Where(uuid => array.Contents.Elements.Any(element => element.Uuid == uuid && element.Uuid != split.Uuid))];
}
