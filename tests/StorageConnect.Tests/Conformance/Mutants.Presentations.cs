namespace StorageConnect.Tests.Conformance;

/// <content>Presentation.</content>
internal static partial class Mutants
{
    private static LunAddress SamePlace { get; } = new() { TargetName = "iqn.2026-01.memory:same", Lun = 1 };

    private static IEnumerable<Mutant> Presentations =>
    [
        new("PRESENT-1", "answers without presenting", a => a.Instead<StorageElement>("startPresent", (call, _, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(
                0)) with { AccessGroupNames = call.Argument<IReadOnlyList<string>>(1).ToValueList() }))),
        new("PRESENT-2", "answers the new groups alone", a => a.Instead<StorageElement>("startPresent", (call, normally, _) =>
            Task.FromResult(normally() with { AccessGroupNames = call.Argument<IReadOnlyList<string>>(1).ToValueList() }))),
        new("PRESENT-4", "presents twice", a => a.Instead<StorageElement>("startPresent", (call, _, _) => Task.FromResult(a.Contents.Change(
            call.Argument<StorageElement>(0), element =>
            element with { AccessGroupNames = element.AccessGroupNames.Concat(call.Argument<IReadOnlyList<string>>(1)).ToValueList() })))),
        new("PRESENT-5", "presents to groups that aren't there",
            a => a.Instead<StorageElement>("startPresent", (call, _, _) => Task.FromResult(a.Contents.Change(
            call.Argument<StorageElement>(0), element =>
            element with { AccessGroupNames = element.AccessGroupNames.Union(call.Argument<IReadOnlyList<string>>(1)).ToValueList() })))),
        new("PRESENT-6", "presents what isn't there, with another error", a => a.FailAs<NotFoundException, StorageElement>("startPresent")),
        new("PRESENT-7", "sets offline what it presents", a => a.Spoil("startPresent", element => element with { Qos = "silver" })),
        new("PRESENT-8", "withdraws from all groups", a => a.Spoil("stopPresent", element => element with { AccessGroupNames = [] })),
        new("PRESENT-9", "fails where nothing is to withdraw", a => a.Before("stopPresent", (call, _) =>
            a.Contents.Get(call.Argument<StorageElement>(0)).AccessGroupNames.Intersect(call.Argument<IReadOnlyList<string>>(1)).Any()
                ? Task.CompletedTask
                : throw new InvalidRequestException("It is not."))),
        new("PRESENT-12", "withdraws all elements", a => a.HarmOthers<StorageElement>("stopPresent", element => element with { AccessGroupNames = [] })),
        OfPresentations("PRESENT-13", "says of no presented element where it is", a => a.Tell("getInfo", element => element with { LunAddresses = [] })),
        OfPresentations("PRESENT-14", "presents two elements in one place",
            a => a.Spoil("startPresent", element => element with { LunAddresses = [SamePlace] })),
        OfPresentations("PRESENT-15", "says where an element was", a => a.Spoil("stopPresent", element => element with { LunAddresses = [SamePlace] })),
        new("PRESENT-16", "presents to the groups that are there", a => a.Instead<StorageElement>("startPresent", (call, _, _) =>
            Task.FromResult(a.Contents.Present(call.Argument<StorageElement>(0),
                [.. call.Argument<IReadOnlyList<string>>(1).Where(name => a.Contents.Groups.Any(group => group.Name == name))])))),
        new("PRESENT-16", "presents one by one until it fails", a => a.Instead<StorageElement>("startPresent", (call, normally, _) =>
        {
            foreach (var name in call.Argument<IReadOnlyList<string>>(1))
            {
                a.Contents.Present(call.Argument<StorageElement>(0), [name]);
            }

            return Task.FromResult(normally());
        })),
        new("PRESENT-17", "presents to the groups of the call alone", a => a.Instead<StorageElement>("startPresent", (call, normally, _) =>
        {
            var element = normally();
            return Task.FromResult(call.Argument<IReadOnlyList<string>>(1).Count > 1
                ? a.Contents.Change(element, present => present with { AccessGroupNames = call.Argument<IReadOnlyList<string>>(1).ToValueList() }) : element);
        })),
        new("PRESENT-17", "fails for one group, and has presented to the others", a => a.Instead<StorageElement>("startPresent", (call,
            normally, _) =>
        {
            var taken = a.Contents.Get(call.Argument<StorageElement>(0)).AccessGroupNames.Intersect(call.Argument<IReadOnlyList<string>>(1)).Any();
            var element = normally();
            return taken ? throw new AlreadyExistsException("It is presented.") : Task.FromResult(element);
        })),
        new("PRESENT-18", "withdraws from the first of the groups named", a => a.Instead<StorageElement>("stopPresent", (call, _, _) =>
            Task.FromResult(a.Contents.Unpresent(call.Argument<StorageElement>(0), [call.Argument<IReadOnlyList<string>>(1)[0]])))),
        new("PRESENT-18", "withdraws, and fails because of a group that isn't there", a => a.Instead<StorageElement>("stopPresent", (call, normally, _) =>
        {
            var element = normally();
            return call.Argument<IReadOnlyList<string>>(1).All(name => a.Contents.Groups.Any(group => group.Name == name))
                ? Task.FromResult(element) : throw new NotFoundException("There is no such group.");
        })),
        new("PRESENT-19", "answers an element without its quality of service", a => a.Tell("startPresent", element => element with { Qos = null })),
        new("PRESENT-19", "answers an element without its sources", a => a.Tell("startPresent", element => element with { SourceUuids = [] })),
        new("PRESENT-19", "answers a withdrawn element as offline", a => a.Tell("stopPresent", element =>
            element with { State = StorageElementState.Offline })),
        new("PRESENT-19", "answers a withdrawn element of another size", a => a.Tell("stopPresent", element => element with { SizeBytes = 512 })),
        new("PRESENT-19", "makes a clone that is presented a LUN", a => a.Spoil("startPresent", element => element with { Type = StorageElementType.Lun })),
        new("PRESENT-20", "presents to all groups when none is named", a => a.Instead<StorageElement>("startPresent", (call, normally, _) =>
            Task.FromResult(call.Argument<IReadOnlyList<string>>(1).Count > 0 ? normally()
                : a.Contents.Present(call.Argument<StorageElement>(0), [.. a.Contents.Groups.Select(group => group.Name)])))),
        new("PRESENT-20", "withdraws from all groups when none is named", a => a.Instead<StorageElement>("stopPresent", (call, normally, _) =>
            Task.FromResult(call.Argument<IReadOnlyList<string>>(1).Count > 0 ? normally()
                : a.Contents.Unpresent(call.Argument<StorageElement>(0), [.. a.Contents.Groups.Select(group => group.Name)])))),
        new("PRESENT-18", "withdraws from all when an unknown group is named", a => a.Instead<StorageElement>("stopPresent", (call, normally, _) =>
            Task.FromResult(call.Argument<IReadOnlyList<string>>(1).All(name => a.Contents.Groups.Any(group => group.Name == name)) ? normally()
                : a.Contents.Change(call.Argument<StorageElement>(0), element => element with { AccessGroupNames = [] })))),
    ];
}
