using System.Text.Json;
using StorageConnect.Engine.Workers;

namespace StorageConnect.Worker;

/// <summary>The host's services, as requests to the engine.</summary>
internal sealed class RemoteHost(JsonRpcPeer peer) : IHostServices
{
    public string DevicePathPrefix => Ask<string>(WireNames.DevicePathPrefix, static _ => { });

    public ValueList<string> FindDevicePaths(string page83Id) =>
        Ask<ValueList<string>>(WireNames.FindDevicePaths, json => json.WriteString("page83Id", page83Id));

    public Task DestroyMultipathDeviceAsync(string page83Id, CancellationToken cancellationToken) =>
        DoAsync(WireNames.DestroyMultipathDevice, json => json.WriteString("page83Id", page83Id), cancellationToken);

    public bool IsConnected(IscsiTarget target) => Ask<bool>(WireNames.IsConnected, json => WireRecords.Write(json, "target", target));

    public ValueList<HostLun> FindLuns(ValueList<string> targetNames) =>
        Ask<ValueList<HostLun>>(WireNames.FindLuns, json => WireRecords.Write(json, "targetNames", targetNames));

    public Task LoginAsync(IscsiTarget target, AccessContext context, CancellationToken cancellationToken) => DoAsync(WireNames.Login, json =>
    {
        WireRecords.Write(json, "target", target);
        WireRecords.WriteContext(json, context);
    }, cancellationToken);

    public Task LogoutAsync(IscsiTarget target, CancellationToken cancellationToken) =>
        DoAsync(WireNames.Logout, json => WireRecords.Write(json, "target", target), cancellationToken);

    /// <summary>The servers that are registered with this plug-in.</summary>
    public IReadOnlyList<StorageServer> GetRegisteredServers() => Ask<StorageServer[]>(WireNames.RegisteredServers, static _ => { });

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
