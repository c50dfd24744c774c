using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Operations;

namespace StorageConnect.Commands;

/// <content>Work that can take long: begins it, and waits with progress or returns the operation.</content>
public abstract partial class OscCmdlet
{
    private ProgressBar? _bar;

    // One per command, so that its interval also applies to many short waits.
    private protected ProgressBar Bar => _bar ??= new(this);

    /// <summary>Processes several items; while one takes long, a second progress bar shows how many are done.</summary>
    private protected void ForEach<T>(IReadOnlyCollection<T> items, Action<T> action)
    {
        Bar.Count = items.Count;
        try
        {
            foreach (var item in items)
            {
                action(item);
                Bar.Done++;
            }
        }
        finally
        {
            Bar.End();
        }
    }

    /// <summary>Begins work that can take long, and writes its result: the operation at once, or the record at the end.</summary>
    /// <returns>The record; null when it isn't waited for.</returns>
    private protected StorageElement? Begin(
        StorageArray array,
        OscOperationKind kind,
        Func<CancellationToken, Task<StorageElement>> call,
        bool noWait,
        bool writeResult = true)
    {
        return Write(Run(token => Engine.Operations.BeginAsync(array, kind, call, noWait, token)), noWait, writeResult);
    }

    /// <summary>Writes the result of a begun operation: itself at once, or the record at the end.</summary>
    private StorageElement? Write(OscOperation operation, bool noWait, bool writeResult = true)
    {
        if ((noWait || operation.State == OscOperationState.Running) && !Engine.Operations.IsKept(operation.Id))
        {
            WriteWarning($"The operation '{operation.Id}' ('{operation.Target}') could not be written to disk: only this process can follow it.");
        }

        if (noWait)
        {
            WriteObject(operation);
            return null;
        }

        var result = operation.Result ?? Await(operation);
        if (writeResult)
        {
            WriteObject(operation.Kind is OscOperationKind.Snapshot or OscOperationKind.Clone ? CopyView.Of(result) : result);
        }

        return result;
    }

    /// <summary>"Cloning db01-test (lab)": the work and the element, as progress shows them.</summary>
    private protected static string Describe(OscOperation operation) => $"{Word(operation.Kind)} {operation.Target} ({operation.StorageServerName})";

    /// <summary>The status of the progress bar has this text, because a stopped pipeline can't write anything.</summary>
    private protected static string HowToResume(OperationUpdate update) =>
        $"Operation {update.Id}; after Ctrl+C: Wait-OscOperation -Id {update.Id}" +
        (update.Problem is { } problem ? $". No answer at the moment: {problem.Message}" : "");

    private StorageElement Await(OscOperation operation)
    {
        using var subscription = Engine.Operations.Subscribe();
        subscription.Add(operation.Id);
        try
        {
            while (true)
            {
                foreach (var update in Run(token => subscription.NextAsync(Bar.Pending, token)))
                {
                    if (update.IsLast)
                    {
                        return Outcome(update);
                    }

                    Bar.Show(Describe(operation), HowToResume(update), update.Operation!.PercentComplete, update.Remaining);
                }

                Bar.Flush();
            }
        }
        finally
        {
            Bar.EndWork();
        }
    }

    private StorageElement Outcome(OperationUpdate update)
    {
        if (update.Problem is { } problem)
        {
            WriteWarning($"The operation '{update.Id}' is probably still running. Wait-OscOperation -Id {update.Id} waits for it again.");
            throw problem;
        }

        // Its outcome was returned: it moves to the history.
        Try(null, () => Engine.Operations.MoveToHistory(update.Id));
        return update.Operation!.Result ?? throw ToError(update.Operation);
    }

    /// <summary>Why an operation that has ended has no result.</summary>
    private protected static StorageConnectException ToError(OscOperation operation) =>
        operation.Error?.ToException() ?? OperationErrors.OperationStopped(Describe(operation), operation.Target);

    private static string Word(OscOperationKind kind) => kind switch
    {
        OscOperationKind.Create => "Creating",
        OscOperationKind.Resize => "Resizing",
        OscOperationKind.Snapshot => "Creating snapshot",
        OscOperationKind.Clone => "Cloning",
        OscOperationKind.Split => "Splitting",
        _ => kind.ToString(),
    };
}
