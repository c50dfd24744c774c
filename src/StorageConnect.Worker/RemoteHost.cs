using System.Text.Json;
using StorageConnect.Engine.Workers;

namespace StorageConnect.Worker;

/// <summary>The host's services, as requests to the engine.</summary>
internal sealed class RemoteHost(JsonRpcPeer peer) : IHostServices
{
    public string DevicePathPrefix => Ask<string>(WorkerProtocol.DevicePathPrefix, static _ => { });

    public ValueList<string> FindDevicePaths(string page83Id) =>
        Ask<ValueList<string>>(WorkerProtocol.FindDevicePaths, json => json.WriteString("page83Id", page83Id));

    public Task DestroyMultipathDeviceAsync(string page83Id, CancellationToken cancellationToken) =>
        DoAsync(WorkerProtocol.DestroyMultipathDevice, json => json.WriteString("page83Id", page83Id), cancellationToken);

    public bool IsConnected(IscsiTarget target) => Ask<bool>(WorkerProtocol.IsConnected, json => WireRecords.Write(json, "target", target));

    public ValueList<HostLun> FindLuns(ValueList<string> targetNames) =>
        Ask<ValueList<HostLun>>(WorkerProtocol.FindLuns, json => WireRecords.Write(json, "targetNames", targetNames));

    public Task LoginAsync(IscsiTarget target, AccessContext context, CancellationToken cancellationToken) => DoAsync(WorkerProtocol.Login, json =>
    {
        WireRecords.Write(json, "target", target);
        WireRecords.WriteContext(json, context);
    }, cancellationToken);

    public Task LogoutAsync(IscsiTarget target, CancellationToken cancellationToken) =>
        DoAsync(WorkerProtocol.Logout, json => WireRecords.Write(json, "target", target), cancellationToken);

    /// <summary>The servers that are registered with this plug-in.</summary>
    public IReadOnlyList<StorageServer> GetRegisteredServers() => Ask<StorageServer[]>(WorkerProtocol.RegisteredServers, static _ => { });

    // The contract has some of these without a task: the caller's thread waits.
    private T Ask<T>(string method, Action<Utf8JsonWriter> writeParams)
    {
        var reply = RequestAsync(method, writeParams, CancellationToken.None).GetAwaiter().GetResult();
        return JsonSerializer.Deserialize<T>(reply.Result, RecordJson.Options)!;
    }

    private Task<Message> DoAsync(string method, Action<Utf8JsonWriter> writeParams, CancellationToken cancellationToken) =>
        RequestAsync(method, writeParams, cancellationToken);

    private async Task<Message> RequestAsync(string method, Action<Utf8JsonWriter> writeParams, CancellationToken cancellationToken)
    {
        var reply = await peer.RequestAsync(peer.NextId(), method, writeParams).WaitAsync(cancellationToken);
        return reply.IsError ? throw WireErrors.Read(reply.Error, static text => new InvalidOperationException($"The host {text}")) : reply;
    }
}
