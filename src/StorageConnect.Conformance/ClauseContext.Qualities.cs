namespace StorageConnect.Conformance;

/// <content>Qualities of service that elements of this run can have.</content>
internal sealed partial class ClauseContext
{
    /// <summary>The values of the array's qualities of service; the clause is skipped where there are none.</summary>
    public async Task<IReadOnlyList<string>> QualitiesAsync() =>
        await Array.GetQosListAsync(Token) is { Count: > 0 } list
            ? [.. list.Select(quality => quality.Value)]
            : throw Skip("The array has no qualities of service to choose from.");

    /// <summary>
    /// The values with which an element can be created where the run creates its elements, the array's default first: the others may belong to another pool
    /// of the array. The clause is skipped where there are none.
    /// </summary>
    public async Task<IReadOnlyList<string>> UsableQualitiesAsync()
    {
        var all = await QualitiesAsync();
        return await session.UsableQualitiesAsync(all, IsUsableAsync, async () => (await CreateAsync()).Qos) is { Count: > 0 } usable
            ? usable
            : throw Skip($"With none of the array's qualities of service an element can be created here: {Check.Show(all)}.");
    }

    /// <summary>The last of the usable qualities, which isn't the array's default where there are several; null where there are none.</summary>
    public async Task<string?> AnyQualityAsync()
    {
        try
        {
            return Implements(GuideMethod.Create) ? (await UsableQualitiesAsync())[^1] : null;
        }
        catch (ClauseSkippedException)
        {
            return null;
        }
    }

    private async Task<bool> IsUsableAsync(string quality)
    {
        try
        {
            await CreateAsync(qos: quality);
            return true;
        }
        catch (StorageConnectException e) when (e is InvalidRequestException or LimitExceededException or NotFoundException or NoSuchOperationException)
        {
            return false;
        }
    }
}
