namespace StorageConnect.Plugins.Local.Operations;

/// <summary>What a server's record says about the pool it wants.</summary>
/// <param name="Server">The record.</param>
/// <param name="IsRegistration">The server is being registered: only then may a pool be made.</param>
/// <param name="AdoptsCopy">A copy of another pool becomes a pool of its own.</param>
/// <param name="Others">The other servers registered with this plug-in.</param>
internal sealed record PoolRequest(StorageServer Server, bool IsRegistration, bool AdoptsCopy, IReadOnlyList<StorageServer> Others)
{
    /// <summary>Finds what a target daemon serves under this pool's name from elsewhere, in words; null where there is no daemon to ask.</summary>
    public Func<LocalArray, string?>? FindServed { get; init; }

    /// <summary>The pool that the server was registered with, or null when that is not known.</summary>
    public string? Expected => Server.ArrayId;

    public static PoolRequest For(StorageServer server, bool adopt, IReadOnlyList<StorageServer> registered)
    {
        var isRegistration = server.ArrayId is null && registered.All(other => other.Uuid != server.Uuid);

        // A registered server has no copy to adopt, unless its record was just changed to mean another array.
        return new(server, isRegistration, adopt && server.ArrayId is null, [.. registered.Where(other => other.Uuid != server.Uuid)]);
    }
}
