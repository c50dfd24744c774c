namespace StorageConnect.Host.Scsi;

/// <summary>Who is behind a path, as far as is known.</summary>
/// <param name="Page83Id">The identity; null where no LUN is behind the path any more, or nothing is known.</param>
/// <param name="IsSilent">True where the path was asked in vain, or is down: the identity is then the one that the kernel read at its last scan.</param>
internal readonly record struct PathIdentity(string? Page83Id, bool IsSilent);
