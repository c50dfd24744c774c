using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Questions and changes of groups that change elements, and cancellation that is taken for an error.</content>
internal static partial class Mutants
{
    private static readonly (string Method, string Clause)[] GroupMethods =
    [
        ("createAccessGroups", "SIDE-17"), ("removeAccessGroups", "SIDE-18"), ("addToAccessGroup", "SIDE-19"), ("removeFromAccessGroup", "SIDE-20"),
        ("renameAccessGroup", "SIDE-21"),
    ];

    private static IEnumerable<Mutant> Questions =>
    [
        .. from method in GroupMethods
           from change in Changes
           select new Mutant(method.Clause, $"{method.Method} changes {change.Field} of all elements", a => AfterGroups(a, method.Method, change.Change)),
        .. from method in new[] { "isCloneable", "isSnapable", "isSplittable", "isRestorable" }
           from change in Changes
           select new Mutant("SIDE-22", $"{method} changes {change.Field} of all elements",
               a => a.Lie<bool>(method, answer => After(a, answer, change.Change))),
        .. from method in new[] { "getCloneLimits", "getSnapLimits" }
           from change in Changes
           select new Mutant("SIDE-22", $"{method} changes {change.Field} of all elements",
               a => a.Lie<long>(method, answer => After(a, answer, change.Change))),
        .. from change in Changes
           select new Mutant("SIDE-22", $"getStatus changes {change.Field} of all elements", a => a.Lie<string>("getStatus", answer =>
               After(a, answer, change.Change))),
        .. from method in new[] { "validate", "getInfo", "getCapabilities", "getStatus", "list" }
           select new Mutant("SERVER-14", $"{method} calls a cancelled call an unreachable array", a => a.Before(method, (_, token) =>
               token.IsCancellationRequested ? throw new ArrayUnreachableException("The array doesn't answer.") : Task.CompletedTask)),
        new("LIST-10", "list forgets an element just created", a => a.Lie<IEnumerable<StorageElement>>("list", all => [.. all.Skip(1)])),
        new("LIST-8", "list returns nothing at all", a => a.Lie<IEnumerable<StorageElement>>("list", _ => [])),
        new("DESCRIPTOR-9", "a second instance promises less", a =>
        {
            var asked = 0;
            a.Lie<Capabilities>("getCapabilities", now => ++asked % 2 == 0 ? new(now) { Clone = Ability.Unsupported } : now);
        }),
        new("UNSUPPORTED-10", "getCurrentSnaps of the array returns nothing", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentSnaps", _ => [])),
        new("UNSUPPORTED-11", "getCurrentClones of the array returns nothing", a => a.Lie<IReadOnlyList<StorageElement>>("getCurrentClones", _ => [])),
        new("RESTORE-1", "a restore renames the snapshot", a => a.Instead<Done>("snapRestore", (call, normally, _) =>
        {
            var done = normally();
            a.Contents.Change(call.Argument<StorageElement>(0), snapshot => snapshot with { Name = snapshot.Name + "-used" });
            return Task.FromResult(done);
        })),
    ];

    private static T After<T>(RecordingArray array, T answer, Func<StorageElement, StorageElement> change)
    {
        HarmAll(array, change);
        return answer;
    }

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
}
