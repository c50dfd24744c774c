using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Removal, and elements that are offline.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Removals =>
    [
        new("REMOVE-1", "removes nothing", a => a.Return("remove", default(Done))),
        new("REMOVE-2", "removes again what is gone", a => a.Believe("remove", default(Done))),
        new("REMOVE-3", "withdraws what it is to remove", a => a.Instead<Done>("remove", (call, _, _) =>
        {
            var element = a.Contents.Change(call.Argument<StorageElement>(0), present => present with { AccessGroupNames = [] });
            return Task.FromResult(a.Contents.Remove(element));
        })),
        new("REMOVE-4", "says of what isn't there that something went wrong", a => a.FailAs<NotFoundException, Done>("remove")),
        new("REMOVE-5", "takes the snapshots with it", a => RemoveMadeOf(a, StorageElementType.Snapshot)),
        new("REMOVE-6", "takes the clones with it", a => RemoveMadeOf(a, StorageElementType.SnapClone)),
        new("REMOVE-7", "changes the others while removing", a => a.HarmOthers<Done>("remove", element => element with { Qos = "silver" })),
        new("REMOVE-8", "changes the source of what it removes",
            a => a.HarmOthers<Done>("remove", element => element with { SizeBytes = element.SizeBytes + 1 })),
        .. from pair in new[]
           {
               ("startPresent", "OFFLINE-2"), ("stopPresent", "OFFLINE-2"), ("createSnap", "OFFLINE-3"), ("clone", "OFFLINE-4"), ("cloneFromSnap", "OFFLINE-5"),
               ("resize", "OFFLINE-6"), ("setQoS", "OFFLINE-7"), ("snapRestore", "OFFLINE-8"), ("splitClone", "OFFLINE-9"),
           }
           select new Mutant(pair.Item2, $"{pair.Item1} sets an offline element online", a => Also(a, pair.Item1, call => HarmArguments(a, call, element =>
               element with { State = StorageElementState.Online }))),
        .. from pair in new[]
           {
               ("createSnap", "OFFLINE-3"), ("clone", "OFFLINE-4"), ("cloneFromSnap", "OFFLINE-5"), ("resize", "OFFLINE-6"), ("setQoS", "OFFLINE-7"),
           }
           select new Mutant(pair.Item2, $"{pair.Item1} withdraws an offline element", a => Also(a, pair.Item1, call => HarmArguments(a, call, element =>
               element.State == StorageElementState.Offline ? element with { AccessGroupNames = [] } : element))),
        new("OFFLINE-1", "lists offline elements as online", a => a.TellAll(element => element with { State = StorageElementState.Online })),
        new("OFFLINE-1", "lists no offline element", a => a.Lie<IEnumerable<StorageElement>>("list", all =>
            [.. all.Where(element => element.State == StorageElementState.Online)])),
        new("OFFLINE-1", "tells no size of an offline element", a => a.Tell("getInfo", element =>
            element.State == StorageElementState.Offline ? element with { SizeBytes = 0 } : element)),
        new("OFFLINE-1", "updates an offline element to online", a => a.Lie<IReadOnlyList<StorageElement>>("updateSERecords", all =>
            [.. all.Select(element => element with { State = StorageElementState.Online })])),
        new("OFFLINE-2", "shows no presentation of offline elements", a => a.Tell("getInfo", element =>
            element.State == StorageElementState.Offline ? element with { AccessGroupNames = [] } : element)),
        new("OFFLINE-6", "answers the resize of an offline element and makes none", a => a.Instead<StorageElement>("resize", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)) is { State: StorageElementState.Offline } offline ? offline : normally()))),
        new("OFFLINE-7", "ignores a quality of service for an offline element", a => a.Instead<Done>("setQoS", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)).State == StorageElementState.Offline ? default : normally()))),
        new("OFFLINE-8", "restores nothing of an offline element", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(1)).State == StorageElementState.Offline ? default : normally()))),
        new("OFFLINE-10", "removes a presented element that is offline", a => a.Instead<Done>("remove", (call, normally, _) =>
        {
            if (a.Contents.Get(call.Argument<StorageElement>(0)).State == StorageElementState.Offline)
            {
                a.Contents.Change(call.Argument<StorageElement>(0), element => element with { AccessGroupNames = [] });
            }

            return Task.FromResult(normally());
        })),
        new("OFFLINE-10", "keeps an offline element that it removed", a => a.Instead<Done>("remove", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)).State == StorageElementState.Offline ? default : normally()))),
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
        new("REMOVE-11", "clone leaves the middle empty", a => a.Lie<StorageElement>("clone", made =>
        {
            SetMiddle(a, made.Uuid, new byte[4096]);
            return made;
        })),
        new("REMOVE-10", "remove of what is presented fails in its own way", a => a.FailAs<StorageElementBusyException, Done>("remove")),
        new("REMOVE-12", "removes a member out of a snapshot of several", a => a.Before("remove", (call, _) =>
        {
            var uuid = call.Argument<StorageElement>(0).Uuid;
            HarmAll(a, snapshot => snapshot.SourceUuids.Count > 1 && snapshot.SourceUuids.Contains(uuid)
                ? snapshot with { SourceUuids = snapshot.SourceUuids.Where(member => member != uuid).ToValueList() } : snapshot);
            return Task.CompletedTask;
        })),
        new("REMOVE-12", "removes a snapshot of several with its second member", a => a.Before("remove", (call, _) =>
        {
            foreach (var snapshot in a.Contents.Elements.Where(snapshot => snapshot.SourceUuids.Skip(1).Contains(call.Argument<StorageElement>(0).Uuid)))
            {
                a.Contents.RemoveSnapshot(snapshot);
            }

            return Task.CompletedTask;
        })),
    ];

    private static void RemoveMadeOf(RecordingArray array, StorageElementType type) => array.Instead<Done>("remove", (call, normally, _) =>
    {
        foreach (var made in array.Contents.MadeOf(call.Argument<StorageElement>(0), type))
        {
            array.Contents.Remove(made);
        }

        return Task.FromResult(normally());
    });
}
