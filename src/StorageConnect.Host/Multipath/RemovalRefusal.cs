namespace StorageConnect.Host.Multipath;

/// <summary>The error for a reply other than <c>ok</c> to the removal of a map.</summary>
/// <remarks>
/// Versions before 0.10 say <c>fail</c> for everything but missing rights and time; with deferred removal on, 0.9 says <c>delayed</c>:
/// the map is removed when its last user closes it. Both mean a user that the kernel's tables don't show.
/// </remarks>
internal static class RemovalRefusal
{
    public static StorageConnectException ToError(string map, string page83Id, string reply) =>
        reply.Contains("permission deny", StringComparison.Ordinal) ? MultipathErrors.MultipathdRefusedRemoval(map, page83Id, reply)
        : reply.EndsWith("timeout", StringComparison.Ordinal) ? MultipathErrors.MultipathdUnreachableRemoving(map, page83Id, reply)
        : MultipathErrors.MultipathdRefused(map, page83Id, reply);
}
