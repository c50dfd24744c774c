namespace StorageConnect.Host.Residue;

/// <summary>Residue with the way to clear it; null where clearing is for other commands.</summary>
internal sealed record FoundResidue(OscHostResidue Residue, Func<CancellationToken, Task>? Clear);
