using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Snapshots, of one element and of several.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Snapshots =>
    [
        new("SNAP-1", "makes snapshots that are LUNs", a => a.Tell("createSnap", made => made with { Type = StorageElementType.Lun })),
        new("SNAP-2", "doesn't say what a snapshot is of", a => a.Tell("createSnap", made => made with { SourceUuids = [] })),
        new("SNAP-3", "names snapshots as it likes", a => a.Tell("createSnap", made => made with { Name = "mine" })),
        new("SNAP-4", "gives every snapshot the same name", a => a.Instead<StorageElement>("createSnap", (call, normally, _) =>
            Task.FromResult(call.Arguments[1] is null ? a.Contents.Change(normally(), made => made with { Name = "snapshot" }) : normally()))),
        new("SNAP-5", "returns the old snapshot where a name is taken", a => a.Instead<StorageElement>("createSnap", (call, normally, _) =>
            Task.FromResult(a.Contents.Elements.FirstOrDefault(old => old.Name == (call.Arguments[1] as StorageElement)?.Name) ?? normally()))),
        new("SNAP-6", "renames what it takes a snapshot of", a => SpoilSource(a, "createSnap", source => source with { Name = source.Name + "-snapped" })),
        new("SNAP-7", "fails in its own way for what isn't there", a => a.FailAs<NotFoundException, StorageElement>("createSnap")),
        new("SNAP-8", "presents a snapshot as its source",
            a => a.Spoil("createSnap", made => made with { AccessGroupNames = a.Contents.Groups.Select(group => group.Name).ToValueList() })),
        new("SNAP-9", "returns every snapshot for an element",
            a => a.Instead<IReadOnlyList<StorageElement>>("getCurrentSnaps",
                (_, _, _) => Task.FromResult(a.Contents.MadeOf(null, StorageElementType.Snapshot)))),
        new("SNAP-10", "returns everything as snapshots",
            a => a.Instead<IReadOnlyList<StorageElement>>("getCurrentSnaps", (_, _, _) => Task.FromResult(a.Contents.Elements))),
        new("SNAP-12", "knows the snapshots of what isn't there", a => a.Believe("getCurrentSnaps", (IReadOnlyList<StorageElement>)[])),
        new("SNAP-13", "says no snapshot can be made, and makes one", a => a.Return("isSnapable", false)),
        new("SNAP-14", "could take a snapshot of what isn't there", a => a.Believe("isSnapable", true)),
        new("SNAP-15", "keeps snapshots that it removed", a => a.Return("snapRemove", default(Done))),
        new("SNAP-16", "removes all snapshots of an element", a => a.Instead<Done>("snapRemove", (call, normally, _) =>
        {
            foreach (var other in a.Contents.MadeOf(new() { Uuid = a.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids[0] },
                StorageElementType.Snapshot).Where(other => other.Uuid != call.Argument<StorageElement>(0).Uuid))
            {
                a.Contents.Remove(other);
            }

            return Task.FromResult(normally());
        })),
        new("SNAP-17", "removes snapshots that aren't there", a => a.Believe("snapRemove", default(Done))),
        new("SNAP-18", "removes snapshots again", a => a.Believe("snapRemove", default(Done))),
        new("MULTISNAP-1", "takes the first member alone", a => a.Instead<StorageElement>("createMultiSnap", (call, _, _) =>
            Task.FromResult(a.Contents.Snap([call.Argument<IReadOnlyList<StorageElement>>(0)[0]], (StorageElement?)call.Arguments[1])))),
        new("MULTISNAP-2", "lists it for its first member alone", a => a.Instead<IReadOnlyList<StorageElement>>("getCurrentSnaps", (call, normally, _) =>
            Task.FromResult<IReadOnlyList<StorageElement>>(
                [.. normally().Where(snapshot => call.Arguments[0] is not StorageElement element || snapshot.SourceUuids[0] == element.Uuid)]))),
        new("MULTISNAP-3", "lists it for everybody",
            a => a.Instead<IReadOnlyList<StorageElement>>("getCurrentSnaps",
                (_, _, _) => Task.FromResult(a.Contents.MadeOf(null, StorageElementType.Snapshot)))),
        new("MULTISNAP-5", "leaves out members that aren't there",
            a => a.Instead<StorageElement>("createMultiSnap", (call, _, _) => Task.FromResult(a.Contents.Snap(
            [.. call.Argument<IReadOnlyList<StorageElement>>(0).Where(member => a.Contents.Elements.Any(element => element.Uuid == member.Uuid))],
            (StorageElement?)call.Arguments[1])))),
        new("SNAP-2", "names the source of the first snapshot alone", a => a.Tell("createSnap", made =>
            a.Contents.MadeOf(null, StorageElementType.Snapshot).Count > 1 ? made with { SourceUuids = [.. made.SourceUuids, made.Uuid] } : made)),
        new("SNAP-2", "names the newest element as the source of every snapshot", a => a.Tell("getInfo", element =>
            element.Type == StorageElementType.Snapshot
                ? element with { SourceUuids = [a.Contents.Elements.First(other => other.Type == StorageElementType.Lun).Uuid] } : element)),
        new("SNAP-19", "tells another time in the list of snapshots", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", all =>
            [.. all.Select(snapshot => snapshot with { CreatedAt = snapshot.CreatedAt?.AddHours(2) })])),
        new("SNAP-19", "tells no size in the list of snapshots", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", all =>
            [.. all.Select(snapshot => snapshot with { SizeBytes = 0 })])),
        new("SNAP-19", "tells the newest snapshot's name for all", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", all =>
            [.. all.Select(snapshot => snapshot with { Name = all[0].Name })])),
        new("SNAP-20", "says that there is no second snapshot, and makes one", a => a.Lie<bool>("isSnapable", can =>
            can && !a.CalledMethods.Contains("createSnap"))),
        new("SNAP-20", "says that there is no second snapshot on the array, and makes one", a => a.Instead<bool>("isSnapable", (call, normally, _) =>
            Task.FromResult(normally() && !(call.Arguments[0] is null && a.CalledMethods.Contains("createSnap"))))),
        new("SNAP-20", "makes two snapshots of an element, and promises more", a => a.Instead<StorageElement>("createSnap", (call, normally, _) =>
            a.Contents.MadeOf(call.Argument<StorageElement>(0), StorageElementType.Snapshot).Count > 1
                ? throw new LimitExceededException("Two are enough.") : Task.FromResult(normally()))),
        new("SNAP-21", "removes a LUN as a snapshot", a => a.Instead<Done>("snapRemove", (call, _, _) =>
            Task.FromResult(a.Contents.Remove(call.Argument<StorageElement>(0))))),
        new("SNAP-21", "believes what a record calls itself", a => a.Instead<Done>("snapRemove", (call, normally, _) =>
            Task.FromResult(call.Argument<StorageElement>(0).Type == StorageElementType.Snapshot ? a.Contents.Remove(call.Argument<StorageElement>(0))
                : normally()))),
        new("SNAP-22", "tells the size of a snapshot in whole blocks", a => a.Spoil("createSnap", made =>
            made with { SizeBytes = made.SizeBytes / 4096 * 4096 })),
        new("SNAP-22", "tells the present size of an old snapshot", a => a.Tell("getInfo", element =>
            element.Type == StorageElementType.Snapshot ? element with { SizeBytes = a.Contents.Get(new() { Uuid = element.SourceUuids[0] }).SizeBytes }
                : element)),
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
        new("MULTISNAP-5", "createMultiSnap with a member that isn't there fails in its own way", a =>
            a.FailAs<NotFoundException, StorageElement>("createMultiSnap")),
        new("SNAP-23", "isSnapable says no of an offline element, and makes a snapshot", a => SaysNo(a, "isSnapable", one =>
            one.State == StorageElementState.Offline)),
        new("SNAP-23", "isSnapable says no of an element with clones, and makes a snapshot", a => SaysNo(a, "isSnapable", one =>
            a.Contents.MadeOf(one, StorageElementType.SnapClone).Count > 0)),
        new("SNAP-24", "offline changes the size of the clones", a => a.Before("offline", (call, _) =>
        {
            foreach (var clone in a.Contents.MadeOf(call.Argument<StorageElement>(0), StorageElementType.SnapClone))
            {
                a.Contents.Put(clone with { State = StorageElementState.Offline });
            }

            return Task.CompletedTask;
        })),
        new("SNAP-23", "says of a presented element that it can't be snapshot", a => SaysNo(a, "isSnapable", element => element.AccessGroupNames.Count > 0)),
        new("SNAP-23", "says of a clone that it can't be snapshot", a => SaysNo(a, "isSnapable", IsClone)),
        new("MULTISNAP-10", "createMultiSnap of nothing makes an empty snapshot", a => OfNothing(a, () =>
            a.Put(element => element with { Type = StorageElementType.Snapshot, Page83Id = "" }))),
        new("MULTISNAP-10", "createMultiSnap of nothing is of everything", a => OfNothing(a, () =>
            a.Contents.Snap([.. a.Contents.List(new())], null))),
        new("MULTISNAP-10", "createMultiSnap names a member as often as it was named", a =>
            a.Instead<StorageElement>("createMultiSnap", (call, normally, _) => Task.FromResult(a.Contents.Change(normally(), made => made with
            {
                SourceUuids = call.Argument<IReadOnlyList<StorageElement>>(0).Select(member => member.Uuid).ToValueList(),
            })))),
        new("MULTISNAP-10", "createMultiSnap of a member named twice fails when it has made the snapshot", a =>
            a.Lie<StorageElement>("createMultiSnap", made => a.Calls[^1].Argument<IReadOnlyList<StorageElement>>(0) is { Count: > 1 } members
                && members.DistinctBy(member => member.Uuid).Count() < members.Count ? throw new InvalidRequestException("Twice?") : made)),
        new("MULTISNAP-11", "tells of one of several that it was made in two hours", a => a.Spoil("createMultiSnap", made =>
            made with { CreatedAt = made.CreatedAt?.AddHours(2) })),
        new("MULTISNAP-11", "getCurrentSnaps tells another time of one of several", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", all =>
            [.. all.Select(snapshot => snapshot.SourceUuids.Count > 1 ? snapshot with { CreatedAt = snapshot.CreatedAt?.AddMinutes(-1) } : snapshot)])),
    ];

    private static void OfNothing(RecordingArray array, Func<StorageElement> make) => array.Instead<StorageElement>("createMultiSnap", (call, normally, _) =>
        Task.FromResult(call.Argument<IReadOnlyList<StorageElement>>(0).Count == 0 ? make() : normally()));
}
