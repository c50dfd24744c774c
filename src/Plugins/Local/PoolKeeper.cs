namespace StorageConnect.Plugins.Local;

/// <summary>
/// The work of the keeper's process (see <see cref="PluginKit.Jobs.KeeperProcess"/>): it continues a pool's copies when the process that began them ends.
/// </summary>
public static class PoolKeeper
{
    /// <summary>Works on the pool's copies until none is left.</summary>
    /// <param name="folder">The pool's folder.</param>
    public static void Run(string folder)
    {
        using var plugin = new LocalPlugin();
        plugin.KeepWorkingAsync(folder, CancellationToken.None).GetAwaiter().GetResult();
    }
}
