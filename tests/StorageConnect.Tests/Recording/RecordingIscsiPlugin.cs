namespace StorageConnect.Tests.Recording;

/// <summary>A recording plug-in that has its own version of every optional method too.</summary>
public class RecordingIscsiPlugin : RecordingPlugin
{
    public override Task<StorageServer> DiscoverAsync(StorageServer server, CancellationToken cancellationToken) =>
        Ask("discover", server, [], _ => server with { StorageId = "opaque" }, cancellationToken);

    public override Task StartAsync(StorageServer server, CancellationToken cancellationToken) =>
        Ask("start", server, [], _ => default(Done), cancellationToken);

    public override Task StopAsync(StorageServer server, CancellationToken cancellationToken) =>
        Ask("stop", server, [], _ => default(Done), cancellationToken);

    public override Task RefreshAsync(StorageServer server, CancellationToken cancellationToken) =>
        Ask(GuideMethod.Refresh, server, [], _ => default(Done), cancellationToken);

    public override Task<IReadOnlyList<StorageElement>> UpdateStorageElementsAsync(StorageServer server, IReadOnlyList<StorageElement> elements,
        bool appendAllowed, CancellationToken cancellationToken) =>
        Ask(GuideMethod.UpdateStorageElements, server, [elements, appendAllowed], array => array.Update(elements, appendAllowed), cancellationToken);
}
