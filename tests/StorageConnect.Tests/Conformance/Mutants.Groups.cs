using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Access groups.</content>
internal static partial class Mutants
{
    private static readonly (string Method, string Clause)[] GroupMethods =
    [
        ("createAccessGroups", "SIDE-17"), ("removeAccessGroups", "SIDE-18"), ("addToAccessGroup", "SIDE-19"), ("removeFromAccessGroup", "SIDE-20"),
        ("renameAccessGroup", "SIDE-21"),
    ];

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
        new("GROUP-26", "answers the groups that were there without entries", a => a.Lie<IReadOnlyList<AccessGroup>>("createAccessGroups", groups =>
            [.. groups.Select((group, index) => index == 0 ? group with { Entries = [] } : group)])),
        new("GROUP-26", "answers the old entries of a renamed group", a => a.Lie<IReadOnlyList<AccessGroup>>("renameAccessGroup", groups =>
            [.. groups.Select(group => group with { Entries = group.Entries.Skip(1).ToValueList() })])),
        new("GROUP-26", "answers the renamed group alone", a => a.Instead<IReadOnlyList<AccessGroup>>("renameAccessGroup", (call, normally, _) =>
            Task.FromResult<IReadOnlyList<AccessGroup>>([.. normally().Where(group => group.Name == call.Argument<string>(1))]))),
        new("GROUP-26", "answers the removed group still", a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (call, normally, _) =>
            Task.FromResult<IReadOnlyList<AccessGroup>>([.. normally(), .. call.Argument<IReadOnlyList<AccessGroup>>(0)]))),
        new("GROUP-26", "answers each group twice", a => a.Lie<IReadOnlyList<AccessGroup>>("createAccessGroups", groups => [.. groups, .. groups])),
        new("GROUP-27", "adds nothing when one entry is there", a => a.Instead<AccessGroup>("addToAccessGroup", (call, normally, _) =>
            Task.FromResult(a.Contents.Groups.First(group => group.Name == call.Argument<string>(0)) is var group
                && group.Entries.Intersect(call.Argument<IReadOnlyList<string>>(1)).Any() ? group : normally()))),
        new("GROUP-27", "fails when one entry is there, and has added the others", a => a.Instead<AccessGroup>("addToAccessGroup", (call, normally, _) =>
        {
            var taken = a.Contents.Groups.First(group => group.Name == call.Argument<string>(0)).Entries
                .Intersect(call.Argument<IReadOnlyList<string>>(1)).Any();
            var group = normally();
            return taken ? throw new AlreadyExistsException("One is there.") : Task.FromResult(group);
        })),
        new("GROUP-27", "keeps an entry twice that is named twice", a => a.Lie<AccessGroup>("addToAccessGroup", group =>
            group.Entries.Count > 2 ? group with { Entries = [.. group.Entries, group.Entries[^1]] } : group)),
        new("GROUP-27", "answers the entries added alone", a => a.Instead<AccessGroup>("addToAccessGroup", (call, normally, _) =>
            Task.FromResult(normally() with { Entries = call.Argument<IReadOnlyList<string>>(1).Distinct().ToValueList() }))),
        new("GROUP-28", "removes nothing when one entry is not there", a => a.Instead<AccessGroup>("removeFromAccessGroup", (call, normally, _) =>
            Task.FromResult(a.Contents.Groups.First(group => group.Name == call.Argument<string>(0)) is var group
                && call.Argument<IReadOnlyList<string>>(1).Except(group.Entries).Any() ? group : normally()))),
        new("GROUP-28", "answers the entries removed", a => a.Instead<AccessGroup>("removeFromAccessGroup", (call, normally, _) =>
            Task.FromResult(normally() with { Entries = call.Argument<IReadOnlyList<string>>(1).ToValueList() }))),
        new("GROUP-29", "moves an entry from its other group", a => a.Instead<AccessGroup>("addToAccessGroup", (call, normally, _) =>
        {
            foreach (var group in a.Contents.Groups.Where(group => group.Name != call.Argument<string>(0)))
            {
                a.Contents.RemoveEntries(group.Name, call.Argument<IReadOnlyList<string>>(1));
            }

            return Task.FromResult(normally());
        })),
        new("GROUP-29", "takes the entries of a new group from the others", a => a.Before("createAccessGroups", (call, _) =>
        {
            foreach (var group in a.Contents.Groups)
            {
                a.Contents.RemoveEntries(group.Name, [.. call.Argument<IReadOnlyList<AccessGroup>>(0).SelectMany(wanted => wanted.Entries)]);
            }

            return Task.CompletedTask;
        })),
        new("GROUP-29", "creates a group without the entries that others have", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.CreateGroups([.. call.Argument<IReadOnlyList<AccessGroup>>(0).Select(wanted => wanted with
            {
                Entries = wanted.Entries.Where(entry => !a.Contents.Groups.Any(group => group.Entries.Contains(entry))).ToValueList(),
            })])))),
        new("GROUP-29", "removes the entries of a removed group from the others", a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups",
            (call, normally, _) =>
            {
                normally();
                foreach (var group in a.Contents.Groups)
                {
                    a.Contents.RemoveEntries(group.Name, [.. call.Argument<IReadOnlyList<AccessGroup>>(0).SelectMany(gone => gone.Entries)]);
                }

                return Task.FromResult(a.Contents.Groups);
            })),
        new("GROUP-29", "removes an entry from all groups", a => a.Instead<AccessGroup>("removeFromAccessGroup", (call, normally, _) =>
        {
            foreach (var group in a.Contents.Groups)
            {
                a.Contents.RemoveEntries(group.Name, call.Argument<IReadOnlyList<string>>(1));
            }

            return Task.FromResult(normally());
        })),
        new("GROUP-30", "tells the first entry of an element's groups", a => a.Instead<IReadOnlyList<AccessGroup>>("getAccessGroups", (call, normally, _) =>
            Task.FromResult<IReadOnlyList<AccessGroup>>(call.Arguments[0] is null ? normally()
                : [.. normally().Select(group => group with { Entries = group.Entries.Take(1).ToValueList() })]))),
        new("GROUP-30", "tells no groups of an offline element", a => a.Instead<IReadOnlyList<AccessGroup>>("getAccessGroups", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is StorageElement element && a.Contents.Get(element).State == StorageElementState.Offline ? [] : normally()))),
        new("GROUP-30", "tells the groups of a clone's source", a => a.Instead<IReadOnlyList<AccessGroup>>("getAccessGroups", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is StorageElement element && a.Contents.Get(element) is { Type: StorageElementType.SnapClone } clone
                ? a.Contents.GroupsOf(new() { Uuid = clone.SourceUuids[0] }) : normally()))),
        new("GROUP-31", "loses a group that is renamed to itself", a => a.Instead<IReadOnlyList<AccessGroup>>("renameAccessGroup", (call, normally, _) =>
        {
            if (call.Argument<string>(0) == call.Argument<string>(1))
            {
                a.Contents.RemoveEntries(call.Argument<string>(0), a.Contents.Groups.First(group => group.Name == call.Argument<string>(0)).Entries);
            }

            return Task.FromResult(normally());
        })),
        new("GROUP-31", "says that it renamed a group to another case", a => a.Instead<IReadOnlyList<AccessGroup>>("renameAccessGroup", (call, normally,
            _) => Task.FromResult(string.Equals(call.Argument<string>(0), call.Argument<string>(1), StringComparison.OrdinalIgnoreCase)
                ? a.Contents.Groups : normally()))),
        new("GROUP-32", "puts everybody into a group without entries", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.CreateGroups([.. call.Argument<IReadOnlyList<AccessGroup>>(0).Select(group =>
                group.Entries.Count == 0 ? group with { Entries = ["*"] } : group)])))),
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
        new("GROUP-21", "has groups without names on an array that was empty", a => a.Lie<IReadOnlyList<AccessGroup>>("getAccessGroups", groups =>
            [.. groups.Select(group => group with { Name = "" })])),
        .. from method in GroupMethods
           from change in Changes
           select new Mutant(method.Clause, $"{method.Method} changes {change.Field} of all elements", a => AfterGroups(a, method.Method, change.Change)),
        new("GROUP-22", "createAccessGroups drops the second entry", a => a.Instead<IReadOnlyList<AccessGroup>>("createAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.CreateGroups([.. call.Argument<IReadOnlyList<AccessGroup>>(0).Select(group =>
                group with { Entries = group.Entries.Take(2).ToValueList() })])))),
        new("GROUP-33", "removes all entries when none is named", a => a.Instead<AccessGroup>("removeFromAccessGroup", (call, normally, _) =>
            Task.FromResult(call.Argument<IReadOnlyList<string>>(1).Count > 0 ? normally()
                : a.Contents.RemoveEntries(call.Argument<string>(0), a.Contents.Groups.First(group => group.Name == call.Argument<string>(0)).Entries)))),
        new("GROUP-33", "removes all groups when none is named", a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (call, normally, _) =>
            Task.FromResult(call.Argument<IReadOnlyList<AccessGroup>>(0).Count > 0 ? normally() : a.Contents.RemoveGroups(a.Contents.Groups)))),
        new("GROUP-34", "removes every group whose name begins so", a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (call, _, _) =>
            Task.FromResult(a.Contents.RemoveGroups([.. a.Contents.Groups.Where(group => call.Argument<IReadOnlyList<AccessGroup>>(0).Any(meant =>
                group.Name.StartsWith(meant.Name, StringComparison.Ordinal)))])))),
        new("GROUP-34", "presents to every group whose name begins so", a => a.Instead<StorageElement>("startPresent", (call, normally, _) =>
        {
            normally();
            return Task.FromResult(a.Contents.Present(call.Argument<StorageElement>(0), BeginningSo(a, call.Argument<IReadOnlyList<string>>(1))));
        })),
        new("GROUP-34", "withdraws from every group whose name begins so", a => a.Instead<StorageElement>("stopPresent", (call, _, _) =>
            Task.FromResult(a.Contents.Unpresent(call.Argument<StorageElement>(0), BeginningSo(a, call.Argument<IReadOnlyList<string>>(1)))))),
        new("GROUP-8", "removes a group that a clone alone is presented to", a => WithdrawBefore(a, IsClone)),
        new("GROUP-8", "removes a group that an offline element alone is presented to", a => WithdrawBefore(a, element =>
            element.State == StorageElementState.Offline)),
        new("GROUP-9", "renames a group with its first entry", a => a.Instead<IReadOnlyList<AccessGroup>>("renameAccessGroup", (call, normally, _) =>
        {
            var renamed = normally().First(group => group.Name == call.Argument<string>(1));
            a.Contents.RemoveEntries(renamed.Name, [.. renamed.Entries.Skip(1)]);
            return Task.FromResult(a.Contents.Groups);
        })),
        new("GROUP-10", "forgets clones when a group is renamed", a => ForgetWhenRenamed(a, IsClone)),
        new("GROUP-10", "forgets offline elements when a group is renamed", a => ForgetWhenRenamed(a, element =>
            element.State == StorageElementState.Offline)),
        new("GROUP-35", "an empty group takes no entries", a => a.Before("addToAccessGroup", (call, _) =>
            IsEmpty(a, call.Argument<string>(0)) ? throw new InvalidRequestException("It is empty.") : Task.CompletedTask)),
        new("GROUP-35", "an empty group isn't renamed", a => a.Before("renameAccessGroup", (call, _) =>
            IsEmpty(a, call.Argument<string>(0)) ? throw new NotFoundException("There is no such group.") : Task.CompletedTask)),
        new("GROUP-35", "an empty group that is filled is a new one", a => a.Before("addToAccessGroup", (call, _) =>
        {
            if (IsEmpty(a, call.Argument<string>(0)))
            {
                HarmAll(a, element => element with
                {
                    AccessGroupNames = element.AccessGroupNames.Where(name => name != call.Argument<string>(0)).ToValueList(),
                });
            }

            return Task.CompletedTask;
        })),
        new("GROUP-36", "removeFromAccessGroup removes what begins so", a => a.Instead<AccessGroup>("removeFromAccessGroup", (call, _, _) =>
            Task.FromResult(a.Contents.RemoveEntries(call.Argument<string>(0), [.. a.Contents.Groups.First(group => group.Name == call.Argument<string>(0))
                .Entries.Where(entry => call.Argument<IReadOnlyList<string>>(1).Any(gone => entry.StartsWith(gone, StringComparison.Ordinal)))]))))
        { StorageType = StorageType.iSCSI },
        new("GROUP-36", "addToAccessGroup takes one that begins so for it", a => a.Instead<AccessGroup>("addToAccessGroup", (call, _, _) =>
            Task.FromResult(a.Contents.AddEntries(call.Argument<string>(0), [.. call.Argument<IReadOnlyList<string>>(1).Where(wanted =>
                !a.Contents.Groups.First(group => group.Name == call.Argument<string>(0)).Entries.Any(entry =>
                    entry.StartsWith(wanted, StringComparison.Ordinal)))]))))
        { StorageType = StorageType.iSCSI },
        new("GROUP-37", "two of one name are two groups", a => a.Lie<IReadOnlyList<AccessGroup>>("getAccessGroups", groups =>
            [.. groups, .. groups.Where(group => a.Calls.Any(call => call.Method == "createAccessGroups"
                && call.Argument<IReadOnlyList<AccessGroup>>(0).Count(wanted => wanted.Name == group.Name) > 1))])),
        new("GROUP-37", "two of one name get an entry of nobody's", a => a.Before("createAccessGroups", (call, _) =>
        {
            if (call.Argument<IReadOnlyList<AccessGroup>>(0) is { Count: 2 } groups && groups[0].Name == groups[1].Name)
            {
                a.Contents.CreateGroups([groups[0] with { Entries = ["50:00:00:00:00:00:00:01"] }]);
            }

            return Task.CompletedTask;
        })),
        new("GROUP-8", "says that a group in use was removed", a => a.Lie<IReadOnlyList<AccessGroup>>("removeAccessGroups", groups =>
            [.. groups.Where(group => a.Contents.Elements.All(element => !element.AccessGroupNames.Contains(group.Name)))])),
        .. from method in new[] { "addToAccessGroup", "removeFromAccessGroup" }
           from dropped in new (string What, Func<StorageElement, bool> IsMeant)[]
           {
               ("clones", IsClone), ("offline elements", element => element.State == StorageElementState.Offline),
           }
           select new Mutant("GROUP-38", $"{method} withdraws {dropped.What} from the group", a => a.Lie<AccessGroup>(method, changed =>
           {
               HarmAll(a, element => dropped.IsMeant(element)
                   ? element with { AccessGroupNames = element.AccessGroupNames.Where(name => name != changed.Name).ToValueList() } : element);
               return changed;
           })),
    ];

    private static void AfterGroups(RecordingArray array, string method, Func<StorageElement, StorageElement> change)
    {
        if (method is "addToAccessGroup" or "removeFromAccessGroup")
        {
            array.Lie<AccessGroup>(method, answer => After(array, answer, change));
        }
        else
        {
            array.Lie<IReadOnlyList<AccessGroup>>(method, answer => After(array, answer, change));
        }
    }

    private static string[] BeginningSo(RecordingArray array, IReadOnlyList<string> names) =>
        [.. array.Contents.Groups.Select(group => group.Name).Where(name => names.Any(meant => name.StartsWith(meant, StringComparison.Ordinal)))];

    private static void WithdrawBefore(RecordingArray array, Func<StorageElement, bool> isMeant) => array.Before("removeAccessGroups", (_, _) =>
    {
        HarmAll(array, element => isMeant(element) ? element with { AccessGroupNames = [] } : element);
        return Task.CompletedTask;
    });

    private static void ForgetWhenRenamed(RecordingArray array, Func<StorageElement, bool> isMeant) =>
        array.Lie<IReadOnlyList<AccessGroup>>("renameAccessGroup", groups =>
        {
            HarmAll(array, element => isMeant(element) ? element with { AccessGroupNames = [] } : element);
            return groups;
        });

    private static bool IsEmpty(RecordingArray array, string group) => array.Contents.Groups.Any(one => one.Name == group && one.Entries.Count == 0);
}
