using System.Net;

namespace StorageConnect.Conformance.Clauses;

/// <summary>discover, start and stop, where the plug-in has its own. Logging in changes this host: that is for the attaching commands.</summary>
[Chapter(250, "Iscsi")]
internal static class IscsiClauses
{
    private const string Guide = "discover()";

    [Clause("ISCSI-1", Guide, 22, "discover fills in the targets, or the storage_id.", ReadOnly = true)]
    public static async Task FindsTargets(ClauseContext b)
    {
        var found = await DiscoverAsync(b);
        Check.That(found.IscsiTargets.Count > 0 || !string.IsNullOrEmpty(found.StorageId), "targets, or a storage id", "neither");
    }

    [Clause("ISCSI-2", Guide, 22, "Targets have a name and a portal, each pair once.", ReadOnly = true)]
    public static async Task TargetsAreWhole(ClauseContext b)
    {
        var targets = RequireTargets(await DiscoverAsync(b));
        foreach (var target in targets)
        {
            var isNamed = target.TargetName.StartsWith("iqn.", StringComparison.Ordinal) || target.TargetName.StartsWith("eui.", StringComparison.Ordinal)
                || target.TargetName.StartsWith("naa.", StringComparison.Ordinal);
            Check.That(isNamed, "an iSCSI name", target.TargetName);
            Check.That(Uri.TryCreate($"tcp://{target.Portal}", UriKind.Absolute, out var portal) && portal.Port > IPEndPoint.MinPort,
                "a portal such as 192.0.2.1:3260", target.Portal);
        }

        Check.That(targets.Select(target => (target.TargetName, target.Portal)).Distinct().Count() == targets.Count, "each once", string.Join(", ", targets));
    }

    [Clause("ISCSI-3", Guide, 22, "discover changes nothing else of the server's record.", ReadOnly = true)]
    public static async Task NothingElseChanges(ClauseContext b)
    {
        var found = await DiscoverAsync(b);
        Check.Equal(
            (b.Server.Uuid, b.Server.Name, b.Server.StorageType, b.Server.ExtraInfo, b.Server.AccessContexts, b.Server.Chap),
            (found.Uuid, found.Name, found.StorageType, found.ExtraInfo, found.AccessContexts, found.Chap),
            "what the user entered");
    }

    [Clause("ISCSI-4", Guide, 22, "Asked again, discover finds the same.", ReadOnly = true)]
    public static async Task AskedAgainTheSame(ClauseContext b)
    {
        var (one, other) = (await DiscoverAsync(b), await DiscoverAsync(b));
        RequireTargets(one);
        Check.Same(one.IscsiTargets.Select(target => $"{target.TargetName} {target.Portal}"),
            other.IscsiTargets.Select(target => $"{target.TargetName} {target.Portal}"), "targets");
    }

    private static ValueList<IscsiTarget> RequireTargets(StorageServer found) =>
        found.IscsiTargets.Count > 0 ? found.IscsiTargets : throw ClauseContext.Skip("discover found no targets, only a storage id.");

    private static async Task<StorageServer> DiscoverAsync(ClauseContext b)
    {
        if (b.Server.StorageType != StorageType.iSCSI)
        {
            throw ClauseContext.Skip($"The server's storage type is {b.Server.StorageType}: discover is never called.");
        }

        return b.OverridesDiscovery
            ? await b.Raw.DiscoverAsync(await b.ValidatedServerAsync(), b.Token)
            : throw ClauseContext.Skip("The plug-in leaves discover, start and stop to the engine.");
    }
}
