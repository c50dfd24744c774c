namespace StorageConnect.Host.Ledger;

/// <summary>What is intended with an element on this host, and what can't be seen on the host itself. Kept before anything is done.</summary>
internal sealed record Attachment
{
    /// <summary>What it is about: the key.</summary>
    public string Page83Id { get; init; } = "";

    public string StorageElementUuid { get; init; } = "";

    public string StorageElementName { get; init; } = "";

    public string StorageServerUuid { get; init; } = "";

    public string StorageServerName { get; init; } = "";

    public AttachmentState State { get; init; }

    /// <summary>When this state began.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The access groups that attaching presented it to. Those it was presented to before are not among them.</summary>
    public ValueList<string> PresentedTo { get; init; } = [];
}
