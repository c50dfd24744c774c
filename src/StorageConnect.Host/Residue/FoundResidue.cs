namespace StorageConnect.Host.Residue;

/// <summary>Residue with the action that clears it.</summary>
/// <param name="Residue">The residue.</param>
/// <param name="Clear">Its result is false when it is no residue any more: the search is older than the locks. Null where other commands clear it.</param>
internal sealed record FoundResidue(OscHostResidue Residue, Func<CancellationToken, Task<bool>>? Clear)
{
    /// <summary>The Uuid of the array that showed it; null where the host alone did.</summary>
    public string? StorageServerUuid { get; init; }

    /// <summary>Residue that Clear-OscHostResidue clears.</summary>
    public static FoundResidue Of(OscHostResidueKind kind, string what, string reason, Func<CancellationToken, Task<bool>> clear) =>
        new(new() { Kind = kind, What = what, Reason = reason, SuggestedAction = "Clear-OscHostResidue clears it away." }, clear);
}
