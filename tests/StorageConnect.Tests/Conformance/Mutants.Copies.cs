using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Snapshots, clones, splits, limits, background work.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Copies =>
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
        new("RESTORE-2", "restores nothing", a => a.Return("snapRestore", default(Done))),
        new("RESTORE-3", "gives a restored element a new page 0x83 id", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            a.Contents.Change(call.Argument<StorageElement>(1), element => element with { Page83Id = "3" + new string('c', 32) });
            return Task.FromResult(normally());
        })),
        new("RESTORE-4", "uses a snapshot up", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            var done = normally();
            a.Contents.Remove(call.Argument<StorageElement>(0));
            return Task.FromResult(done);
        })),
        new("RESTORE-5", "rolls back everything", a => a.Instead<Done>("snapRestore", (_, _, _) =>
        {
            foreach (var snapshot in a.Contents.MadeOf(null, StorageElementType.Snapshot))
            {
                a.Contents.Restore(snapshot, null);
            }

            return Task.FromResult(default(Done));
        })),
        new("RESTORE-6", "restores a stranger, or fails in another way", a => a.FailAs<SnapRestoreNotSafeException, Done>("snapRestore")),
        new("RESTORE-7", "could restore anybody", a => a.Return("isRestorable", true)),
        new("RESTORE-9", "restores to what isn't there", a => a.Believe("snapRestore", default(Done))),
        new("RESTORE-10", "could restore to what isn't there", a => a.Believe("isRestorable", true)),
        new("RESTORE-11", "rolls back all members of a snapshot for one",
            a => a.Instead<Done>("snapRestore", (call, _, _) => Task.FromResult(a.Contents.Restore(call.Argument<StorageElement>(0), null)))),
        new("RESTORE-12", "rolls back the first member alone", a => a.Instead<Done>("snapRestore", (call, _, _) =>
            Task.FromResult(a.Contents.Restore(call.Argument<StorageElement>(0),
                new() { Uuid = a.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids[0] })))),
        new("CLONE-1", "gives a clone its source's page 0x83 id", a => a.Instead<StorageElement>("clone", (call, normally, _) =>
            Task.FromResult(a.Contents.Change(normally(), made => made with { Page83Id = call.Argument<StorageElement>(0).Page83Id })))),
        new("CLONE-2", "names clones as it likes", a => a.Tell("clone", made => made with { Name = "mine" })),
        new("CLONE-5", "makes clones of another size", a => a.Spoil("clone", made => made with { SizeBytes = made.SizeBytes * 2 })),
        new("CLONE-6", "doesn't say what a clone is of", a => a.Spoil("clone", made => made with { SourceUuids = [] })),
        new("CLONE-8", "changes what it clones", a => SpoilSource(a, "clone", source => source with { Type = StorageElementType.SnapClone })),
        new("CLONE-9", "presents a clone as its source",
            a => a.Spoil("clone", made => made with { AccessGroupNames = a.Contents.Groups.Select(group => group.Name).ToValueList() })),
        new("CLONE-10", "leaves its intermediate snapshot behind", a => a.Instead<StorageElement>("clone", (call, normally, _) =>
        {
            a.Contents.Snap([call.Argument<StorageElement>(0)], null);
            return Task.FromResult(normally());
        })),
        new("CLONE-11", "makes empty clones", a => a.Lie<StorageElement>("clone", made =>
        {
            a.Contents.Data!.Create(made.Uuid, made.SizeBytes);
            return made;
        })),
        new("CLONE-12", "writes to clone and source alike", a => a.Lie<StorageElement>("clone", made =>
        {
            a.Contents.Data!.Remove(made.Uuid);
            File.CreateSymbolicLink(a.Contents.Data.PathOf(made.Uuid), a.Contents.Data.PathOf(made.SourceUuids[0]));
            return made;
        })),
        new("CLONE-13", "says no clone can be made, and makes one", a => a.Return("isCloneable", false)),
        new("CLONE-14", "could clone what isn't there", a => a.Believe("isCloneable", true)),
        new("CLONE-16", "returns every clone for an element",
            a => a.Instead<IReadOnlyList<StorageElement>>("getCurrentClones",
                (_, _, _) => Task.FromResult(a.Contents.MadeOf(null, StorageElementType.SnapClone)))),
        new("CLONE-17", "returns everything as clones",
            a => a.Instead<IReadOnlyList<StorageElement>>("getCurrentClones", (_, _, _) => Task.FromResult(a.Contents.Elements))),
        new("CLONE-18", "knows the clones of what isn't there", a => a.Believe("getCurrentClones", (IReadOnlyList<StorageElement>)[])),
        new("SNAPCLONE-4", "clones the element as it is now", a => a.Instead<StorageElement>("cloneFromSnap", (call, normally, _) =>
        {
            var made = normally();
            a.Contents.Data!.Copy(call.Argument<StorageElement>(0).Uuid, made.Uuid);
            return Task.FromResult(made);
        })),
        new("SNAPCLONE-6", "forgets what it cloned from a snapshot", a => a.Spoil("cloneFromSnap", made => made with { SourceUuids = ["elsewhere"] })),
        new("SNAPCLONE-8", "clones a stranger from a snapshot", a => a.Instead<StorageElement>("cloneFromSnap", (call, _, _) =>
            Task.FromResult(a.Contents.Clone(call.Argument<StorageElement>(0), (StorageElement?)call.Arguments[2], null)))),
        new("SNAPCLONE-9", "makes the clone as large as the whole snapshot", a => a.Instead<StorageElement>("cloneFromSnap", (call, normally, _) =>
            Task.FromResult(a.Contents.Change(normally(), made => made with { SizeBytes = a.Contents.Get(call.Argument<StorageElement>(1)).SizeBytes })))),
        new("SNAPCLONE-10", "removes the clones of a snapshot with it", a => a.Instead<Done>("snapRemove", (call, normally, _) =>
        {
            foreach (var clone in a.Contents.MadeOf(call.Argument<StorageElement>(0), StorageElementType.SnapClone))
            {
                a.Contents.Remove(clone);
            }

            return Task.FromResult(normally());
        })),
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
        new("LIMIT-1", "has a limit below -1", a => a.Contents.CloneLimit = -2),
        new("LIMIT-2", "has a limit of snapshots below -1", a => a.Contents.SnapLimit = -2),
        new("LIMIT-5", "has a limit for what isn't there", a => a.Believe("getCloneLimits", 7L)),
        new("LIMIT-6", "has a limit of snapshots for what isn't there", a => a.Believe("getSnapLimits", 7L)),
        new("LIMIT-7", "makes clones beyond its limit", a => a.Return("getCloneLimits", 2L)),
        new("LIMIT-8", "makes snapshots beyond its limit", a => a.Return("getSnapLimits", 2L)),
        new("ASYNC-1", "is done later though it says at once", a => a.Tell("createSnap", made => made with { AsyncProgress = 0, AsyncHandle = "0" })),
        new("ASYNC-2", "clones later though it says at once", a => a.Tell("clone", made => made with { AsyncProgress = 0, AsyncHandle = "0" })),
        new("ASYNC-6", "tells 250 percent", a => LaterBy(a, [0, 250])),
        new("ASYNC-7", "goes back from 90 to 10 percent", a => LaterBy(a, [0, 90, 10])),
        new("ASYNC-8", "ends with a record of another size", a =>
        {
            LaterBy(a, [0, 50]);
            a.Tell("getAsyncProgress", record => record.AsyncProgress is null ? record with { SizeBytes = 1 } : record);
        }),
        new("ASYNC-10", "forgets what is done", a =>
        {
            LaterBy(a, [0, 50]);
            var done = false;
            a.Tell("getAsyncProgress", record => done ? throw new NotFoundException("What?") : (done = record.AsyncProgress is null) ? record : record);
        }),
        new("ASYNC-11", "stops, and leaves what was half made", a =>
        {
            LaterBy(a, [0, 50]);
            a.Return("cancel", true);
        }),
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
    ];

    private static void SpoilSource(RecordingArray array, string method, Func<StorageElement, StorageElement> change) =>
        array.Instead<StorageElement>(method, (call, normally, _) =>
    {
        var made = normally();
        array.Contents.Change(call.Argument<StorageElement>(0), change);
        return Task.FromResult(made);
    });

    private static void LaterBy(RecordingArray array, IReadOnlyList<int> steps)
    {
        array.Contents.Abilities = KitBed.Later;
        array.Contents.AsyncSteps = steps;
    }

    private static void WithoutAbilities(RecordingArray array, string method)
    {
        array.Contents.Abilities = KitBed.Nothing;
        array.Instead<StorageElement>(method, (call, _, _) => Task.FromResult(call.Argument<StorageElement>(0)));
    }
}
