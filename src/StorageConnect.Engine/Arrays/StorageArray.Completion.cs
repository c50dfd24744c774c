using StorageConnect.Engine.Results;

namespace StorageConnect.Engine.Arrays;

/// <content>Background operations of the array.</content>
public sealed partial class StorageArray
{
    /// <summary>The pause between two progress queries that the plug-in asks for; null for none, or before the array was opened.</summary>
    internal TimeSpan? ProgressInterval => _session?.Plugin.Instance.ProgressInterval;

    /// <summary>Queries the progress of an operation once. Guide: getAsyncProgress().</summary>
    /// <param name="record">What the call returned, or the last answer.</param>
    /// <param name="kind">The kind of call: it decides which fields the final record must have.</param>
    /// <param name="cancellationToken">Ends the query, not the operation.</param>
    /// <returns>
    /// The record with AsyncProgress -1 or 0 to 100; or, when it is done, the record that a synchronous call would have returned, without progress
    /// and handle.
    /// </returns>
    [Rule(21, "Progress is -1 or 0 to 100, null = done; the final record equals the one of a synchronous call.", "getAsyncProgress()")]
    public async Task<StorageElement> GetAsyncProgressAsync(StorageElement record, OscOperationKind kind, CancellationToken cancellationToken)
    {
        if (record.AsyncProgress is null)
        {
            return Final(record);
        }

        var session = await OpenAsync(cancellationToken);
        var answer = await CheckedAsync(session, GuideMethod.GetAsyncProgress, (record, plugin: session.Plugin.Descriptor),
            static (plugin, server, s, token) => plugin.GetAsyncProgressAsync(server, s.record, token),
            static (answer, s) => ResultRules.FindProgressProblem(answer, s.record, s.plugin),
            cancellationToken);
        if (answer.AsyncProgress is not null)
        {
            return Own(answer);
        }

        return Final(kind is OscOperationKind.Create or OscOperationKind.Clone
            ? await WithQosAsync(session, GuideMethod.GetAsyncProgress, answer, cancellationToken)
            : answer);
    }

    /// <summary>Stops an operation, where the plug-in can, and removes what it has made so far. Not one of the guide's methods.</summary>
    /// <returns>False when it had ended by itself.</returns>
    /// <exception cref="NoSuchOperationException">The plug-in can't.</exception>
    public Task<bool> CancelAsync(StorageElement record, CancellationToken cancellationToken) =>
        CallAsync(GuideMethod.Cancel, record, static (plugin, server, r, token) => plugin.CancelAsync(server, r, token), cancellationToken);

    private StorageElement Final(StorageElement record) => Own(record.AsyncHandle is null ? record : record with { AsyncHandle = null });
}
