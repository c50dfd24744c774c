using StorageConnect.Engine.Workers;

namespace StorageConnect.Worker;

/// <summary>The plug-in's log: each line goes to the engine.</summary>
internal sealed class RemoteLog(JsonRpcPeer peer) : IPluginLog
{
    // The engine drops lines without a listener.
    public bool IsEnabled(PluginLogLevel level) => true;

    public void Write(PluginLogLevel level, string message) => peer.Notify(WorkerProtocol.Log, json =>
    {
        json.WriteString("level", level.ToString().ToLowerInvariant());
        json.WriteString("message", message);
    });
}
