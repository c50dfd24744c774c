namespace StorageConnect.Host.Residue;

/// <summary>Residue with the action that clears it; null where other commands clear it.</summary>
internal sealed record FoundResidue(OscHostResidue Residue, Func<CancellationToken, Task>? Clear);
