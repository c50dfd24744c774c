using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>
/// What the cluster doesn't check: it rolls back, shrinks and renames images that clients are writing to. So everything that could be harmed is
/// looked at first, after our own exports were withdrawn.
/// </summary>
internal static class Guards
{
    // The cluster forgets a client that crashed after 30 seconds.
    private static readonly TimeSpan CrashedClientTimeout = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Waits until no client has the image open.</summary>
    /// <exception cref="StorageElementBusyException">One has, for longer than a crashed client would be remembered.</exception>
    public static void RequireUnused(Elements elements, Image image)
    {
        var backoff = new Backoff(CrashedClientTimeout, longest: LongestPause);
        var isReported = false;
        while (elements.Rbd.ListWatchers(image.Name, elements.Token) is { Count: > 0 } watchers)
        {
            if (!isReported)
            {
                isReported = true;
                elements.Pool.Log.Information(
                    $"Waiting for {watchers[0]} to close '{elements.NameOf(image.Name)}'; a client that crashed is forgotten after 30 s.");
            }

            if (!backoff.Wait(elements.Token))
            {
                throw CephErrors.InUse(elements.NameOf(image.Name), string.Join(", ", watchers));
            }
        }
    }

    /// <summary>True when no client has the image open at this moment.</summary>
    public static bool IsUnused(Elements elements, Image image) => elements.Rbd.ListWatchers(image.Name, elements.Token).Count == 0;

    /// <exception cref="StorageElementBusyException">Somebody, on this machine or another, is at work on one of the images.</exception>
    public static void RequireFree(Elements elements, PoolCatalog catalog, IEnumerable<Image> images)
    {
        foreach (var image in images)
        {
            RequireFree(catalog, image.Id, elements.NameOf(image.Name));
        }
    }

    /// <exception cref="StorageElementBusyException">Somebody, on this machine or another, is at work on the image.</exception>
    public static void RequireFree(PoolCatalog catalog, string imageId, string name)
    {
        if (catalog.Intents().FirstOrDefault(intent => intent.Entry.Images.Contains(imageId)).Entry is { } intent)
        {
            throw new StorageElementBusyException($"Another operation is at work on '{name}' ({intent.Kind}, since {intent.Began:u}).")
            {
                ErrorId = "StorageElementInUse",
                Element = name,
                Retryable = true,
                Recommendation = "Wait until it ends, then try again. Work that a machine left when it died is taken over after a quarter of an hour.",
            };
        }
    }

    /// <exception cref="StorageElementBusyException">It is still presented.</exception>
    public static void RequireNotPresented(Elements elements, Image image)
    {
        if (elements.Catalog.Presentation(image.Id) is { Groups.Count: > 0 } presentation)
        {
            var name = elements.NameOf(image.Name);
            throw PluginError.StorageElementBusy(name, $"'{name}' is still presented to {string.Join(", ", elements.GroupNames(presentation))}.",
                "Stop presenting it first.", id: "StorageElementPresented");
        }
    }
}
