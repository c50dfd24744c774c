using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Access groups and presentation.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Groups =>
    [
        new("GROUP-1", "creates groups without their entries", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.CreateGroups([.. call.Argument<IReadOnlyList<AccessGroup>>(0).Select(group => group with { Entries = [] })])))),
        new("GROUP-2", "returns the new groups alone", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, normally, _) =>
            Task.FromResult<IReadOnlyList<AccessGroup>>(
                [.. normally().Where(group => call.Argument<IReadOnlyList<AccessGroup>>(0).Any(wanted => wanted.Name == group.Name))]))),
        new("GROUP-3", "creates the first group alone", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.CreateGroups([call.Argument<IReadOnlyList<AccessGroup>>(0)[0]])))),
        new("GROUP-5", "replaces a group that exists", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, normally, _) =>
        {
            a.Contents.RemoveGroups(call.Argument<IReadOnlyList<AccessGroup>>(0));
            return Task.FromResult(normally());
        })),
        new("GROUP-6", "removes every group",
            a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (_, _, _) => Task.FromResult(a.Contents.RemoveGroups(a.Contents.Groups)))),
        new("GROUP-7", "returns no groups after a removal", a => a.Lie<IReadOnlyList<AccessGroup>>("removeAccessGroups", _ => [])),
        new("GROUP-8", "removes groups in use, with the presentations", a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (_, normally, _) =>
        {
            foreach (var element in a.Contents.Elements)
            {
                a.Contents.Put(element with { AccessGroupNames = [] });
            }

            return Task.FromResult(normally());
        })),
        new("GROUP-9", "loses the entries of a renamed group", a => a.Instead<IReadOnlyList<AccessGroup>>("renameAccessGroup", (call, normally, _) =>
        {
            var groups = normally();
            a.Contents.RemoveEntries(call.Argument<string>(1), groups.First(group => group.Name == call.Argument<string>(1)).Entries);
            return Task.FromResult(groups);
        })),
        new("GROUP-10", "forgets presentations at renaming", a => a.Instead<IReadOnlyList<AccessGroup>>("renameAccessGroup", (call, normally, _) =>
        {
            var before = a.Contents.Elements;
            var groups = normally();
            foreach (var element in before)
            {
                a.Contents.Put(element);
            }

            return Task.FromResult(groups);
        })),
        new("GROUP-11", "renames onto another group", a => a.Instead<IReadOnlyList<AccessGroup>>("renameAccessGroup", (call, normally, _) =>
        {
            a.Contents.RemoveGroups([.. a.Contents.Groups.Where(group => group.Name == call.Argument<string>(1))]);
            return Task.FromResult(normally());
        })),
        new("GROUP-12", "renames what isn't there", a => a.Believe("renameAccessGroup", (IReadOnlyList<AccessGroup>)[])),
        new("GROUP-13", "replaces the entries instead of adding", a => a.Instead<AccessGroup>("addToAccessGroup", (call, normally, _) =>
        {
            a.Contents.RemoveEntries(call.Argument<string>(0), a.Contents.Groups.First(group => group.Name == call.Argument<string>(0)).Entries);
            return Task.FromResult(normally());
        })),
        new("GROUP-14", "fails for an entry that is there", a => a.Before("addToAccessGroup", (_, _) => throw new AlreadyExistsException("It is there."))),
        new("GROUP-15", "adds to what isn't there", a => a.Believe("addToAccessGroup", new AccessGroup { Name = "?" })),
        new("GROUP-16", "removes all entries", a => a.Instead<AccessGroup>("removeFromAccessGroup", (call, _, _) =>
            Task.FromResult(a.Contents.RemoveEntries(call.Argument<string>(0),
                a.Contents.Groups.First(group => group.Name == call.Argument<string>(0)).Entries)))),
        new("GROUP-17", "fails for an entry that isn't there",
            a => a.Before("removeFromAccessGroup", (_, _) => throw new InvalidRequestException("It is not there."))),
        new("GROUP-18", "removes from what isn't there", a => a.Believe("removeFromAccessGroup", new AccessGroup { Name = "?" })),
        new("GROUP-19", "returns all groups for an element",
            a => a.Instead<IReadOnlyList<AccessGroup>>("getAccessGroups", (_, _, _) => Task.FromResult(a.Contents.Groups))),
        new("GROUP-20", "knows the groups of what isn't there", a => a.Believe("getAccessGroups", (IReadOnlyList<AccessGroup>)[])),
        new("GROUP-22", "keeps one entry fewer than it says", a => a.Lie<IReadOnlyList<AccessGroup>>("createAccessGroups", groups =>
            [.. groups.Select(group => group.Entries.Count >= KitBed.MaxEntries ? group with { Entries = group.Entries.Skip(1).ToValueList() } : group)])),
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
        OfPresentations("LIST-2", "writes page 0x83 ids in capitals where it has some",
            a => a.Put(element => element with { Page83Id = "3" + new string('A', 32) })),
    ];

    private static LunAddress SamePlace { get; } = new() { TargetName = "iqn.2026-01.memory:same", Lun = 1 };

    /// <summary>A wrong plug-in of an array where identities belong to the presentation.</summary>
    private static Mutant OfPresentations(string clause, string wrong, Action<RecordingArray> makeWrong) => new(clause, wrong, a =>
    {
        a.Contents.HasIdentitiesOfPresentations = true;
        makeWrong(a);
    })
    {
        Plugin = new() { IdentityFromPresentation = true },
        StorageType = StorageType.iSCSI,
    };
}
