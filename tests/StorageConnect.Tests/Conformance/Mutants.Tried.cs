using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>What a plug-in for a REST array with pages, pools and classes of service gets wrong easily, and showed nowhere else.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Tried =>
    [
        // limits, and requests of nothing
        new("LIMIT-14", "cloneFromSnap at the limit fails in its own way", a => a.FailAs<LimitExceededException, StorageElement>("cloneFromSnap")),
        new("LIMIT-14", "cloneFromSnap knows no limit", a => a.Instead<StorageElement>("cloneFromSnap", (_, normally, _) =>
        {
            var limit = a.Contents.CloneLimit;
            a.Contents.CloneLimit = -1;
            try
            {
                return Task.FromResult(normally());
            }
            finally
            {
                a.Contents.CloneLimit = limit;
            }
        })),
        new("MULTISNAP-10", "createMultiSnap of nothing makes an empty snapshot", a => OfNothing(a, () =>
            a.Put(element => element with { Type = StorageElementType.Snapshot, Page83Id = "" }))),
        new("MULTISNAP-10", "createMultiSnap of nothing is of everything", a => OfNothing(a, () =>
            a.Contents.Snap([.. a.Contents.List(new())], null))),
        new("MULTISNAP-10", "createMultiSnap names a member as often as it was named", a =>
            a.Instead<StorageElement>("createMultiSnap", (call, normally, _) => Task.FromResult(a.Contents.Change(normally(), made => made with
            {
                SourceUuids = call.Argument<IReadOnlyList<StorageElement>>(0).Select(member => member.Uuid).ToValueList(),
            })))),
        new("MULTISNAP-10", "createMultiSnap of a member named twice fails when it has made the snapshot", a =>
            a.Lie<StorageElement>("createMultiSnap", made => a.Calls[^1].Argument<IReadOnlyList<StorageElement>>(0) is { Count: > 1 } members
                && members.DistinctBy(member => member.Uuid).Count() < members.Count ? throw new InvalidRequestException("Twice?") : made)),

        // work that was never begun
        new("ASYNC-20", "what was never begun runs for ever", a => NeverBegun(a, record => record with { AsyncProgress = 0 })),
        new("ASYNC-20", "what was never begun is in an unknown state", a => NeverBegun(a, record => record with { AsyncProgress = -1 })),
        new("ASYNC-20", "a handle that was never given is a fault", a => NeverBegun(a, record => throw new FormatException(record.AsyncHandle))),
        new("ASYNC-20", "what was never begun is begun then", a => NeverBegun(a, record => a.Contents.Resize(record, record.SizeBytes * 2))),
        new("ASYNC-20", "what was never begun is told as another element", a => NeverBegun(a, record =>
            a.Contents.Get(record) with { Name = "operation", AsyncHandle = record.AsyncHandle })),
        new("ASYNC-21", "a clone under way goes with its source", a => WhileCloning(a, "remove", (source, clone) => a.Contents.Remove(clone))),
        new("ASYNC-21", "a clone under way is resized with its source", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Instead<StorageElement>("resize", (call, normally, _) =>
            {
                foreach (var clone in a.Contents.MadeOf(call.Argument<StorageElement>(0), StorageElementType.SnapClone))
                {
                    a.Contents.Resize(clone, call.Argument<long>(1));
                }

                return Task.FromResult(normally());
            });
        }),
        new("ASYNC-21", "a clone under way gets another identity without its source", a => WhileCloning(a, "remove", (source, clone) =>
            a.Contents.Put(clone with { Page83Id = "36" + Guid.NewGuid().ToString("n")[1..], SizeBytes = 4096 }))),

        // groups
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

        // pools and pages
        new("CREATE-18", "create uses the first pool for all", a => a.Instead<StorageElement>("create", (call, _, _) =>
            Task.FromResult(a.Contents.Create(
                call.Argument<StorageElement>(0) with { VolumeGroupName = "pool" }, call.Argument<bool>(1), (string?)call.Arguments[2])))),
        new("CREATE-18", "getInfo tells the first pool of all", a => a.Tell("getInfo", element => element with { VolumeGroupName = "pool" })),
        new("MANY-8", "list counts its pages from the start", a => a.Instead<IEnumerable<StorageElement>>("list", (call, _, _) =>
            Task.FromResult(Pages(a, call.Argument<StorageElementFilter>(0))))),
        new("MANY-8", "list begins anew when something was removed", a => a.Instead<IEnumerable<StorageElement>>("list", (call, _, _) =>
            Task.FromResult(Anew(a, call.Argument<StorageElementFilter>(0))))),
        new("SNAPCLONE-9", "isCloneable says no of a snapshot, and its clones are too large", a =>
        {
            a.Instead<bool>("isCloneable", (call, normally, _) =>
                Task.FromResult(normally() && a.Contents.Get(call.Argument<StorageElement>(0)).Type != StorageElementType.Snapshot));
            a.Spoil("cloneFromSnap", clone => clone with { SizeBytes = clone.SizeBytes + 4096 });
        }),

        // the quality goes back to the default, which is the last that the array tells
        .. from pair in new (string Method, string Clause)[] { ("offline", "SIDE-3"), ("online", "SIDE-4"), ("snapRestore", "SIDE-11") }
           select new Mutant(pair.Clause, $"{pair.Method} takes the default quality", a =>
           {
               a.Contents.Default = "silver";
               a.Instead<Done>(pair.Method, (call, normally, _) =>
               {
                   var done = normally();
                   var changed = call.Arguments.OfType<StorageElement>().Last();
                   foreach (var uuid in changed.Type == StorageElementType.Snapshot ? a.Contents.Get(changed).SourceUuids : [changed.Uuid])
                   {
                       a.Contents.Change(new() { Uuid = uuid }, element => element with { Qos = "silver" });
                   }

                   return Task.FromResult(done);
               });
           }),
        .. from pair in new (string Method, string Clause)[]
           {
               ("resize", "SIDE-7"), ("startPresent", "SIDE-5"), ("stopPresent", "SIDE-6"), ("splitClone", "SIDE-15"),
           }
           select new Mutant(pair.Clause, $"{pair.Method} takes the default quality", a =>
           {
               a.Contents.Default = "silver";
               a.Spoil(pair.Method, element => element with { Qos = "silver" });
           }),

        // secrets
        new("SECRET-1", "keeps the password with the cause of an error", a => a.Before("getInfo", (call, _) =>
        {
            if (call.Arguments.OfType<StorageElement>().Any(element => a.Contents.Elements.All(there => there.Uuid != element.Uuid)))
            {
                var cause = new InvalidOperationException("The login failed.");
                cause.Data["password"] = KitBed.Password;
                throw new NotFoundException("It isn't there.", cause);
            }

            return Task.CompletedTask;
        })),
    ];

    private static bool IsEmpty(RecordingArray array, string group) => array.Contents.Groups.Any(one => one.Name == group && one.Entries.Count == 0);

    private static void OfNothing(RecordingArray array, Func<StorageElement> make) => array.Instead<StorageElement>("createMultiSnap", (call, normally, _) =>
        Task.FromResult(call.Argument<IReadOnlyList<StorageElement>>(0).Count == 0 ? make() : normally()));

    /// <summary>Answers for a handle that it never gave.</summary>
    private static void NeverBegun(RecordingArray array, Func<StorageElement, StorageElement> answer)
    {
        array.Contents.Abilities = KitBed.Later;
        array.Instead<StorageElement>("getAsyncProgress", (call, normally, _) =>
            Task.FromResult(int.TryParse(call.Argument<StorageElement>(0).AsyncHandle, out var _) ? normally() : answer(call.Argument<StorageElement>(0))));
    }

    /// <summary>Does something to the clones of an element before it works on the element.</summary>
    private static void WhileCloning(RecordingArray array, string method, Action<StorageElement, StorageElement> harm)
    {
        array.Contents.Abilities = KitBed.Later;
        array.Before(method, (call, _) =>
        {
            var source = call.Argument<StorageElement>(0);
            foreach (var clone in array.Contents.MadeOf(source, StorageElementType.SnapClone))
            {
                harm(source, clone);
            }

            return Task.CompletedTask;
        });
    }

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
