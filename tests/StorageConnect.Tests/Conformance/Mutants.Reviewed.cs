using System.Text;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Wrong from the second time on, of other kinds of elements, with several of something, in data that are not where one looked.</content>
internal static partial class Mutants
{
    private static readonly (string Field, Func<StorageElement, StorageElement> Change)[] Leaks =
    [
        ("handle", element => element with { AsyncHandle = $"session={KitBed.Password}" }),
        ("status", element => element with { Status = $"by {KitBed.Password}" }),
        ("extra info", element => element with { ExtraInfo = $"p={KitBed.Password}" }),
    ];

    private static IEnumerable<Mutant> Reviewed =>
    [
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
        new("RESTORE-4", "restores once only", a =>
        {
            var restored = new HashSet<string>();
            a.Instead<Done>("snapRestore", (call, normally, _) =>
                Task.FromResult(restored.Add(call.Argument<StorageElement>(0).Uuid) ? normally() : default));
        }),
        new("RESTORE-4", "takes the data of now into the snapshot at a restore", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            var (snapshot, element) = (call.Argument<StorageElement>(0).Uuid, call.Argument<StorageElement>(1).Uuid);
            var (file, copy) = (MemoryArrayData.Member(snapshot, element), $"{element}-before");
            a.Contents.Data!.Copy(element, copy);
            var done = normally();
            a.Contents.Data.Copy(copy, file);
            return Task.FromResult(done);
        })),
        new("RESTORE-2", "restores the first half", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            var path = a.Contents.Data!.PathOf(call.Argument<StorageElement>(1).Uuid);
            var end = File.ReadAllBytes(path)[^4096..];
            var done = normally();
            using var file = File.OpenWrite(path);
            file.Position = file.Length - end.Length;
            file.Write(end);
            return Task.FromResult(done);
        })),
        new("RESTORE-13", "always restores the newest snapshot", a => a.Instead<Done>("snapRestore", (call, _, _) => Task.FromResult(a.Contents.Restore(
            a.Contents.MadeOf(call.Argument<StorageElement>(1), StorageElementType.Snapshot)[0], call.Argument<StorageElement>(1))))),
        new("RESTORE-13", "always restores the oldest snapshot", a => a.Instead<Done>("snapRestore", (call, _, _) => Task.FromResult(a.Contents.Restore(
            a.Contents.MadeOf(call.Argument<StorageElement>(1), StorageElementType.Snapshot)[^1], call.Argument<StorageElement>(1))))),
        new("RESTORE-14", "merges a removed snapshot into the one before it", a => a.Instead<Done>("snapRemove", (call, normally, _) =>
        {
            var snapshot = a.Contents.Get(call.Argument<StorageElement>(0));
            var source = snapshot.SourceUuids[0];
            foreach (var other in a.Contents.MadeOf(new() { Uuid = source }, StorageElementType.Snapshot).Where(other => other.Uuid != snapshot.Uuid))
            {
                a.Contents.Data!.Copy(MemoryArrayData.Member(snapshot.Uuid, source), MemoryArrayData.Member(other.Uuid, source));
            }

            return Task.FromResult(normally());
        })),
        new("RESTORE-15", "says that no restore is safe, and restores", a => a.Return("isRestorable", false)),
        new("RESTORE-16", "leaves the record's size when a restore shrinks the element", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            var size = a.Contents.Get(call.Argument<StorageElement>(1)).SizeBytes;
            var done = normally();
            a.Contents.Change(call.Argument<StorageElement>(1), element => element with { SizeBytes = size });
            return Task.FromResult(done);
        })),
        new("RESTORE-17", "restores every snapshot there is when a whole one is wanted", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            foreach (var snapshot in call.Arguments[1] is null ? a.Contents.MadeOf(null, StorageElementType.Snapshot) : [])
            {
                a.Contents.Restore(snapshot, null);
            }

            return Task.FromResult(normally());
        })),
        new("RESTORE-18", "restores the clones of an element with it", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            var done = normally();
            foreach (var clone in a.Contents.MadeOf(call.Argument<StorageElement>(1), StorageElementType.SnapClone))
            {
                a.Contents.Data!.Copy(call.Argument<StorageElement>(1).Uuid, clone.Uuid);
            }

            return Task.FromResult(done);
        })),
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
        new("LIMIT-9", "counts clones that were removed", a =>
        {
            var made = 0;
            a.Instead<StorageElement>("clone", (_, normally, _) =>
                ++made > 16 ? throw new LimitExceededException("16 were made.") : Task.FromResult(normally()));
        }),
        new("LIMIT-9", "says no after clones that were removed", a => a.Lie<bool>("isCloneable", can =>
            can && a.CalledMethods.Count(method => method == "clone") < 16)),
        new("LIMIT-9", "makes one clone fewer than its limit", a => a.Instead<StorageElement>("clone", (_, normally, _) =>
            a.Contents.MadeOf(null, StorageElementType.SnapClone).Count >= 15 ? throw new LimitExceededException("15.") : Task.FromResult(normally()))),
        new("LIMIT-10", "counts snapshots that were removed", a =>
        {
            var made = 0;
            a.Instead<StorageElement>("createSnap", (_, normally, _) =>
                ++made > 16 ? throw new LimitExceededException("16 were made.") : Task.FromResult(normally()));
        }),
        new("LIMIT-10", "says no after snapshots that were removed", a => a.Lie<bool>("isSnapable", can =>
            can && a.CalledMethods.Count(method => method == "createSnap") < 16)),
        new("LIMIT-11", "tells what is left of the limit", a => a.Instead<long>("getSnapLimits", (_, _, _) =>
            Task.FromResult(16L - a.Contents.MadeOf(null, StorageElementType.Snapshot).Count))),
        .. from method in new[] { "clone", "createSnap", "createMultiSnap", "cloneFromSnap", "resize", "splitClone" }
           select new Mutant("ASYNC-6", $"tells 101 percent of {method}", a => OfMethod(a, method, [0, 50], record =>
               record with { AsyncProgress = record.AsyncProgress is 50 ? 101 : record.AsyncProgress })),
        .. from method in new[] { "clone", "createSnap", "createMultiSnap", "cloneFromSnap", "resize", "splitClone" }
           select new Mutant("ASYNC-7", $"goes back at {method}", a => OfMethod(a, method, [0, 60, 80], record =>
               record with { AsyncProgress = record.AsyncProgress is 80 ? 20 : record.AsyncProgress })),
        .. from method in new[] { "createSnap", "createMultiSnap", "cloneFromSnap", "resize", "splitClone" }
           select new Mutant("ASYNC-8", $"tells another name at the end of {method}", a => OfMethod(a, method, [0, 50], record =>
               record.AsyncProgress is null ? record with { Name = "done" } : record)),
        .. from method in new[] { "createSnap", "createMultiSnap", "cloneFromSnap", "resize", "splitClone" }
           select new Mutant("ASYNC-12", $"tells another name at the beginning of {method}", a =>
           {
               LaterBy(a, [0, 50]);
               a.Tell(method, record => record with { Name = "pending" });
           }),
        new("ASYNC-13", "answers for whatever was begun last", a =>
        {
            LaterBy(a, [0, 50]);
            StorageElement? last = null;
            a.Tell("clone", record => last = record);
            a.Instead<StorageElement>("getAsyncProgress", (call, normally, _) => Task.FromResult(
                last is not null && a.Contents.Elements.First(element => element.Uuid == call.Argument<StorageElement>(0).Uuid).Type
                    == StorageElementType.SnapClone
                    ? a.Contents.Progress(call.Argument<StorageElement>(0) with { Uuid = last.Uuid }) : normally()));
        }),
        .. from method in new[] { "clone", "createSnap", "cloneFromSnap" }
           from change in Leaks
           select new Mutant("SECRET-1", $"shows the password in the {change.Field} of {method}", a => a.Tell(method, change.Change)),
        new("SECRET-1", "shows the password in the name of a quality of service", a => a.Contents.Qualities =
            [new() { Value = "gold", Name = $"Gold of {KitBed.Password}", Description = "?" }]),
        new("SECRET-1", "shows the password in the description of a quality of service", a => a.Contents.Qualities =
            [new() { Value = "gold", Name = "Gold", Description = $"for {KitBed.Password}" }]),
        new("SECRET-1", "shows the password in the names of groups", a => a.Lie<IReadOnlyList<AccessGroup>>("getAccessGroups", groups =>
            [.. groups, new() { Name = $"all of {KitBed.Password}", Entries = [] }])),
        new("SECRET-1", "shows the password in a storage name", a => a.Lie<IReadOnlyList<string>>("getStorageNames", _ => [$"pool/{KitBed.Password}"])),
        new("SECRET-1", "shows the password in Base64 in a handle", a => a.Tell("clone", made => made with { AsyncHandle =
            Convert.ToBase64String(Encoding.UTF8.GetBytes(KitBed.Password)) })),
        new("SECRET-1", "shows user and password in Base64 in a status", a => a.Lie<string>("getStatus", status =>
            $"{status} (Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{KitBed.Password}"))})")),
        new("SECRET-1", "shows the password in a URL", a => a.Tell("getInfo", element => element with { Status =
            $"https://array/?p={Uri.EscapeDataString(KitBed.Password)}" })),
        new("SECRET-1", "shows the password in hexadecimal", a => a.Tell("getInfo", element => element with { ExtraInfo =
            Convert.ToHexStringLower(Encoding.UTF8.GetBytes(KitBed.Password)) })),
        new("SECRET-1", "shows the password in capitals", a => a.Tell("create", element => element with { Status = KitBed.Password.ToUpperInvariant() })),
        new("SECRET-1", "shows the password in the cause of an error", a => a.Before("snapRemove", (_, _) =>
            throw new NotFoundException("It isn't there.", new InvalidOperationException($"POST /login {KitBed.Password}")))),
        new("SECRET-1", "shows the password in the advice of an error", a => a.Before("clone", (call, _) =>
            a.Contents.Elements.Any(element => element.Uuid == call.Argument<StorageElement>(0).Uuid) ? Task.CompletedTask
                : throw new NotFoundException("It isn't there.") { Recommendation = $"Log in as admin/{KitBed.Password}." })),
        new("SECRET-1", "shows the password in the group answered", a => a.Lie<AccessGroup>("addToAccessGroup", group =>
            group with { StorageServerName = KitBed.Password })),
    ];

    private static IReadOnlyList<string> Sources(RecordingArray array, StorageElement split) =>
        [.. array.Calls.Where(call => call.Method == "clone").Select(call => call.Argument<StorageElement>(0).Uuid)
            .Where(uuid => array.Contents.Elements.Any(element => element.Uuid == uuid && element.Uuid != split.Uuid))];

    /// <summary>Everything goes on in the background, and of what one method began something else is told.</summary>
    private static void OfMethod(RecordingArray array, string method, IReadOnlyList<int> steps, Func<StorageElement, StorageElement> change)
    {
        LaterBy(array, steps);
        var begun = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        array.Tell(method, record =>
        {
            begun[record.Uuid] = true;
            return record;
        });
        array.Tell("getAsyncProgress", record => begun.ContainsKey(record.Uuid) ? change(record) : record);
    }
}
