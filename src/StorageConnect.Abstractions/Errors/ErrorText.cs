namespace StorageConnect;

/// <summary>An error's texts: its id, what happened and why, and what the user can do.</summary>
internal sealed record ErrorText(string Id, string Message, string? Recommendation)
{
    public string? Element { get; init; }

    public bool Retryable { get; init; }
}
