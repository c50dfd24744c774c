namespace StorageConnect;

/// <summary>A change that is checked without being made.</summary>
/// <param name="Method">The method that would be called: see <see cref="GuideMethod"/>.</param>
public sealed record PlannedChange(string Method)
{
    /// <summary>The existing elements and snapshots that it would be called with, in the order of its arguments; empty for none.</summary>
    public ValueList<StorageElement> Elements { get; init; } = [];

    /// <summary>The size in bytes of a new element, or that an element gets; null where the change has none.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>False for a new element whose space is to be reserved.</summary>
    public bool ThinProvision { get; init; } = true;
}
