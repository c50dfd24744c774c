using System.Collections.Concurrent;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Restores.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Restores =>
    [
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
        new("RESTORE-1", "a restore renames the snapshot", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            var done = normally();
            a.Contents.Change(call.Argument<StorageElement>(0), snapshot => snapshot with { Name = snapshot.Name + "-used" });
            return Task.FromResult(done);
        })),
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
        new("RESTORE-23", "snapRemove erases the data of the snapshot's clones", a => a.Before("snapRemove", (call, _) =>
        {
            foreach (var clone in a.Contents.MadeOf(call.Argument<StorageElement>(0), StorageElementType.SnapClone))
            {
                a.Contents.Data!.Create(clone.Uuid, clone.SizeBytes);
            }

            return Task.CompletedTask;
        })),
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
        new("RESTORE-20", "snapRestore restores the middle of nothing", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            var uuid = call.Arguments[1] is StorageElement one ? one.Uuid : a.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids[0];
            var middle = Middle(a, uuid);
            normally();
            SetMiddle(a, uuid, middle);
            return Task.FromResult(default(Done));
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
        new("RESTORE-12", "createMultiSnap copies the first member's data for all", a => a.Lie<StorageElement>("createMultiSnap", made =>
        {
            foreach (var uuid in made.SourceUuids.Skip(1))
            {
                a.Contents.Data!.Copy(made.SourceUuids[0], MemoryArrayData.Member(made.Uuid, uuid));
            }

            return made;
        })),
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
        new("RESTORE-22", "snapRestore of a stranger fails in its own way", a => a.FailAs<SnapRestoreNotSafeException, Done>("snapRestore")),
        new("RESTORE-19", "says of a presented element that it can't be restored", a => a.Instead<bool>("isRestorable", (call, normally, _) =>
            Task.FromResult(normally() && !(call.Arguments[1] is StorageElement element && a.Contents.Get(element).AccessGroupNames.Count > 0)))),
        new("RESTORE-19", "says of a clone that it can be restored, and refuses", a => a.Before("snapRestore", (call, _) =>
            call.Arguments[1] is StorageElement element && IsClone(a.Contents.Get(element)) ? throw new StorageElementBusyException("Not a clone.")
                : Task.CompletedTask)),
        new("RESTORE-22", "isRestorable says no of an older snapshot", a => a.Instead<bool>("isRestorable", (call, normally, _) =>
        {
            var snapshot = a.Contents.Get(call.Argument<StorageElement>(0));
            return Task.FromResult(normally() && a.Contents.Elements.First(other =>
                other.Type == StorageElementType.Snapshot && other.SourceUuids.Equals(snapshot.SourceUuids)).Uuid == snapshot.Uuid);
        })),
        new("RESTORE-24", "brings back the quality of then", a => BringBack(a, (now, then) => now with { Qos = then.Qos })),
        new("RESTORE-24", "brings back the presentation of then", a => BringBack(a, (now, then) => now with { AccessGroupNames = then.AccessGroupNames })),
        new("RESTORE-25", "restores an offline member with another one", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            normally();
            OfflineMembers(a, call).ForEach(member => a.Contents.Restore(call.Argument<StorageElement>(0), member));
            return Task.FromResult(default(Done));
        })),
        new("RESTORE-25", "leaves offline members out of a whole", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            var snapshot = a.Contents.Get(call.Argument<StorageElement>(0));
            if (call.Arguments[1] is not null)
            {
                return Task.FromResult(normally());
            }

            var offline = OfflineMembers(a, call);
            foreach (var member in snapshot.SourceUuids.Where(uuid => !offline.Exists(member => member.Uuid == uuid)))
            {
                a.Contents.Restore(snapshot, new() { Uuid = member });
            }

            return Task.FromResult(default(Done));
        })),
        new("RESTORE-13", "restores the newest where no element is named", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            var snapshot = a.Contents.Get(call.Argument<StorageElement>(0));
            return Task.FromResult(call.Arguments[1] is null && snapshot.SourceUuids is [var only]
                ? a.Contents.Restore(a.Contents.MadeOf(new() { Uuid = only }, StorageElementType.Snapshot)[0], null) : normally());
        })),
        new("RESTORE-12", "restores two members of a whole", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            var snapshot = a.Contents.Get(call.Argument<StorageElement>(0));
            if (call.Arguments[1] is not null)
            {
                return Task.FromResult(normally());
            }

            foreach (var member in snapshot.SourceUuids.Take(2))
            {
                a.Contents.Restore(snapshot, new() { Uuid = member });
            }

            return Task.FromResult(default(Done));
        })),
        new("RESTORE-26", "shrinking cuts what snapshots hold", a => a.Instead<StorageElement>("resize", (call, normally, _) =>
        {
            var element = a.Contents.Get(call.Argument<StorageElement>(0));
            var resized = normally();
            foreach (var snapshot in a.Contents.MadeOf(element, StorageElementType.Snapshot).Where(_ => resized.SizeBytes < element.SizeBytes))
            {
                a.Contents.Data!.Resize(MemoryArrayData.Member(snapshot.Uuid, element.Uuid), resized.SizeBytes);
            }

            return Task.FromResult(resized);
        })),
        new("RESTORE-26", "shrinking makes snapshots smaller", a => a.Instead<StorageElement>("resize", (call, normally, _) =>
        {
            var resized = normally();
            HarmAll(a, element => element.Type == StorageElementType.Snapshot && element.SourceUuids.Contains(resized.Uuid)
                ? element with { SizeBytes = Math.Min(element.SizeBytes, resized.SizeBytes) } : element);
            return Task.FromResult(resized);
        })),
    ];

    private static byte[] Middle(RecordingArray array, string uuid)
    {
        using var file = File.OpenRead(array.Contents.Data!.PathOf(uuid));
        var block = new byte[4096];
        file.Position = file.Length / 2;
        file.ReadExactly(block);
        return block;
    }

    private static List<StorageElement> OfflineMembers(RecordingArray array, RecordedCall call)
    {
        var members = array.Contents.Get(call.Argument<StorageElement>(0)).SourceUuids;
        return [.. array.Contents.Elements.Where(element => members.Contains(element.Uuid) && element.State == StorageElementState.Offline)];
    }

    /// <summary>Brings back more than data: what else the element was at the time of the snapshot.</summary>
    private static void BringBack(RecordingArray array, Func<StorageElement, StorageElement, StorageElement> change)
    {
        var then = new ConcurrentDictionary<string, StorageElement>();
        array.Instead<StorageElement>("createSnap", (call, normally, _) =>
        {
            var made = normally();
            then[made.Uuid] = array.Contents.Get(call.Argument<StorageElement>(0));
            return Task.FromResult(made);
        });
        array.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            normally();
            if (then.TryGetValue(call.Argument<StorageElement>(0).Uuid, out var element))
            {
                array.Contents.Change(element, now => change(now, element));
            }

            return Task.FromResult(default(Done));
        });
    }
}
