using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Limits.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Limits =>
    [
        new("LIMIT-1", "has a limit below -1", a => a.Contents.CloneLimit = -2),
        new("LIMIT-2", "has a limit of snapshots below -1", a => a.Contents.SnapLimit = -2),
        new("LIMIT-5", "has a limit for what isn't there", a => a.Believe("getCloneLimits", 7L)),
        new("LIMIT-6", "has a limit of snapshots for what isn't there", a => a.Believe("getSnapLimits", 7L)),
        new("LIMIT-7", "makes clones beyond its limit", a => a.Return("getCloneLimits", 2L)),
        new("LIMIT-8", "makes snapshots beyond its limit", a => a.Return("getSnapLimits", 2L)),
        new("LIMIT-9", "counts clones that were removed", a =>
        {
            var made = 0;
            a.Instead<StorageElement>("clone", (_, normally, _) =>
                ++made > 16 ? throw new LimitExceededException("16 were made.") : Task.FromResult(normally()));
        }),
        new("LIMIT-9", "says no after clones that were removed", a => a.Lie<bool>("isCloneable", can =>
            can && a.CalledMethods.Count(method => method == "clone") < 16)),
        new("LIMIT-9", "makes one clone fewer than its limit", a => a.Instead<StorageElement>("clone", (_, normally, _) =>
            a.Contents.MadeOf(null, StorageElementType.SnapClone).Count >= 15 ? throw new LimitExceededException("15.") : Task.FromResult(normally()))),
        new("LIMIT-10", "counts snapshots that were removed", a =>
        {
            var made = 0;
            a.Instead<StorageElement>("createSnap", (_, normally, _) =>
                ++made > 16 ? throw new LimitExceededException("16 were made.") : Task.FromResult(normally()));
        }),
        new("LIMIT-10", "says no after snapshots that were removed", a => a.Lie<bool>("isSnapable", can =>
            can && a.CalledMethods.Count(method => method == "createSnap") < 16)),
        new("LIMIT-11", "tells what is left of the limit", a => a.Instead<long>("getSnapLimits", (_, _, _) =>
            Task.FromResult(16L - a.Contents.MadeOf(null, StorageElementType.Snapshot).Count))),
        new("LIMIT-13", "createMultiSnap knows no limit", a => a.Instead<StorageElement>("createMultiSnap", (_, normally, _) =>
        {
            var limit = a.Contents.SnapLimit;
            a.Contents.SnapLimit = -1;
            try
            {
                return Task.FromResult(normally());
            }
            finally
            {
                a.Contents.SnapLimit = limit;
            }
        })),
        new("LIMIT-11", "has a limit of no snapshots of an element with one", a => a.Instead<long>("getSnapLimits", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is StorageElement one && a.Contents.MadeOf(one, StorageElementType.Snapshot).Count > 1 ? 0 : normally()))),
        new("LIMIT-11", "has a limit of -2 clones of a clone", a => a.Instead<long>("getCloneLimits", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is StorageElement one && IsClone(a.Contents.Get(one)) ? -2 : normally()))),
        new("LIMIT-11", "knows no limit of a clone", a => a.Before("getSnapLimits", (call, _) => call.Arguments[0] is StorageElement one
            && a.Contents.Elements.FirstOrDefault(other => other.Uuid == one.Uuid) is { } present && IsClone(present)
                ? throw new NotFoundException("No LUN.") : Task.CompletedTask)),
        new("LIMIT-12", "has a limit of no snapshots, and makes them", a => a.Instead<long>("getSnapLimits", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is null ? 0 : normally()))),
        new("LIMIT-12", "has a limit of no clones, and makes them", a => a.Instead<long>("getCloneLimits", (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is null ? 0 : normally()))),
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
    ];
}
