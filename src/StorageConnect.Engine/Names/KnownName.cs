namespace StorageConnect.Engine.Names;

/// <summary>A name that an array has returned.</summary>
/// <param name="Kind">The kind of object.</param>
/// <param name="ServerUuid">The server that it is on.</param>
/// <param name="Name">The name.</param>
internal sealed record KnownName(NameKind Kind, string ServerUuid, string Name);
