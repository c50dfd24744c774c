namespace StorageConnect.Engine.Arrays;

/// <summary>Preconditions of a change that the change itself doesn't check: for <see cref="StorageArray.CheckAsync"/>.</summary>
public sealed record ChangeNeeds
{
    /// <summary>The name of a new element, clone or snapshot, which must be free; null for none.</summary>
    public string? NewElement { get; init; }

    /// <summary>The name of a new access group; null for none.</summary>
    public string? NewAccessGroup { get; init; }

    /// <summary>The array must be able to make a snapshot of these now.</summary>
    public IReadOnlyList<StorageElement> Snapable { get; init; } = [];

    /// <summary>The array must be able to clone this one now; null for none.</summary>
    public StorageElement? Cloneable { get; init; }

    /// <summary>The array must be able to split this one now; null for none.</summary>
    public StorageElement? Splittable { get; init; }

    /// <summary>Access groups that must exist.</summary>
    public IReadOnlyList<string> AccessGroups { get; init; } = [];

    /// <summary>An access group that no element may be presented to; null for none.</summary>
    public string? UnusedAccessGroup { get; init; }

    /// <summary>A quality of service that the array must know; null for none.</summary>
    public string? Qos { get; init; }

    /// <summary>A volume group that the server must have; null for none.</summary>
    public string? VolumeGroup { get; init; }

    /// <summary>Initiators that must be names of initiators.</summary>
    public IReadOnlyList<string> Initiators { get; init; } = [];

    /// <summary>An element that may have no snapshots; null for none.</summary>
    public StorageElement? WithoutSnapshots { get; init; }
}
