using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Abstractions;

/// <summary>A recording plug-in that asks its array for a status at most once a minute, and longer while it is wanted again and again.</summary>
public class CachingPlugin : RecordingPlugin
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private const string Key = "status";

    public override async Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        if (Cache.TryGet<string>(server.Uuid, Key, out var known))
        {
            Cache.Extend(server.Uuid, Key, Lifetime);
            return known;
        }

        var status = await base.GetStatusAsync(server, element, cancellationToken);
        Cache.Set(server.Uuid, Key, status, Lifetime);
        return status;
    }

    public override Task OfflineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        Cache.Clear(server.Uuid);
        return base.OfflineAsync(server, element, cancellationToken);
    }
}
