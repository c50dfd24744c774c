namespace StorageConnect.Host.Multipath;

/// <summary>What a reply other than <c>ok</c> to the removal of a map means.</summary>
/// <remarks>
/// Versions before 0.10 say <c>fail</c> for everything but missing rights and time; with deferred removal on, 0.9 says <c>delayed</c>:
/// the map goes when its last user does. Both mean a user that the kernel shows nowhere.
/// </remarks>
internal static class RemovalRefusal
{
    public static StorageConnectException ToError(string map, string page83Id, string reply) =>
        reply.Contains("permission deny", StringComparison.Ordinal) ? MultipathErrors.MultipathdRefusedRemoval(map, page83Id, reply)
        : reply.EndsWith("timeout", StringComparison.Ordinal) ? MultipathErrors.MultipathdUnreachableRemoving(map, page83Id, reply)
        : MultipathErrors.MultipathdRefused(map, page83Id, reply);
}
