using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Wrong with offline elements, elements of another kind, mixed lists, old records, other processes, and callers who have given up.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Invented =>
    [
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
        new("KIND-1", "resizes the source of a snapshot", a => a.Instead<StorageElement>("resize", (call, _, _) =>
            Task.FromResult(a.Contents.Resize(Lun(a, call.Argument<StorageElement>(0)), call.Argument<long>(1))))),
        new("KIND-1", "resizes a snapshot", a => a.Instead<StorageElement>("resize", (call, normally, _) => Task.FromResult(
            a.Contents.Get(call.Argument<StorageElement>(0)) is { Type: StorageElementType.Snapshot } snapshot
                ? a.Contents.Change(snapshot, element => element with { SizeBytes = call.Argument<long>(1) }) : normally()))),
        new("KIND-2", "removes the source of a snapshot", a => a.Instead<Done>("remove", (call, normally, _) =>
        {
            if (a.Contents.Get(call.Argument<StorageElement>(0)) is { Type: StorageElementType.Snapshot } snapshot)
            {
                foreach (var other in a.Contents.MadeOf(new() { Uuid = snapshot.SourceUuids[0] }, StorageElementType.Snapshot))
                {
                    a.Contents.Remove(other);
                }

                return Task.FromResult(a.Contents.Remove(new() { Uuid = snapshot.SourceUuids[0] }));
            }

            return Task.FromResult(normally());
        })),
        new("KIND-2", "says that it removed a snapshot, and did not", a => a.Instead<Done>("remove", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)).Type == StorageElementType.Snapshot ? default : normally()))),
        new("KIND-3", "restores an element to another LUN", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            if (a.Contents.Get(call.Argument<StorageElement>(0)).Type == StorageElementType.Snapshot)
            {
                return Task.FromResult(normally());
            }

            a.Contents.Data!.Copy(call.Argument<StorageElement>(0).Uuid, call.Argument<StorageElement>(1).Uuid);
            return Task.FromResult(default(Done));
        })),
        new("KIND-4", "clones another LUN in the place of a snapshot", a => a.Instead<StorageElement>("cloneFromSnap", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(1)).Type == StorageElementType.Snapshot ? normally()
                : a.Contents.Clone(call.Argument<StorageElement>(1), null, null)))),
        new("KIND-5", "presents the source of a snapshot", a => a.Instead<StorageElement>("startPresent", (call, _, _) => Task.FromResult(
            a.Contents.Present(Lun(a, call.Argument<StorageElement>(0)), call.Argument<IReadOnlyList<string>>(1))))),
        new("KIND-6", "sets the source of a snapshot offline", a => a.Instead<Done>("offline", (call, _, _) => Task.FromResult(
            a.Contents.SetState(Lun(a, call.Argument<StorageElement>(0)), StorageElementState.Offline)))),
        new("KIND-7", "sets the quality of a snapshot's source", a => a.Instead<Done>("setQoS", (call, _, _) => Task.FromResult(
            a.Contents.SetQos(Lun(a, call.Argument<StorageElement>(0)), call.Argument<string>(1))))),
        new("KIND-8", "renames the snapshot that a snapshot is wanted of", a => a.Instead<StorageElement>("createSnap", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)) is { Type: StorageElementType.Snapshot } snapshot
                ? a.Contents.Change(snapshot, element => element with { Name = element.Name + "-2" }) : normally()))),
        new("KIND-8", "erases the source of a snapshot that is to be cloned", a => a.Instead<StorageElement>("clone", (call, normally, _) =>
        {
            if (a.Contents.Get(call.Argument<StorageElement>(0)) is { Type: StorageElementType.Snapshot } snapshot)
            {
                a.Contents.Data!.Create(snapshot.SourceUuids[0], snapshot.SizeBytes);
            }

            return Task.FromResult(normally());
        })),
        new("KIND-9", "could restore to a LUN", a => a.Instead<bool>("isRestorable", (call, normally, _) =>
            Task.FromResult(a.Contents.Get(call.Argument<StorageElement>(0)).Type == StorageElementType.Lun || normally()))),
        .. from method in new[] { "getInfo", "getStatus", "getAccessGroups", "getCloneLimits", "getSnapLimits", "isCloneable", "isSnapable", "isSplittable",
               "getCurrentSnaps", "getCurrentClones", "getQoSList", "getStorageNames", "updateSERecords" }
           select new Mutant("CANCEL-1", $"{method} of an element calls a cancelled call a failure", a => a.Before(method, (_, token) =>
               token.IsCancellationRequested ? throw new ArrayUnreachableException("No answer.") : Task.CompletedTask)),
        .. from pair in new[]
           {
               ("create", "CANCEL-2"), ("resize", "CANCEL-3"), ("startPresent", "CANCEL-3"), ("createSnap", "CANCEL-4"), ("clone", "CANCEL-4"),
           }
           select new Mutant(pair.Item2, $"{pair.Item1} is done, and ends as cancelled", a => a.Instead<StorageElement>(pair.Item1, (_, normally, token) =>
           {
               var done = normally();
               token.ThrowIfCancellationRequested();
               return Task.FromResult(done);
           })),
        .. from method in new[] { "offline", "remove" }
           select new Mutant("CANCEL-3", $"{method} is done, and ends as cancelled", a => a.Instead<Done>(method, (_, normally, token) =>
           {
               var done = normally();
               token.ThrowIfCancellationRequested();
               return Task.FromResult(done);
           })),
        .. from method in new[] { "createAccessGroups", "renameAccessGroup", "removeAccessGroups" }
           select new Mutant("CANCEL-5", $"{method} is done, and ends as cancelled", a => a.Instead<IReadOnlyList<AccessGroup>>(method, (_, normally, token) =>
           {
               var done = normally();
               token.ThrowIfCancellationRequested();
               return Task.FromResult(done);
           })),
        new("OTHER-1", "knows the elements of the first record alone", a =>
        {
            string? first = null;
            a.Instead<StorageElement>("getInfo", (call, normally, _) => (first ??= call.Server.Uuid) == call.Server.Uuid ? Task.FromResult(normally())
                : throw new NotFoundException("Whose?"));
        }),
        new("OTHER-1", "lists for the second record what it listed for the first", a =>
        {
            IReadOnlyList<StorageElement>? listed = null;
            string? first = null;
            a.Instead<IEnumerable<StorageElement>>("list", (call, normally, _) =>
            {
                if ((first ??= call.Server.Uuid) == call.Server.Uuid)
                {
                    listed = [.. normally()];
                }

                return Task.FromResult<IEnumerable<StorageElement>>(listed!);
            });
        }),
        new("OTHER-1", "returns the record that it was first asked with", a =>
        {
            StorageServer? first = null;
            a.Instead<StorageServer>("getInfo", (call, normally, _) => Task.FromResult((first ??= normally()) with { Description = "same" }));
        }),
        new("OTHER-2", "serves the record that was last validated", a =>
        {
            var broken = false;
            a.Before("getInfo", (_, _) => broken ? throw new ArrayUnreachableException("127.0.0.1 doesn't answer.") : Task.CompletedTask);
            RejectWrongSecret(a, () => broken = true);
        }),
        new("OTHER-2", "forgets all sessions when a record is refused", a =>
        {
            var broken = false;
            a.Lie<IEnumerable<StorageElement>>("list", all => broken ? [] : all);
            RejectWrongSecret(a, () => broken = true);
        }),
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
        new("CACHE-5", "remembers the groups of an element", a =>
        {
            var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, ValueList<string>>();
            a.Tell("getInfo", element => element with { AccessGroupNames = seen.GetOrAdd(element.Uuid, _ => element.AccessGroupNames) });
        }),
        new("CACHE-5", "remembers the size of an element in list", a =>
        {
            var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, long>();
            a.TellAll(element => element with { SizeBytes = seen.GetOrAdd(element.Uuid, _ => element.SizeBytes) });
        }),
        new("CACHE-5", "remembers an element's groups in getAccessGroups", a =>
        {
            var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, IReadOnlyList<AccessGroup>>();
            a.Instead<IReadOnlyList<AccessGroup>>("getAccessGroups", (call, normally, _) => Task.FromResult(
                call.Arguments[0] is StorageElement element ? seen.GetOrAdd(element.Uuid, _ => normally()) : normally()));
        }),
        .. from method in new[] { "validate", "getStorageNames", "getQoSList", "updateSERecords", "getCurrentSnaps", "getCurrentClones", "list" }
           select new Mutant("SIDE-22", $"{method} sets everything offline", a => a.Before(method, (_, _) =>
           {
               if (a.CalledMethods.Contains("createMultiSnap") || a.CalledMethods.Contains("startPresent"))
               {
                   HarmAll(a, element => element with { State = StorageElementState.Offline });
               }

               return Task.CompletedTask;
           })),
        new("SIDE-7", "a resize erases the snapshots' data", a => a.Lie<StorageElement>("resize", element =>
        {
            foreach (var snapshot in a.Contents.MadeOf(element, StorageElementType.Snapshot))
            {
                a.Contents.Data!.Create(MemoryArrayData.Member(snapshot.Uuid, element.Uuid), element.SizeBytes);
            }

            return element;
        })),
        new("SIDE-13", "a clone mixes up the data of two elements", a => a.Lie<StorageElement>("clone", made =>
        {
            if (a.Contents.Elements.FirstOrDefault(element => element.Type == StorageElementType.Lun && element.Uuid != made.SourceUuids[0]
                && element.State == StorageElementState.Online && element.AccessGroupNames.Count > 0) is { } other)
            {
                a.Contents.Data!.Copy(other.Uuid, made.SourceUuids[0]);
            }

            return made;
        })),
        new("NAME-15", "makes one blank of several in the names of snapshots", a => a.Tell("getInfo", element =>
            element.Type == StorageElementType.Snapshot ? element with { Name = element.Name.Replace("  ", " ", StringComparison.Ordinal) } : element)),
        new("NAME-15", "composes the names of clones", a => a.Spoil("clone", made =>
            made with { Name = made.Name.Replace("e\u0301", "\u00e9", StringComparison.Ordinal) })),
        new("NAME-15", "decomposes the names of groups", a => a.Lie<IReadOnlyList<AccessGroup>>("getAccessGroups", groups =>
            [.. groups.Select(group => group with { Name = group.Name.Replace("\u00e9", "e\u0301", StringComparison.Ordinal) })])),
        new("NAME-16", "takes a group in another case for the first", a => a.Instead<StorageElement>("startPresent", (call, _, _) => Task.FromResult(
            a.Contents.Present(call.Argument<StorageElement>(0), [.. call.Argument<IReadOnlyList<string>>(1).Select(name =>
                a.Contents.Groups.Last(group => string.Equals(group.Name, name, StringComparison.OrdinalIgnoreCase)).Name)])))),
        new("NAME-16", "removes a group in any case", a => a.Instead<IReadOnlyList<AccessGroup>>("removeAccessGroups", (call, normally, _) =>
        {
            HarmAll(a, element => element with { AccessGroupNames = [] });
            a.Contents.RemoveGroups([.. a.Contents.Groups.Where(group => call.Argument<IReadOnlyList<AccessGroup>>(0).Any(gone =>
                string.Equals(gone.Name, group.Name, StringComparison.OrdinalIgnoreCase)))]);
            return Task.FromResult(normally());
        })),
        new("NAME-17", "replaces an element by a snapshot of its name", a => a.Instead<StorageElement>("createSnap", (call, normally, _) =>
        {
            if (call.Arguments[1] is StorageElement wanted && a.Contents.Elements.FirstOrDefault(element => element.Name == wanted.Name) is { } old)
            {
                a.Contents.Change(old, element => element with { Name = element.Name + "-old" });
            }

            return Task.FromResult(normally());
        })),
        new("INFO-8", "tells the creation of clones in another time zone", a => a.Tell("getInfo", element =>
            element.Type == StorageElementType.SnapClone ? element with { CreatedAt = element.CreatedAt?.AddHours(-5) } : element)),
        new("INFO-8", "tells the creation of a snapshot's clone in local time", a => a.Spoil("cloneFromSnap", made =>
            made with { CreatedAt = made.CreatedAt?.AddHours(1) })),
        new("INFO-9", "finds snapshots by their names", a => a.Instead<StorageElement>("getInfo", (call, normally, _) =>
            Task.FromResult(call.Argument<StorageElement>(0).Type == StorageElementType.Snapshot
                ? a.Contents.Elements.FirstOrDefault(element => element.Name == call.Argument<StorageElement>(0).Name) ?? throw new NotFoundException("Who?")
                : normally()))),
        new("INFO-9", "tells the first clone for every clone", a => a.Instead<StorageElement>("getInfo", (call, normally, _) =>
            Task.FromResult(normally() is { Type: StorageElementType.SnapClone } clone
                ? a.Contents.MadeOf(new() { Uuid = clone.SourceUuids[0] }, StorageElementType.SnapClone)[^1] with { Uuid = clone.Uuid } : normally()))),
        new("INFO-10", "has no status of offline elements", a => a.Instead<string>("getStatus", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is StorageElement element && a.Contents.Get(element).State == StorageElementState.Offline ? "" : normally()))),
        new("INFO-11", "tells more unique bytes than used ones", a => a.Tell("getInfo", element => element with { UsedBytes = 1, UniqueBytes = 2 })),
        new("INFO-11", "tells used bytes below 0", a => a.Tell("getInfo", element => element with { UsedBytes = -1 })),
        new("QOS-3", "tells no quality of service of a clone that was given one", a => a.Spoil("clone", made => made with { Qos = "none" })),
        new("QOS-3", "tells another quality of a clone than getInfo", a => a.Tell("clone", made => made with { Qos = "gold" })),
    ];

    /// <summary>The element, or the source of a snapshot.</summary>
    private static StorageElement Lun(RecordingArray array, StorageElement element) =>
        array.Contents.Get(element) is { Type: StorageElementType.Snapshot } snapshot ? array.Contents.Get(new() { Uuid = snapshot.SourceUuids[0] }) : element;

    /// <summary>Has validate refuse a record with another password, and do something besides.</summary>
    private static void RejectWrongSecret(RecordingArray array, Action then) => array.Before("validate", (call, _) =>
    {
        if (call.Server.GetAdminSecret()?.Use(secret => secret.SequenceEqual(KitBed.Password)) is true)
        {
            return Task.CompletedTask;
        }

        then();
        throw new AuthenticationFailedException("The array refuses this user.");
    });
}
