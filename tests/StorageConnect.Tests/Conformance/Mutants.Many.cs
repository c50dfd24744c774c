using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Wrong where there are several, where nothing was seen before, and in texts.</content>
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
        new("GROUP-23", "removes a group with its last entry", a => a.Lie<AccessGroup>("removeFromAccessGroup", group =>
        {
            if (group.Entries.Count == 0)
            {
                HarmAll(a, element => element with { AccessGroupNames = [] });
                a.Contents.RemoveGroups([group]);
            }

            return group;
        })),
        new("GROUP-23", "withdraws everything from a group that is empty", a => a.Lie<AccessGroup>("removeFromAccessGroup", group =>
        {
            HarmAll(a, element => element with { AccessGroupNames = [] });
            return group;
        })),
        new("GROUP-24", "creates the new one of two groups and fails for the other", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call,
            normally, _) =>
        {
            var taken = call.Argument<IReadOnlyList<AccessGroup>>(0).Any(group => a.Contents.Groups.Any(old => old.Name == group.Name));
            var groups = normally();
            return taken ? throw new AlreadyExistsException("There is one of that name.") : Task.FromResult(groups);
        })),
        new("GROUP-24", "says that it created what it did not", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, normally, _) =>
        {
            var wanted = call.Argument<IReadOnlyList<AccessGroup>>(0);
            return Task.FromResult(wanted.Count == 2 ? [.. a.Contents.Groups, wanted[1]] : normally());
        })),
        new("GROUP-25", "removes the one of two groups and fails for the other", a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (call,
            normally, _) =>
        {
            var missing = call.Argument<IReadOnlyList<AccessGroup>>(0).Any(group => a.Contents.Groups.All(old => old.Name != group.Name));
            var groups = normally();
            return missing ? throw new NotFoundException("There is no such group.") : Task.FromResult(groups);
        })),
        new("STATE-5", "withdraws what it sets offline", a => Also(a, "offline", call => HarmArguments(a, call, element =>
            element with { AccessGroupNames = [] }))),
        new("STATE-5", "refuses, and sets offline all the same", a => a.Instead<Done>("offline", (_, normally, _) =>
        {
            normally();
            throw new StorageElementBusyException("It is presented.");
        })),
        new("NAME-13", "writes names in lower case", a => a.Rename(name => name.ToLowerInvariant())),
        new("NAME-13", "writes names in upper case", a => a.Rename(name => name.ToUpperInvariant())),
        new("NAME-4", "composes names", a => a.Rename(name => name.Replace("e\u0301", "\u00e9", StringComparison.Ordinal))),
        new("NAME-14", "decomposes names", a => a.Rename(name => name.Replace("\u00e9", "e\u0301", StringComparison.Ordinal))),
        new("INFO-8", "tells the local time as if it were UTC", a => a.Tell("getInfo", element => element with { CreatedAt = element.CreatedAt?.AddHours(2) })),
        new("INFO-8", "tells the beginning of time", a => a.Tell("getInfo", element => element with { CreatedAt = DateTimeOffset.UnixEpoch })),
        new("SERVER-13", "shows the password in an element's status", a => a.Tell("getInfo", element => element with { Status = $"as {KitBed.Password}" })),
        new("SERVER-13", "shows the password in an element's extra info", a => a.Tell("create", element =>
            element with { ExtraInfo = $"login={KitBed.Password}" })),
        new("SERVER-13", "shows the password in a status text", a => a.Lie<string>("getStatus", status => $"{status}, {KitBed.Password}")),
        new("SERVER-13", "shows the password in a list", a => a.TellAll(element => element with { ExtraInfo = KitBed.Password })),
        new("SERVER-13", "shows the password in an error", a => a.Before("getInfo", (call, _) => call.Arguments.OfType<StorageElement>().Any(element =>
            a.Contents.Elements.All(there => there.Uuid != element.Uuid))
            ? throw new NotFoundException($"GET /login?password={KitBed.Password} found nothing.")
            : Task.CompletedTask)),
        new("ASYNC-12", "tells the name in the end alone", a =>
        {
            LaterBy(a, [0, 50]);
            a.Tell("clone", record => record with { Name = "pending" });
            a.Tell("createSnap", record => record with { Name = "pending" });
        }),
        new("ASYNC-12", "gives another Uuid in the end", a =>
        {
            LaterBy(a, [0, 50]);
            a.Tell("getAsyncProgress", record => record.AsyncProgress is null ? record with { Uuid = Guid.NewGuid().ToString("n") } : record);
        }),
        new("LIST-2", "has page 0x83 ids in capitals on an array that was empty", a => a.TellAll(element =>
            element with { Page83Id = element.Page83Id.ToUpperInvariant() })),
        new("LIST-3", "gives all elements one page 0x83 id on an array that was empty", a => a.TellAll(element =>
            element with { Page83Id = "3" + new string('a', 32) })),
        new("LIST-5", "gives all elements one name on an array that was empty", a => a.TellAll(element => element with { Name = "same" })),
        new("LIST-6", "has no sizes on an array that was empty", a => a.TellAll(element => element with { SizeBytes = 0 })),
        new("GROUP-21", "has groups without names on an array that was empty", a => a.Lie<IReadOnlyList<AccessGroup>>("getAccessGroups", groups =>
            [.. groups.Select(group => group with { Name = "" })])),
    ];
}
