namespace StorageConnect.Host.Ledger;

/// <summary>The ledger's entry of an element: its intended state on this host, and what the host doesn't show. Saved before anything is changed.</summary>
internal sealed record Attachment
{
    /// <summary>The identity of its disks. Where it belongs to the presentation: empty until it is known.</summary>
    public string Page83Id { get; init; } = "";

    /// <summary>What proves the disks where the identity belongs to the presentation; null where it is the element's own.</summary>
    public PresentedIdentity? Presented { get; init; }

    public string StorageElementUuid { get; init; } = "";

    /// <summary>The entry's key: the element's own identity, or its Uuid.</summary>
    public string Key => Presented is null ? Page83Id : KeyOf(StorageElementUuid);

    public string StorageElementName { get; init; } = "";

    public string StorageServerUuid { get; init; } = "";

    public string StorageServerName { get; init; } = "";

    public AttachmentState State { get; init; }

    /// <summary>When this state began.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The access groups that we presented it to, without those it was presented to before.</summary>
    public ValueList<string> PresentedTo { get; init; } = [];

    /// <summary>The key of an element whose identity belongs to its presentation.</summary>
    public static string KeyOf(string elementUuid) => $"presentation of {elementUuid}";
}
