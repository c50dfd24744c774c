using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Elements that are found by the wrong thing, and old records.</content>
internal static partial class Mutants
{
    private static readonly string[] OfOneElement =
    [
        "getStatus", "offline", "online", "setQoS", "remove", "resize", "startPresent", "stopPresent", "createSnap", "clone", "snapRemove", "snapRestore",
        "splitClone", "cloneFromSnap", "getCurrentSnaps", "getCurrentClones", "getAccessGroups", "isCloneable", "isSnapable", "isSplittable", "isRestorable",
    ];

    private static IEnumerable<Mutant> Identities =>
    [
        new("STALE-1", "keeps what a record says of groups",
            a => a.Instead<StorageElement>("getInfo",
                (call, normally, _) => Task.FromResult(normally() with { AccessGroupNames = call.Argument<StorageElement>(0).AccessGroupNames }))),
        new("STALE-2", "presents by the record", a => a.Instead<StorageElement>("startPresent", (call, _, _) => Task.FromResult(a.Contents.Change(
            call.Argument<StorageElement>(0), element =>
            element with { AccessGroupNames = call.Argument<StorageElement>(0).AccessGroupNames
                .Union(call.Argument<IReadOnlyList<string>>(1)).ToValueList() })))),
        new("STALE-4", "removes by the record", a => a.Instead<Done>("remove", (call, _, _) =>
        {
            a.Contents.Change(call.Argument<StorageElement>(0),
                element => element with { AccessGroupNames = call.Argument<StorageElement>(0).AccessGroupNames });
            return Task.FromResult(a.Contents.Remove(call.Argument<StorageElement>(0)));
        })),
        new("STALE-5", "takes a namesake for the old one", a => a.Instead<Done>("remove", (call, _, _) =>
            Task.FromResult(a.Contents.Remove(a.Contents.Elements.First(element => element.Name == call.Argument<StorageElement>(0).Name))))),
        new("STALE-8", "clones in the size of the record", a => a.Instead<StorageElement>("clone", (call, normally, _) =>
            Task.FromResult(a.Contents.Change(normally(), made => made with { SizeBytes = call.Argument<StorageElement>(0).SizeBytes })))),
        .. from method in new[] { "offline", "online" }
           select new Mutant("STALE-9", $"{method} writes the record back", a => a.Instead<Done>(method, (call, normally, _) =>
           {
               var old = call.Argument<StorageElement>(0);
               a.Contents.Change(old, _ => old);
               return Task.FromResult(normally());
           })),
        new("STALE-9", "stopPresent writes the record's size back", a => a.Instead<StorageElement>("stopPresent", (call, normally, _) =>
        {
            var old = call.Argument<StorageElement>(0);
            normally();
            return Task.FromResult(a.Contents.Change(old, element => element with { SizeBytes = old.SizeBytes }));
        })),
        .. from method in new[] { "resize", "clone", "createSnap", "startPresent", "stopPresent" }
           select new Mutant("STALE-10", $"{method} works on what is gone", a => a.Instead<StorageElement>(method, (call, normally, _) =>
           {
               try
               {
                   return Task.FromResult(normally());
               }
               catch (NotFoundException)
               {
                   return Task.FromResult(call.Argument<StorageElement>(0));
               }
           })),
        .. from method in new[] { "offline", "online" }
           select new Mutant("STALE-10", $"{method} succeeds for what is gone", a => a.Believe(method, default(Done))),
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
        new("IDENTITY-5", "snapRestore to a removed snapshot does nothing", a => a.Believe("snapRestore", default(Done))),
        new("IDENTITY-6", "removeAccessGroups removes all with the same entries", a =>
            a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (call, normally, _) =>
            Task.FromResult(a.Contents.RemoveGroups([.. a.Contents.Groups.Where(group => call.Argument<IReadOnlyList<AccessGroup>>(0).Any(gone =>
                gone.Entries.SequenceEqual(group.Entries)))])))),
        new("IDENTITY-6", "removeAccessGroups removes a group that is as the record alone", a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups",
            (call, _, _) => Task.FromResult(a.Contents.RemoveGroups([.. call.Argument<IReadOnlyList<AccessGroup>>(0).Where(gone =>
                a.Contents.Groups.Any(group => group.Name == gone.Name && group.Entries.SequenceEqual(gone.Entries)))])))),
        .. from method in new[] { "setQoS", "offline", "online", "remove" }
           select new Mutant("IDENTITY-8", $"{method} looks for a name before an identity", a => a.Instead<Done>(method, (call, normally, _) =>
           {
               if (a.Contents.Elements.FirstOrDefault(element => element.Name == call.Argument<StorageElement>(0).Uuid) is not { } namesake)
               {
                   return Task.FromResult(normally());
               }

               return Task.FromResult(method switch
               {
                   "setQoS" => a.Contents.SetQos(namesake, call.Argument<string>(1)),
                   "offline" => a.Contents.SetState(namesake, StorageElementState.Offline),
                   "online" => a.Contents.SetState(namesake, StorageElementState.Online),
                   _ => a.Contents.Remove(namesake),
               });
           })),
        new("IDENTITY-8", "getInfo looks for a name before an identity", a => a.Instead<StorageElement>("getInfo", (call, normally, _) =>
            Task.FromResult(a.Contents.Elements.FirstOrDefault(element => element.Name == call.Argument<StorageElement>(0).Uuid) ?? normally()))),
        new("IDENTITY-8", "startPresent looks for a name before an identity", a => a.Instead<StorageElement>("startPresent", (call, normally, _) =>
            Task.FromResult(a.Contents.Elements.FirstOrDefault(element => element.Name == call.Argument<StorageElement>(0).Uuid) is { } namesake
                ? a.Contents.Present(namesake, call.Argument<IReadOnlyList<string>>(1)) : normally()))),
        new("IDENTITY-8", "createSnap looks for a name before an identity", a => a.Instead<StorageElement>("createSnap", (call, normally, _) =>
            Task.FromResult(a.Contents.Elements.FirstOrDefault(element => element.Name == call.Argument<StorageElement>(0).Uuid) is { } namesake
                ? a.Contents.Snap([namesake], (StorageElement?)call.Arguments[1]) : normally()))),
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

    private static HashSet<string> Removed(RecordingArray array) =>
        [.. array.Calls.Where(call => call.Method == "remove").Select(call => call.Argument<StorageElement>(0).Uuid)];

    private static void OfRemoved<T>(RecordingArray array, string method, T answer) => array.Instead<T>(method, (call, normally, _) =>
        Task.FromResult(call.Arguments.OfType<StorageElement>().Any(one => array.Calls.Any(other => other.Method is "remove" or "snapRemove"
            && other.Argument<StorageElement>(0).Uuid == one.Uuid) && array.Contents.Elements.All(there => there.Uuid != one.Uuid)) ? answer : normally()));

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
