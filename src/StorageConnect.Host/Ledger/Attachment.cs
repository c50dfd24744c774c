namespace StorageConnect.Host.Ledger;

/// <summary>What is intended with an element on this host, and what can't be seen on the host itself. Kept before anything is done.</summary>
internal sealed record Attachment
{
    /// <summary>What its disks show. Of an element whose identity belongs to its presentation: empty until it is known.</summary>
    public string Page83Id { get; init; } = "";

    /// <summary>How the disks are proven where the identity belongs to the presentation; null where it is the element's own.</summary>
    public PresentedIdentity? Presented { get; init; }

    public string StorageElementUuid { get; init; } = "";

    /// <summary>What it is about: an identity of the element's own, or the element.</summary>
    public string Key => Presented is null ? Page83Id : KeyOf(StorageElementUuid);

    public string StorageElementName { get; init; } = "";

    public string StorageServerUuid { get; init; } = "";

    public string StorageServerName { get; init; } = "";

    public AttachmentState State { get; init; }

    /// <summary>When this state began.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The access groups that attaching presented it to. Those it was presented to before are not among them.</summary>
    public ValueList<string> PresentedTo { get; init; } = [];

    /// <summary>The key of an element whose identity belongs to its presentation.</summary>
    public static string KeyOf(string elementUuid) => $"presentation of {elementUuid}";
}
