namespace StorageConnect.Engine.Names;

/// <summary>A name that an array has told.</summary>
/// <param name="Kind">What it is the name of.</param>
/// <param name="ServerUuid">The server that it is on.</param>
/// <param name="Name">The name.</param>
internal sealed record KnownName(NameKind Kind, string ServerUuid, string Name);
