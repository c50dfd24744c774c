using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Calls that do their work and something else besides.</content>
internal static partial class Mutants
{
    private static readonly (string Field, Func<StorageElement, StorageElement> Change)[] Changes =
    [
        ("the state", element => element with { State = element.State == StorageElementState.Online ? StorageElementState.Offline
            : StorageElementState.Online }),
        ("the volume group", element => element with { VolumeGroupName = "other" }),
        ("thin provisioning", element => element with { ThinProvisioned = element.ThinProvisioned != true }),
        ("the sources", element => element with { SourceUuids = ["elsewhere"] }),
        ("the time of creation", element => element with { CreatedAt = element.CreatedAt?.AddMinutes(1) }),
        ("the quality of service", element => element with { Qos = "bronze" }),
        ("the presentation", element => element with { AccessGroupNames = ["everybody"] }),
        ("the size", element => element with { SizeBytes = element.SizeBytes + 512 }),
        ("the name", element => element with { Name = element.Name + "-changed" }),
        ("the page 0x83 id", element => element with { Page83Id = "3" + element.Uuid[..15] + "0" }),
    ];

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

    private static readonly string[] WithoutAnswer = ["remove", "offline", "online", "snapRemove", "snapRestore", "setQoS"];

    private static IEnumerable<Mutant> SideEffects =>
    [
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
    ];

    /// <summary>Has a method do its work and something else after it.</summary>
    private static void Also(RecordingArray array, string method, Action<RecordedCall> harm)
    {
        if (WithoutAnswer.Contains(method))
        {
            array.Instead<Done>(method, (call, normally, _) => After(call, normally(), harm));
        }
        else
        {
            array.Instead<StorageElement>(method, (call, normally, _) => After(call, normally(), harm));
        }
    }

    private static void EmptyGroups(RecordingArray array)
    {
        foreach (var group in array.Contents.Groups)
        {
            array.Contents.RemoveEntries(group.Name, group.Entries);
        }
    }

    private static void Erase(RecordingArray array)
    {
        var data = array.Contents.Data!;
        foreach (var element in array.Contents.Elements.Where(element => element.Type != StorageElementType.Snapshot && File.Exists(data.PathOf(element.Uuid))))
        {
            data.Create(element.Uuid, element.SizeBytes);
        }
    }

    private static void RemoveSecondSnapshot(RecordingArray array)
    {
        if (array.Contents.MadeOf(null, StorageElementType.Snapshot) is [_, var second, ..])
        {
            array.Contents.Remove(second);
        }
    }

    private static Task<T> After<T>(RecordedCall call, T answer, Action<RecordedCall> harm)
    {
        harm(call);
        return Task.FromResult(answer);
    }

    private static IEnumerable<string> Meant(RecordedCall call) =>
        call.Arguments.OfType<StorageElement>().Concat(call.Arguments.OfType<IReadOnlyList<StorageElement>>().SelectMany(elements =>
            elements)).Select(element => element.Uuid);

    // What the call has just made is none of the others; the youngest is last.
    private static void HarmOthers(RecordingArray array, RecordedCall call, Func<StorageElement, StorageElement> change)
    {
        var meant = Meant(call).ToHashSet();
        foreach (var element in array.Contents.Elements.Where(element => !meant.Contains(element.Uuid)))
        {
            array.Contents.Put(change(element));
        }
    }

    private static void HarmArguments(RecordingArray array, RecordedCall call, Func<StorageElement, StorageElement> change)
    {
        var meant = Meant(call).ToHashSet();
        foreach (var element in array.Contents.Elements.Where(element => meant.Contains(element.Uuid) && element.Type != StorageElementType.Snapshot))
        {
            array.Contents.Put(change(element));
        }
    }

    private static void HarmAll(RecordingArray array, Func<StorageElement, StorageElement> change)
    {
        foreach (var element in array.Contents.Elements)
        {
            array.Contents.Put(change(element));
        }
    }
}
