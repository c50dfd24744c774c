using System.Text.Json;

namespace StorageConnect.Engine.Workers;

/// <summary>Answers the requests of a worker: the services that a plug-in in this process has as <see cref="PluginServices"/>.</summary>
/// <param name="services">The plug-in's services.</param>
internal sealed class WorkerServices(PluginServices services)
{
    // The values are in this process's memory, so their number is limited.
    private const long MostCached = 64 << 20;
    private long _cached;

    /// <summary>The present prefix of device paths.</summary>
    public string DevicePathPrefix => services.Host.DevicePathPrefix;

    /// <summary>The plug-in's own folder on this machine; empty for a plug-in that is not registered yet.</summary>
    public string StateFolder => services.StateFolder;

    /// <summary>The plug-in's log.</summary>
    public IPluginLog Log => services.Log;

    /// <summary>The result of a request; null for the JSON null.</summary>
    /// <exception cref="NoSuchOperationException">There is no such request.</exception>
    /// <exception cref="JsonException">A parameter is missing or wrong.</exception>
    public async Task<object?> AnswerAsync(string method, JsonElement parameters, CancellationToken cancellationToken)
    {
        var host = services.Host;
        string Text(string name) => WireRecords.Read<string>(parameters, name);
        IscsiTarget Target() => WireRecords.Read<IscsiTarget>(parameters, "target");

        switch (method)
        {
            case WorkerProtocol.DevicePathPrefix:
                return host.DevicePathPrefix;
            case WorkerProtocol.FindDevicePaths:
                return host.FindDevicePaths(Text("page83Id"));
            case WorkerProtocol.DestroyMultipathDevice:
                await host.DestroyMultipathDeviceAsync(Text("page83Id"), cancellationToken);
                return null;
            case WorkerProtocol.IsConnected:
                return host.IsConnected(Target());
            case WorkerProtocol.FindLuns:
                return host.FindLuns(WireRecords.Read<ValueList<string>>(parameters, "targetNames"));
            case WorkerProtocol.Login:
                await host.LoginAsync(Target(), WireRecords.ReadContext(parameters), cancellationToken);
                return null;
            case WorkerProtocol.Logout:
                await host.LogoutAsync(Target(), cancellationToken);
                return null;
            case WorkerProtocol.ToMultipathId:
                return ToMultipathId(parameters);
            case WorkerProtocol.RegisteredServers:
                return services.GetRegisteredServers();
            case WorkerProtocol.CacheGet:
                return services.Cache.TryGet<JsonElement>(Text("cache"), Text("key"), out var value) ? value : null;
            case WorkerProtocol.CacheSet:
                Keep(Text("cache"), Text("key"), parameters.GetProperty("value").Clone(), Lifetime(parameters));
                return null;
            case WorkerProtocol.CacheExtend:
                return services.Cache.Extend(Text("cache"), Text("key"), Lifetime(parameters));
            case WorkerProtocol.CacheClear:
                Clear(WireRecords.TryRead<string>(parameters, "cache"), WireRecords.TryRead<string>(parameters, "key"));
                return null;
            default:
                throw new NoSuchOperationException($"The engine answers no request '{method}'.");
        }
    }

    private static string ToMultipathId(JsonElement parameters) =>
        WireRecords.Read<JsonElement>(parameters, "page").TryGetBytesFromBase64(out var page)
            ? Page83.ToMultipathId(page)
            : throw new InvalidRequestException("'page' is not the base64 text of a VPD page 0x83.");

    private static TimeSpan Lifetime(JsonElement parameters) =>
        TimeSpan.FromSeconds(Math.Clamp(WireRecords.Read<double>(parameters, "seconds"), 0.001, TimeSpan.FromDays(365).TotalSeconds));

    private void Keep(string cache, string key, JsonElement value, TimeSpan lifetime)
    {
        var size = value.GetRawText().Length;
        if (Interlocked.Add(ref _cached, size) > MostCached)
        {
            services.Cache.Clear();
            Interlocked.Exchange(ref _cached, size);
        }

        services.Cache.Set(cache, key, value, lifetime);
    }

    private void Clear(string? cache, string? key)
    {
        if (cache is null)
        {
            services.Cache.Clear();
        }
        else if (key is null)
        {
            services.Cache.Clear(cache);
        }
        else
        {
            services.Cache.Clear(cache, key);
        }
    }
}
