namespace StorageConnect.Plugins.Ceph.Errors;

/// <summary>What can be wrong with a server that is registered.</summary>
internal static class RegistrationErrors
{
    public static InvalidStorageArrayException PlatformUnsupported(string server) => PluginError.InvalidStorageArray(
        server, "The Ceph plug-in needs Linux.", "Register the cluster on a Linux machine.");

    public static InvalidStorageArrayException ClusterTooOld(string release) => PluginError.InvalidStorageArray(
        release, $"The cluster's release is {release}; the oldest that works is pacific (16).", "Upgrade the cluster, and run 'ceph osd require-osd-release'.");

    public static NotFoundException PoolNotFound(string pool, IEnumerable<string> others)
    {
        var known = string.Join(", ", others);
        return PluginError.NotFound(
            pool,
            $"The cluster has no pool '{pool}'.",
            known.Length > 0 ? $"Choose one of: {known}." : $"Create it: 'ceph osd pool create {pool}', then 'rbd pool init {pool}'.");
    }

    public static InvalidStorageArrayException PoolWithoutApplication(string pool) => PluginError.InvalidStorageArray(
        pool, $"The pool '{pool}' is not for RBD images: it has no application 'rbd'.",
        $"Choose a pool that has, or initialize this one: 'rbd pool init {pool}'.");

    public static NotFoundException NamespaceNotFound(string pool, string space) => PluginError.NotFound(
        space, $"The pool '{pool}' has no namespace '{space}'.",
        $"Create it: 'rbd namespace create {pool}/{space}', or choose one of 'rbd namespace ls {pool}'.");

    public static InvalidStorageArrayException ArrayChanged(string server, string known, string found) => PluginError.InvalidStorageArray(
        server,
        $"'{server}' was the pool {known}, and at its address there is now the pool {found}. Nothing was changed.",
        "Correct the configuration, or unregister the server and register it again for the other pool.",
        id: "PoolChanged");
}
