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
