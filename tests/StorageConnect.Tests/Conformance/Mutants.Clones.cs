using System.Collections.Concurrent;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Clones, of elements and of snapshots.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Clones =>
    [
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
        new("SNAPCLONE-12", "gives a snapshot's clone the present size", a => a.Instead<StorageElement>("cloneFromSnap", (call, normally, _) =>
        {
            var size = a.Contents.Get(call.Argument<StorageElement>(0)).SizeBytes;
            return Task.FromResult(a.Contents.Change(normally(), made => made with { SizeBytes = size }));
        })),
        new("SNAPCLONE-12", "tells the present size of a snapshot's clone in getInfo", a => a.Tell("getInfo", element =>
            element.Type == StorageElementType.SnapClone && a.CalledMethods.Contains("resize") ? element with { SizeBytes = element.SizeBytes * 2 } : element)),
        new("SNAPCLONE-13", "names another snapshot as the source of its clone", a => a.Spoil("cloneFromSnap", made =>
            made with { SourceUuids = [a.Contents.MadeOf(null, StorageElementType.Snapshot)[^1].Uuid] })),
        new("SNAPCLONE-13", "names the source of a snapshot's clone once only", a => a.Tell("getInfo", element =>
            element.Type == StorageElementType.SnapClone ? element with { SourceUuids = [] } : element)),
        new("SNAPCLONE-14", "always clones the newest snapshot", a => a.Instead<StorageElement>("cloneFromSnap", (call, _, _) =>
        {
            var newest = a.Contents.MadeOf(call.Argument<StorageElement>(0), StorageElementType.Snapshot)[0];
            return Task.FromResult(a.Contents.CloneFromSnap(call.Argument<StorageElement>(0), newest, (StorageElement?)call.Arguments[2], null));
        })),
        new("SNAPCLONE-14", "writes to a snapshot what is written to its clone", a => a.Instead<StorageElement>("cloneFromSnap", (call, normally, _) =>
        {
            var made = normally();
            var member = MemoryArrayData.Member(call.Argument<StorageElement>(1).Uuid, call.Argument<StorageElement>(0).Uuid);
            a.Contents.Data!.Remove(made.Uuid);
            File.CreateSymbolicLink(a.Contents.Data.PathOf(made.Uuid), a.Contents.Data.PathOf(member));
            return Task.FromResult(made);
        })),
        new("SNAPCLONE-15", "clones the first member of a snapshot of several", a => a.Instead<StorageElement>("cloneFromSnap", (call, normally, _) =>
        {
            var (made, snapshot) = (normally(), a.Contents.Get(call.Argument<StorageElement>(1)));
            a.Contents.Data!.Copy(MemoryArrayData.Member(snapshot.Uuid, snapshot.SourceUuids[0]), made.Uuid);
            return Task.FromResult(made);
        })),
        new("SNAPCLONE-16", "presents a snapshot's clone as its source", a => a.Instead<StorageElement>("cloneFromSnap", (call, normally, _) =>
            Task.FromResult(a.Contents.Change(normally(), made => made with { AccessGroupNames = a.Contents.Get(call.Argument<StorageElement>(0))
                .AccessGroupNames })))),
        new("SNAPCLONE-17", "returns what has the name instead of a new clone", a => a.Instead<StorageElement>("cloneFromSnap", (call, normally, _) =>
            Task.FromResult(a.Contents.Elements.FirstOrDefault(old => old.Name == (call.Arguments[2] as StorageElement)?.Name) ?? normally()))),
        new("SNAPCLONE-17", "names all clones of snapshots alike", a => a.Instead<StorageElement>("cloneFromSnap", (call, normally, _) =>
            Task.FromResult(call.Arguments[2] is null ? a.Contents.Change(normally(), made => made with { Name = "clone" }) : normally()))),
        new("CLONE-6", "names some other element as the source of a clone", a => a.Spoil("clone", made =>
            made with { SourceUuids = [Guid.NewGuid().ToString("n")] })),
        new("CLONE-20", "names the first element as the source of every clone", a => a.Spoil("clone", made =>
            made with { SourceUuids = [a.Contents.Elements.Last(element => element.Type == StorageElementType.Lun).Uuid] })),
        new("CLONE-20", "names two sources", a => a.Spoil("clone", made =>
            made with { SourceUuids = [.. made.SourceUuids, a.Contents.Elements.Last(element => element.Type == StorageElementType.Lun).Uuid] })),
        new("CLONE-20", "tells the wrong source in getCurrentClones", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentClones", all =>
            [.. all.Select(clone => clone with { SourceUuids = [clone.Uuid] })])),
        new("CLONE-20", "tells the wrong source in list", a => a.TellAll(element =>
            element.Type == StorageElementType.SnapClone ? element with { SourceUuids = [element.Uuid] } : element)),
        new("CLONE-21", "says that there is no second clone, and makes one", a => a.Lie<bool>("isCloneable", can =>
            can && !a.CalledMethods.Contains("clone"))),
        new("CLONE-21", "makes one clone of an element, and promises more", a => a.Instead<StorageElement>("clone", (call, normally, _) =>
            a.Contents.MadeOf(call.Argument<StorageElement>(0), StorageElementType.SnapClone).Count > 0
                ? throw new LimitExceededException("One clone is enough.") : Task.FromResult(normally()))),
        new("CLONE-22", "rounds the size of clones to whole blocks", a => a.Spoil("clone", made => made with { SizeBytes = made.SizeBytes / 4096 * 4096 })),
        new("CLONE-22", "clones in the size at creation", a =>
        {
            var sizes = new System.Collections.Concurrent.ConcurrentDictionary<string, long>();
            a.Tell("create", made => made with { SizeBytes = sizes[made.Uuid] = made.SizeBytes });
            a.Instead<StorageElement>("clone", (call, normally, _) => Task.FromResult(a.Contents.Change(normally(), made =>
                made with { SizeBytes = sizes.GetValueOrDefault(call.Argument<StorageElement>(0).Uuid, made.SizeBytes) })));
        }),
        new("CLONE-23", "gives all clones of an element the data of the first", a => a.Lie<StorageElement>("clone", made =>
        {
            a.Contents.Data!.Copy(a.Contents.MadeOf(new() { Uuid = made.SourceUuids[0] }, StorageElementType.SnapClone)[^1].Uuid, made.Uuid);
            return made;
        })),
        new("CLONE-11", "clones the first half", a => a.Lie<StorageElement>("clone", made =>
        {
            using var file = File.OpenWrite(a.Contents.Data!.PathOf(made.Uuid));
            file.SetLength(made.SizeBytes / 2);
            file.SetLength(made.SizeBytes);
            return made;
        })),
        new("CLONE-26", "isCloneable says no of an offline element, and clones it", a =>
            SaysNo(a, "isCloneable", one => one.State == StorageElementState.Offline)),
        new("CLONE-26", "isCloneable says no of an element with snapshots, and clones it", a => SaysNo(a, "isCloneable", one =>
            a.Contents.MadeOf(one, StorageElementType.Snapshot).Count > 0)),
        new("SNAPCLONE-3", "list leaves out a snapshot's clone", a =>
            a.Lie<IEnumerable<StorageElement>>("list", all => all.Where(one => !IsOfSnapshot(a, one)))),
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
        new("SNAPCLONE-9", "names another member as the source of a clone", a => a.Spoil("cloneFromSnap", made =>
            a.Contents.Get(new() { Uuid = made.SourceUuids[0] }) is { SourceUuids.Count: > 1 } snapshot
                ? made with { SourceUuids = [snapshot.SourceUuids[1]] } : made)),
        new("SNAPCLONE-9", "isCloneable says no of a snapshot, and its clones are too large", a =>
        {
            a.Instead<bool>("isCloneable", (call, normally, _) =>
                Task.FromResult(normally() && a.Contents.Get(call.Argument<StorageElement>(0)).Type != StorageElementType.Snapshot));
            a.Spoil("cloneFromSnap", clone => clone with { SizeBytes = clone.SizeBytes + 4096 });
        }),
        .. from pair in new[] { ("clone", "CLONE-20", 0), ("cloneFromSnap", "SNAPCLONE-17", 1) }
           select new Mutant(pair.Item2, $"{pair.Item1} gives all copies of one the same identity for hosts", a =>
               a.Instead<StorageElement>(pair.Item1, (call, normally, _) => Task.FromResult(a.Contents.Change(normally(), made =>
                   made with { Page83Id = $"36{call.Argument<StorageElement>(pair.Item3).Uuid[2..]}c" })))),
        new("SNAPCLONE-15", "clones the second of three members for the third", a => a.Instead<StorageElement>("cloneFromSnap", (call, normally, _) =>
        {
            var snapshot = a.Contents.Get(call.Argument<StorageElement>(1));
            return Task.FromResult(snapshot.SourceUuids is [_, var second, var third] && third == call.Argument<StorageElement>(0).Uuid
                ? a.Contents.CloneFromSnap(new() { Uuid = second }, snapshot, (StorageElement?)call.Arguments[2], (string?)call.Arguments[3]) : normally());
        })),
        new("SNAPCLONE-12", "a clone of a snapshot of before a shrinking is cut", a => a.Instead<StorageElement>("cloneFromSnap", (call, normally, _) =>
        {
            var (made, source) = (normally(), a.Contents.Get(call.Argument<StorageElement>(0)));
            a.Contents.Data!.Resize(made.Uuid, Math.Min(made.SizeBytes, source.SizeBytes));
            return Task.FromResult(made);
        })),
        new("CLONE-22", "a clone of a resized element has the old length", a => a.Instead<StorageElement>("clone", (call, normally, _) =>
        {
            var made = normally();
            a.Contents.Data!.Resize(made.Uuid, Math.Min(made.SizeBytes, 1 << 16));
            return Task.FromResult(made);
        })),
        new("CLONE-19", "clones no clone's clone", a => a.Before("clone", (call, _) =>
        {
            var source = SourceOf(call.Argument<StorageElement>(0));
            return source is not null && SourceOf(source) is not null ? throw new ArrayUnreachableException("It is too deep.") : Task.CompletedTask;

            StorageElement? SourceOf(StorageElement clone) => a.Contents.Elements.FirstOrDefault(element => element.Type != StorageElementType.Snapshot
                && a.Contents.Elements.First(one => one.Uuid == clone.Uuid).SourceUuids.Contains(element.Uuid));
        })),
        .. from pair in new[] { ("clone", "CLONE-9"), ("cloneFromSnap", "SNAPCLONE-16") }
           select new Mutant(pair.Item2, $"{pair.Item1} presents to the second group of the source", a => a.Instead<StorageElement>(pair.Item1,
               (call, normally, _) => Task.FromResult(a.Contents.Change(normally(), made => made with
               {
                   AccessGroupNames = a.Contents.Get(call.Argument<StorageElement>(0)).AccessGroupNames.Skip(1).ToValueList(),
               })))),
    ];
}
