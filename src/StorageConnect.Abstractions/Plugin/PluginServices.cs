namespace StorageConnect;

/// <summary>What the engine gives a plug-in before its first call.</summary>
/// <param name="Cache">The plug-in's own cache.</param>
/// <param name="Host">The host it runs on.</param>
public sealed record PluginServices(PluginCache Cache, IHostServices Host)
{
    /// <summary>
    /// Reads the servers registered with this plug-in at this moment, without secrets. A server that validate sees and that is not among them is
    /// being registered.
    /// </summary>
    public Func<IReadOnlyList<StorageServer>> GetRegisteredServers { get; init; } = static () => [];

    /// <summary>
    /// A folder of this plug-in's own on this machine, for what it must remember and the array doesn't: the same in every process of this user. It need
    /// not exist yet. Keep files in it private to the user (0600), name them after the server's Uuid, and put no secret in them.
    /// </summary>
    public string StateFolder { get; init; } = "";

    /// <summary>The plug-in's log. Unless set, it drops every line.</summary>
    public IPluginLog Log { get; init; } = new SilentLog();

    private sealed class SilentLog : IPluginLog
    {
        public bool IsEnabled(PluginLogLevel level) => false;

        public void Write(PluginLogLevel level, string message)
        {
            // There is no listener.
        }
    }
}
