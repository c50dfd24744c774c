using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Calls that are cancelled, and several calls at once.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Calls =>
    [
        new("CONCURRENT-1", "lets several have one name", a => a.Instead<StorageElement>("create", (call, _, _) =>
        {
            var made = a.Contents.Create(call.Argument<StorageElement>(0) with { Name = Guid.NewGuid().ToString() }, true, null);
            return Task.FromResult(a.Contents.Change(made, element => element with { Name = call.Argument<StorageElement>(0).Name }));
        })),
        new("CONCURRENT-3", "succeeds in removing what another has removed", a =>
        {
            a.Believe("remove", default(Done));
            a.Before("remove", ParallelCalls());
        }),
        new("CONCURRENT-4", "reads, waits and writes presentations", a =>
        {
            var together = ParallelCalls();
            a.Instead<StorageElement>("startPresent", async (call, _, token) =>
            {
                var before = a.Contents.Get(call.Argument<StorageElement>(0)).AccessGroupNames;
                await together(call, token);
                return a.Contents.Change(call.Argument<StorageElement>(0),
                    element => element with { AccessGroupNames = before.Union(call.Argument<IReadOnlyList<string>>(1)).ToValueList() });
            });
        }),
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
        new("CANCEL-3", "cancelled offline of a presented element is done", a => a.Instead<StorageElement>("stopPresent", (_, normally, token) =>
        {
            var done = normally();
            token.ThrowIfCancellationRequested();
            return Task.FromResult(done);
        })),
        .. from method in new[] { "online", "setQoS", "snapRemove", "snapRestore" }
           select new Mutant(method.StartsWith("snap", StringComparison.Ordinal) ? "CANCEL-6" : "CANCEL-3", $"{method} is done, and ends as cancelled", a =>
               a.Instead<Done>(method, (_, normally, token) =>
           {
               var done = normally();
               token.ThrowIfCancellationRequested();
               return Task.FromResult(done);
           })),
        .. from method in new[] { "cloneFromSnap", "createMultiSnap", "splitClone" }
           select new Mutant("CANCEL-6", $"{method} is done, and ends as cancelled", a => a.Instead<StorageElement>(method, (_, normally, token) =>
           {
               var done = normally();
               token.ThrowIfCancellationRequested();
               return Task.FromResult(done);
           })),
        .. from method in new[] { "addToAccessGroup", "removeFromAccessGroup" }
           select new Mutant("CANCEL-5", $"{method} is done, and ends as cancelled", a => a.Instead<AccessGroup>(method, (_, normally, token) =>
           {
               var done = normally();
               token.ThrowIfCancellationRequested();
               return Task.FromResult(done);
           })),
        new("CONCURRENT-11", "writes an old record back with a new quality", a => a.Instead<Done>("setQoS", async (call, normally, token) =>
        {
            await WhenPresentedAsync(a, call, token);
            normally();
            a.Contents.Change(call.Argument<StorageElement>(0), element => element with { AccessGroupNames = [] });
            return default;
        })),
        new("CONCURRENT-11", "writes an old record back with a new size", a => a.Instead<StorageElement>("resize", async (call, normally, token) =>
        {
            await WhenPresentedAsync(a, call, token);
            return a.Contents.Change(normally(), element => element with { AccessGroupNames = [] });
        })),
        new("CANCEL-6", "isRestorable calls a cancelled call an unreachable array", a => a.Before("isRestorable", (_, cancellationToken) =>
            cancellationToken.IsCancellationRequested ? throw new ArrayUnreachableException("It doesn't answer.") : Task.CompletedTask)),
    ];

    /// <summary>Lets calls go on when the whole crowd is there.</summary>
    private static Func<RecordedCall, CancellationToken, Task> ParallelCalls()
    {
        var count = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (_, cancellationToken) =>
        {
            if (Interlocked.Increment(ref count) == StorageConnect.Conformance.ClauseContext.ParallelCalls)
            {
                all.SetResult();
            }

            return all.Task.WaitAsync(cancellationToken);
        };
    }

    /// <summary>Waits until the concurrent call has presented the element, so that the test always runs in the order that fails.</summary>
    private static async Task WhenPresentedAsync(RecordingArray array, RecordedCall call, CancellationToken cancellationToken)
    {
        var waiting = new Backoff(TimeSpan.FromMinutes(1));
        while (array.Contents.Get(call.Argument<StorageElement>(0)).AccessGroupNames.Count == 0 && await waiting.WaitAsync(cancellationToken))
        {
            // The call that presents it sends no event.
        }
    }
}
