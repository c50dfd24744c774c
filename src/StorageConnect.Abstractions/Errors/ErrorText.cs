namespace StorageConnect;

/// <summary>An error in words: the stable name of the case, what happened and why, and the way out.</summary>
internal sealed record ErrorText(string Id, string Message, string? Recommendation)
{
    public string? Element { get; init; }

    public bool Retryable { get; init; }
}
