namespace StorageConnect;

/// <summary>A background operation of an array, as of the last query. Get-OscOperation queries it again.</summary>
public sealed record OscOperation
{
    /// <summary>Its identity, for this user on this machine: 12 lower-case hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>What is being done.</summary>
    public OscOperationKind Kind { get; init; }

    /// <summary>The server it runs on.</summary>
    public required string StorageServerName { get; init; }

    /// <summary>The name of the element that is being created or changed.</summary>
    public required string Target { get; init; }

    /// <summary>Whether it still runs, and how it ended if not.</summary>
    public OscOperationState State { get; init; }

    /// <summary>Progress, 0 to 100; null when the array doesn't report it.</summary>
    public int? PercentComplete { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When its end was seen, or null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Once it is completed: the record that the call would have returned, had it been waited for.</summary>
    public StorageElement? Result { get; init; }

    /// <summary>Once it has failed: why.</summary>
    public OscOperationError? Error { get; init; }

    /// <summary>Its identity: what a user gives to Wait-OscOperation.</summary>
    public override string ToString() => Id;
}

/// <summary>What an operation does.</summary>
public enum OscOperationKind
{
    /// <summary>Creates an element (guide: <c>create</c>).</summary>
    Create,

    /// <summary>Changes an element's size (guide: <c>resize</c>).</summary>
    Resize,

    /// <summary>Makes a snapshot (guide: <c>createSnap</c>, <c>createMultiSnap</c>).</summary>
    Snapshot,

    /// <summary>Makes a clone (guide: <c>clone</c>, <c>cloneFromSnap</c>).</summary>
    Clone,

    /// <summary>Makes a clone independent of its source (guide: <c>splitClone</c>).</summary>
    Split,
}

/// <summary>The state of an operation.</summary>
public enum OscOperationState
{
    /// <summary>The array works on it, as of the last query.</summary>
    Running,

    /// <summary>It is done, and has a result.</summary>
    Completed,

    /// <summary>It failed; its error says why.</summary>
    Failed,

    /// <summary>It was stopped by request, and nothing of it is left.</summary>
    Stopped,
}
