using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Wrong where there are many, and in long lists.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Many =>
    [
        new("MANY-1", "lists a first page of ten", a => a.Lie<IEnumerable<StorageElement>>("list", all => all.Take(10))),
        new("MANY-1", "lists the last of a page again", a => a.Lie<IEnumerable<StorageElement>>("list", all => [.. all, .. all.TakeLast(1)])),
        new("MANY-1", "leaves out the last of a page", a => a.Lie<IEnumerable<StorageElement>>("list", all => all.Where((_, index) => index != 9))),
        new("MANY-2", "returns three snapshots at most", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", all => [.. all.Take(3)])),
        new("MANY-2", "returns each snapshot twice", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", all => [.. all, .. all])),
        new("MANY-2", "returns no snapshot but the newest", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", all => [.. all.TakeLast(1)])),
        new("MANY-3", "creates groups with their first entry alone", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.CreateGroups([.. call.Argument<IReadOnlyList<AccessGroup>>(0).Select(group =>
                group with { Entries = group.Entries.Take(1).ToValueList() })])))),
        new("MANY-3", "removes the first of several groups", a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.RemoveGroups([call.Argument<IReadOnlyList<AccessGroup>>(0)[0]])))),
        new("MANY-3", "creates five groups at most", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.CreateGroups([.. call.Argument<IReadOnlyList<AccessGroup>>(0).Take(5)])))),
        new("MANY-4", "adds the first of several entries", a => a.Instead<AccessGroup>("addToAccessGroup", (call, _, _) =>
            Task.FromResult(a.Contents.AddEntries(call.Argument<string>(0), [call.Argument<IReadOnlyList<string>>(1)[0]])))),
        new("MANY-4", "removes the first of several entries", a => a.Instead<AccessGroup>("removeFromAccessGroup", (call, _, _) =>
            Task.FromResult(a.Contents.RemoveEntries(call.Argument<string>(0), [call.Argument<IReadOnlyList<string>>(1)[0]])))),
        new("MANY-5", "withdraws from the first of several groups", a => a.Instead<StorageElement>("stopPresent", (call, _, _) =>
            Task.FromResult(a.Contents.Change(
            call.Argument<StorageElement>(0),
            element => element with { AccessGroupNames = element.AccessGroupNames.Where(name =>
                name != call.Argument<IReadOnlyList<string>>(1)[0]).ToValueList() })))),
        new("MANY-5", "presents to three groups at most", a => a.Spoil("startPresent", element =>
            element with { AccessGroupNames = element.AccessGroupNames.Take(3).ToValueList() })),
        new("MANY-6", "takes two members at most", a => a.Instead<StorageElement>("createMultiSnap", (call, _, _) =>
            Task.FromResult(a.Contents.Snap([.. call.Argument<IReadOnlyList<StorageElement>>(0).Take(2)], (StorageElement?)call.Arguments[1])))),
        new("MANY-6", "tells two members at most", a => a.Tell("getInfo", element => element with { SourceUuids = element.SourceUuids.Take(2).ToValueList() })),
        new("MANY-7", "returns two clones at most", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentClones", all => [.. all.Take(2)])),
        new("MANY-7", "returns each clone twice", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentClones", all => [.. all, .. all])),
        new("MANY-1", "lists a first page of twenty", a => a.Lie<IEnumerable<StorageElement>>("list", all => all.Take(20))),
        new("MANY-1", "lists a first page of twenty-five", a => a.Lie<IEnumerable<StorageElement>>("list", all => all.Take(25))),
        new("MANY-1", "updates ten records of a list", a => a.Lie<IReadOnlyList<StorageElement>>("updateSERecords", all => [.. all.Take(10)])),
        new("MANY-2", "returns ten snapshots at most", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", all => [.. all.Take(10)])),
        new("MANY-7", "returns ten clones at most", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentClones", all => [.. all.Take(10)])),
        new("MANY-8", "list counts its pages from the start", a => a.Instead<IEnumerable<StorageElement>>("list", (call, _, _) =>
            Task.FromResult(Pages(a, call.Argument<StorageElementFilter>(0))))),
        new("MANY-8", "list begins anew when something was removed", a => a.Instead<IEnumerable<StorageElement>>("list", (call, _, _) =>
            Task.FromResult(Anew(a, call.Argument<StorageElementFilter>(0))))),
    ];

    private static IEnumerable<StorageElement> Pages(RecordingArray array, StorageElementFilter filter)
    {
        const int size = 10;
        for (var skip = 0; ; skip += size)
        {
            var page = array.Contents.List(filter).Skip(skip).Take(size).ToList();
            foreach (var element in page)
            {
                yield return element;
            }

            if (page.Count < size)
            {
                yield break;
            }
        }
    }

    private static IEnumerable<StorageElement> Anew(RecordingArray array, StorageElementFilter filter)
    {
        var all = array.Contents.List(filter).ToList();
        var index = 0;
        foreach (var element in all)
        {
            index++;
            yield return element;
            if (index == 10 && array.Contents.List(filter).Count() < all.Count)
            {
                break;
            }
        }

        foreach (var element in array.Contents.List(filter).Skip(index < all.Count ? 0 : all.Count))
        {
            yield return element;
        }
    }
}
