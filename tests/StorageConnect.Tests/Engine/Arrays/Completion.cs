using StorageConnect.Engine.Arrays;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Asks the door until it has the final record.</summary>
internal static class Completion
{
    public static async Task<StorageElement> CompleteAsync(this StorageArray array, StorageElement record, IProgress<int>? progress,
        CancellationToken cancellationToken)
    {
        var kind = record.Type == StorageElementType.Snapshot ? OscOperationKind.Snapshot : OscOperationKind.Clone;
        while (record.AsyncProgress is { } percent)
        {
            progress?.Report(Math.Clamp(percent, -1, 100));
            record = await array.GetAsyncProgressAsync(record, kind, cancellationToken);
        }

        return await array.GetAsyncProgressAsync(record, kind, cancellationToken);
    }
}
