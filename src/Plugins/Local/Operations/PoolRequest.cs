namespace StorageConnect.Plugins.Local.Operations;

/// <summary>A server's request for its pool, from its record.</summary>
/// <param name="Server">The record.</param>
/// <param name="IsRegistration">The server is being registered: only then may a pool be created.</param>
/// <param name="AdoptsCopy">A copy of another pool becomes a pool of its own.</param>
/// <param name="Others">The other servers registered with this plug-in.</param>
internal sealed record PoolRequest(StorageServer Server, bool IsRegistration, bool AdoptsCopy, IReadOnlyList<StorageServer> Others)
{
    /// <summary>Finds storage elsewhere that a target daemon serves under this pool's name, as text; null without a daemon.</summary>
    public Func<LocalArray, string?>? FindServed { get; init; }

    /// <summary>The pool that the server was registered with, or null when that is not known.</summary>
    public string? Expected => Server.ArrayId;

    public static PoolRequest For(StorageServer server, bool adopt, IReadOnlyList<StorageServer> registered)
    {
        var isRegistration = server.ArrayId is null && registered.All(other => other.Uuid != server.Uuid);

        // A registered server has no copy to adopt, unless its record was just changed to another array.
        return new(server, isRegistration, adopt && server.ArrayId is null, [.. registered.Where(other => other.Uuid != server.Uuid)]);
    }
}
