namespace StorageConnect.Engine.Arrays;

/// <summary>The result of a request for several access groups.</summary>
/// <param name="Done">The groups created, or removed.</param>
/// <param name="Errors">One error for each group that was not.</param>
public sealed record GroupChanges(IReadOnlyList<AccessGroup> Done, IReadOnlyList<StorageConnectException> Errors)
{
    /// <summary>Throws the first error there is.</summary>
    public void ThrowFirst()
    {
        if (Errors is [var first, ..])
        {
            throw first;
        }
    }
}
