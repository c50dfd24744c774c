using System.Collections.Concurrent;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Work in the background.</content>
internal static partial class Mutants
{
    private static IEnumerable<Mutant> Background =>
    [
        new("ASYNC-1", "is done later though it says at once", a => a.Tell("createSnap", made => made with { AsyncProgress = 0, AsyncHandle = "0" })),
        new("ASYNC-2", "clones later though it says at once", a => a.Tell("clone", made => made with { AsyncProgress = 0, AsyncHandle = "0" })),
        new("ASYNC-6", "tells 250 percent", a => LaterBy(a, [0, 250])),
        new("ASYNC-7", "goes back from 90 to 10 percent", a => LaterBy(a, [0, 90, 10])),
        new("ASYNC-8", "ends with a record of another size", a =>
        {
            LaterBy(a, [0, 50]);
            a.Tell("getAsyncProgress", record => record.AsyncProgress is null ? record with { SizeBytes = 1 } : record);
        }),
        new("ASYNC-10", "forgets what is done", a =>
        {
            LaterBy(a, [0, 50]);
            var done = false;
            a.Tell("getAsyncProgress", record => done ? throw new NotFoundException("What?") : (done = record.AsyncProgress is null) ? record : record);
        }),
        new("ASYNC-11", "stops, and leaves what was half made", a =>
        {
            LaterBy(a, [0, 50]);
            a.Return("cancel", true);
        }),
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
        .. from method in new[] { "clone", "createSnap", "createMultiSnap", "cloneFromSnap", "resize", "splitClone" }
           select new Mutant("ASYNC-6", $"tells 101 percent of {method}", a => OfMethod(a, method, [0, 50], record =>
               record with { AsyncProgress = record.AsyncProgress is 50 ? 101 : record.AsyncProgress })),
        .. from method in new[] { "clone", "createSnap", "createMultiSnap", "cloneFromSnap", "resize", "splitClone" }
           select new Mutant("ASYNC-7", $"goes back at {method}", a => OfMethod(a, method, [0, 60, 80], record =>
               record with { AsyncProgress = record.AsyncProgress is 80 ? 20 : record.AsyncProgress })),
        .. from method in new[] { "createSnap", "createMultiSnap", "cloneFromSnap", "resize", "splitClone" }
           select new Mutant("ASYNC-8", $"tells another name at the end of {method}", a => OfMethod(a, method, [0, 50], record =>
               record.AsyncProgress is null ? record with { Name = "done" } : record)),
        .. from method in new[] { "createSnap", "createMultiSnap", "cloneFromSnap", "resize", "splitClone" }
           select new Mutant("ASYNC-12", $"tells another name at the beginning of {method}", a =>
           {
               LaterBy(a, [0, 50]);
               a.Tell(method, record => record with { Name = "pending" });
           }),
        new("ASYNC-13", "answers for whatever was begun last", a =>
        {
            LaterBy(a, [0, 50]);
            StorageElement? last = null;
            a.Tell("clone", record => last = record);
            a.Instead<StorageElement>("getAsyncProgress", (call, normally, _) => Task.FromResult(
                last is not null && a.Contents.Elements.First(element => element.Uuid == call.Argument<StorageElement>(0).Uuid).Type
                    == StorageElementType.SnapClone
                    ? a.Contents.Progress(call.Argument<StorageElement>(0) with { Uuid = last.Uuid }) : normally()));
        }),
        .. from method in new[] { "resize", "splitClone" }
           select new Mutant("ASYNC-16", $"stops {method} by removing the element", a =>
           {
               a.Contents.Abilities = KitBed.Later;
               a.Before("cancel", (call, _) =>
               {
                   if (a.Calls.Any(begun => begun.Method == method && begun.Argument<StorageElement>(0).Uuid == call.Argument<StorageElement>(0).Uuid))
                   {
                       a.Contents.Remove(call.Argument<StorageElement>(0));
                   }

                   return Task.CompletedTask;
               });
           }),
        new("ASYNC-17", "stops what is done by removing it", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Instead<bool>("cancel", (call, normally, _) =>
            {
                var stopped = normally();
                if (!stopped && a.Contents.Elements.FirstOrDefault(one => one.Uuid == call.Argument<StorageElement>(0).Uuid) is { } done)
                {
                    a.Contents.Remove(done);
                }

                return Task.FromResult(stopped);
            });
        }),
        new("ASYNC-17", "says that it stopped what was done", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Lie<bool>("cancel", _ => true);
        }),
        new("ASYNC-17", "says again that it stopped what was stopped", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Instead<bool>("cancel", (call, normally, _) => Task.FromResult(normally()
                || a.Contents.Elements.All(one => one.Uuid != call.Argument<StorageElement>(0).Uuid)));
        }),
        new("ASYNC-16", "fails when what is done is to be stopped", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Lie<bool>("cancel", stopped => stopped ? true : throw new ArrayUnreachableException("No such job."));
        }),
        new("ASYNC-19", "erases the source of what it stops", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Lie<bool>("cancel", stopped =>
            {
                if (stopped)
                {
                    Erase(a);
                }

                return stopped;
            });
        }),
        .. from untruth in new (string What, Func<StorageElement, StorageElement> Change)[]
           {
               ("no quality", element => element with { Qos = null }), ("no time", element => element with { CreatedAt = null }),
               ("nothing of thin", element => element with { ThinProvisioned = null }), ("no volume group", element => element with { VolumeGroupName = null }),
               ("no source", element => element with { SourceUuids = [] }), ("no page 0x83 id", element => element with { Page83Id = "" }),
               ("another state", element => element with { State = StorageElementState.Offline }),
           }
           select new Mutant("ASYNC-18", $"tells {untruth.What} when the work is done", a =>
           {
               a.Contents.Abilities = KitBed.Later;
               a.Tell("getAsyncProgress", untruth.Change);
           }),
        .. from change in Changes
           where change.Field is not ("the state" or "thin provisioning")
           select new Mutant("ASYNC-19", $"getAsyncProgress changes {change.Field} of all others", a =>
           {
               a.Contents.Abilities = KitBed.Later;
               a.HarmOthers<StorageElement>("getAsyncProgress", change.Change);
           }),
        new("ASYNC-8", "getAsyncProgress loses the handle on the way", a =>
        {
            a.Contents.Abilities = KitBed.Later;
            a.Contents.AsyncSteps = [0, 20, 50];
            a.Tell("getAsyncProgress", element => element with { AsyncHandle = null });
        }),
        new("ASYNC-14", "tells what was stopped as done", a => DoneThough(a)),
        new("ASYNC-15", "stops everything with one", a =>
        {
            LaterBy(a, [0, 50, 60, 70]);
            a.Lie<bool>("cancel", stopped =>
            {
                foreach (var element in a.Contents.Elements.Where(element => element.SourceUuids.Count > 0))
                {
                    a.Contents.Cancel(element);
                }

                return stopped;
            });
        }),
        new("ASYNC-15", "sets everything offline when one is stopped", a =>
        {
            LaterBy(a, [0, 50, 60, 70]);
            a.Lie<bool>("cancel", stopped =>
            {
                HarmAll(a, element => element with { State = StorageElementState.Offline });
                return stopped;
            });
        }),
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
        new("ASYNC-16", "says that a split was stopped that is done", a =>
        {
            LaterBy(a, [0, 50]);
            var split = new ConcurrentDictionary<string, bool>();
            a.Lie<StorageElement>("splitClone", record => split.TryAdd(record.Uuid, true) ? record : record);
            a.Instead<bool>("cancel", (call, normally, _) => Task.FromResult(normally() || split.ContainsKey(call.Argument<StorageElement>(0).Uuid)));
        }),
        new("ASYNC-16", "says that a resize was stopped that is done", a =>
        {
            LaterBy(a, [0, 50]);
            var resized = new ConcurrentDictionary<string, bool>();
            a.Lie<StorageElement>("resize", record => resized.TryAdd(record.Uuid, true) ? record : record);
            a.Instead<bool>("cancel", (call, normally, _) => Task.FromResult(normally() || resized.ContainsKey(call.Argument<StorageElement>(0).Uuid)));
        }),
        new("ASYNC-13", "lists a clone twice while it is made", a =>
        {
            LaterBy(a, [0, 50]);
            var running = new ConcurrentDictionary<string, bool>();
            a.Lie<StorageElement>("clone", record => running.TryAdd(record.Uuid, true) ? record : record);
            a.Lie<IEnumerable<StorageElement>>("list", all => [.. all, .. all.Where(element => running.ContainsKey(element.Uuid))]);
        }),
    ];

    private static void LaterBy(RecordingArray array, IReadOnlyList<int> steps)
    {
        array.Contents.Abilities = KitBed.Later;
        array.Contents.AsyncSteps = steps;
    }

    /// <summary>Everything runs in the background, and the progress of what one method began is reported wrongly.</summary>
    private static void OfMethod(RecordingArray array, string method, IReadOnlyList<int> steps, Func<StorageElement, StorageElement> change)
    {
        LaterBy(array, steps);
        var begun = new ConcurrentDictionary<string, bool>();
        array.Tell(method, record =>
        {
            begun[record.Uuid] = true;
            return record;
        });
        array.Tell("getAsyncProgress", record => begun.ContainsKey(record.Uuid) ? change(record) : record);
    }

    private static void DoneThough(RecordingArray array)
    {
        LaterBy(array, [0, 50]);
        array.Instead<StorageElement>("getAsyncProgress", (call, normally, _) =>
        {
            try
            {
                return Task.FromResult(normally());
            }
            catch (NotFoundException)
            {
                return Task.FromResult(call.Argument<StorageElement>(0) with { AsyncProgress = null, AsyncHandle = null });
            }
        });
    }

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
}
