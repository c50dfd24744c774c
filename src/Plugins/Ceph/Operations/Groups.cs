using StorageConnect.PluginKit.Export;
using StorageConnect.PluginKit.Naming;
using StorageConnect.PluginKit.Targets;
using StorageConnect.PluginKit.Tgt;
using StorageConnect.Plugins.Ceph.Catalog;
using StorageConnect.Plugins.Ceph.Tool;

namespace StorageConnect.Plugins.Ceph.Operations;

/// <summary>Access groups, and what is presented to them.</summary>
internal static class Groups
{
    /// <summary>Creates those that can be created. Those that can't are missing in the list returned, also when one of that name existed before.</summary>
    public static List<AccessGroup> Create(Elements elements, IReadOnlyList<AccessGroup> wanted) => Change(
        elements,
        wanted,
        (catalog, group, token) =>
        {
            var name = ElementNames.Check(group.Name, "the access group");
            var entries = Initiators.CanonicalAll(group.Entries, StorageType.iSCSI);
            if (catalog.GroupId(name) is not null)
            {
                throw CephErrors.Taken(CephObject.Group, name);
            }

            var id = Identities.NewUuid();
            foreach (var entry in entries)
            {
                elements.Pool.Store.SetText($"{PoolCatalog.EntryKind}{id}.{entry}", entry, token);
            }

            // The group is there with this step; entries without one mean nothing.
            elements.Pool.Store.Set(PoolCatalog.GroupKind + id, new GroupEntry { Name = name }, token);
        });

    /// <summary>Removes those that can be removed. Those that can't stay in the list returned.</summary>
    public static List<AccessGroup> Remove(Elements elements, IReadOnlyList<AccessGroup> unwanted) => Change(
        elements,
        unwanted,
        (catalog, group, token) =>
        {
            var id = Require(catalog, group.Name);
            var presented = catalog.Presentations().Where(presentation => presentation.Entry.Groups.Contains(id)).Select(presentation => presentation.Image)
                .ToList();
            if (presented.Any(image => elements.Rbd.FindById(image, token) is not null))
            {
                throw PluginError.AccessGroup(group.Name, $"Elements are still presented to the access group '{group.Name}'.",
                    "Stop presenting them to it first.", id: "AccessGroupInUse");
            }

            // Images that others removed while they were presented.
            presented.ForEach(image => elements.Pool.Store.Remove(PoolCatalog.PresentationKind + image, token));
            elements.Pool.Store.Remove(PoolCatalog.GroupKind + id, token);
            elements.Pool.Store.TryRemove(catalog.Entries(id).Select(entry => $"{PoolCatalog.EntryKind}{id}.{entry}"));
        });

    public static List<AccessGroup> Rename(Elements elements, string name, string newName)
    {
        ElementNames.Check(newName, "the access group");
        elements.Pool.Store.Locked(
            (catalog, token) =>
            {
                var id = Require(catalog, name);
                if (newName != name)
                {
                    if (catalog.GroupId(newName) is not null)
                    {
                        throw CephErrors.Taken(CephObject.Group, newName);
                    }

                    elements.Pool.Store.Set(PoolCatalog.GroupKind + id, new GroupEntry { Name = newName }, token);
                }

                return true;
            },
            elements.Token);
        elements.Reload();
        return elements.Catalog.AccessGroups();
    }

    public static AccessGroup AddEntries(Elements elements, string name, IReadOnlyList<string> entries) => ChangeEntries(
        elements,
        name,
        Initiators.CanonicalAll(entries, StorageType.iSCSI),
        (id, entry, token) => elements.Pool.Store.SetText($"{PoolCatalog.EntryKind}{id}.{entry}", entry, token),
        isWithdrawal: false);

    public static AccessGroup RemoveEntries(Elements elements, string name, IReadOnlyList<string> entries) => ChangeEntries(
        elements,
        name,
        Initiators.CanonicalAll(entries, StorageType.SAN),
        (id, entry, token) => elements.Pool.Store.Remove($"{PoolCatalog.EntryKind}{id}.{entry}", token),
        isWithdrawal: true);

    public static StorageElement Present(Elements elements, StorageElement element, IReadOnlyList<string> groups)
    {
        RequireExportable(elements, element.Name);
        return ChangePresentation(elements, element, groups, (present, wanted) => present.Union(wanted), isWithdrawal: false);
    }

    public static StorageElement StopPresenting(Elements elements, StorageElement element, IReadOnlyList<string> groups) =>
        ChangePresentation(elements, element, groups, (present, unwanted) => present.Except(unwanted), isWithdrawal: true);

    private static StorageElement ChangePresentation(
        Elements elements,
        StorageElement element,
        IReadOnlyList<string> groups,
        Func<IEnumerable<string>, List<string>, IEnumerable<string>> change,
        bool isWithdrawal)
    {
        var image = elements.Require(element);
        if (!isWithdrawal)
        {
            RequireServable(elements, image);
        }

        var export = elements.Pool.Export;
        var uuid = elements.Pool.Identity.OfImage(image.Id);
        var isNew = !isWithdrawal && elements.Catalog.Presentation(image.Id) is null;
        using var locks = elements.Server.StorageType == StorageType.iSCSI
            ? export.Targets.LockAccess(uuid, element.Name, isNew, elements.Token)
            : null;
        var (marks, initiators, foreign) = elements.Pool.Store.Locked(
            (catalog, token) =>
            {
                elements.Take(catalog);
                var ids = groups.Select(group => Require(catalog, group)).ToList();
                var before = catalog.Presentation(image.Id) ?? new();
                List<string> after = [.. change(before.Groups, ids).Order(StringComparer.Ordinal)];
                if (after.SequenceEqual(before.Groups, StringComparer.Ordinal))
                {
                    // An earlier withdrawal may have failed after it was recorded.
                    return isWithdrawal
                        ? (export.MarkAgain(catalog, image.Id, token), EntriesOf(catalog, ids), export.FindBehind(elements, image))
                        : ([], [], null);
                }

                var gateway = before.Groups.Count > 0 ? (before.Gateway, before.GatewayName) : (export.Gateway, export.GatewayName);
                if (after.Count > before.Groups.Count)
                {
                    Guards.RequireFree(elements, catalog, [image]);
                    export.RequireHere(elements, image, gateway);
                }

                // The mark comes first: one without its change does no harm.
                var marks = export.Mark([image.Id], resized: false, gateway, token);
                Steps.At("marked");
                var key = PoolCatalog.PresentationKind + image.Id;
                if (after.Count == 0)
                {
                    elements.Pool.Store.Remove(key, token);
                }
                else
                {
                    elements.Pool.Store.Set(key, new PresentationEntry { Groups = after, Gateway = gateway.Item1, GatewayName = gateway.Item2 }, token);
                }

                Steps.At("presented");
                return (marks, EntriesOf(catalog, ids), after.Count < before.Groups.Count && gateway.Item1 != export.Gateway ? gateway.Item2 : null);
            },
            elements.Token);
        elements.Reload();
        if (foreign is not null)
        {
            throw OtherGateway(elements.NameOf(image.Name), foreign);
        }

        export.Targets.FollowAccess(marks, initiators, locks, elements.Token);
        return elements.ToElement(Volumes.Again(elements, image));
    }

    private static AccessGroup ChangeEntries(
        Elements elements, string name, IReadOnlyList<string> entries, Action<string, string, CancellationToken> change, bool isWithdrawal)
    {
        var export = elements.Pool.Export;
        var (marks, others) = elements.Pool.Store.Locked(
            (catalog, token) =>
            {
                var id = Require(catalog, name);
                var present = catalog.Entries(id);
                var changed = entries.Where(entry => present.Contains(entry) == isWithdrawal).ToList();
                var presented = catalog.Presentations().Where(row => row.Entry.Groups.Contains(id)).ToList();
                if (changed.Count == 0)
                {
                    // An earlier withdrawal may have failed after it was recorded.
                    presented = isWithdrawal ? presented.FindAll(row => export.IsBehind(catalog, row.Image, row.Entry.Gateway)) : [];
                }

                var own = new List<ExportMark>();
                var names = new List<string>();
                foreach (var presentations in presented.GroupBy(row => row.Entry.Gateway))
                {
                    var gateway = (presentations.Key, presentations.First().Entry.GatewayName);
                    own.AddRange(export.Mark([.. presentations.Select(row => row.Image)], resized: false, gateway, token));
                    if (presentations.Key != export.Gateway)
                    {
                        names.Add(gateway.GatewayName);
                    }
                }

                changed.ForEach(entry => change(id, entry, token));
                return (own, names);
            },
            elements.Token);
        elements.Reload();
        export.Targets.FollowAccess(marks, entries, null, elements.Token);
        if (isWithdrawal && others.Count > 0)
        {
            throw OtherGateway(name, string.Join(", ", others));
        }

        return elements.Catalog.AccessGroups().First(group => group.Name == name);
    }

    /// <summary>Changes each group that can be changed. Throws when there is none.</summary>
    private static List<AccessGroup> Change(Elements elements, IReadOnlyList<AccessGroup> groups, Action<PoolCatalog, AccessGroup, CancellationToken> change)
    {
        var failed = new List<(string Name, StorageConnectException Error)>();
        var (before, present) = elements.Pool.Store.Locked(
            (catalog, token) =>
            {
                var known = catalog.Groups().Select(group => group.Entry.Name).ToHashSet(StringComparer.Ordinal);
                foreach (var group in groups)
                {
                    try
                    {
                        change(catalog, group, token);
                        catalog = elements.Pool.Store.Read(token);
                    }
                    catch (StorageConnectException e)
                    {
                        failed.Add((group.Name, e));
                    }
                }

                return (known, catalog);
            },
            elements.Token);
        if (failed.Count == groups.Count && failed.Count > 0)
        {
            throw failed[0].Error;
        }

        elements.Take(present);

        // A group that couldn't be made because there was one already must be missing, or it would look like a success.
        var clashes = failed.Where(failure => failure.Error is AlreadyExistsException && before.Contains(failure.Name)).Select(failure => failure.Name)
            .ToHashSet(StringComparer.Ordinal);
        var names = elements.Server.AccessGroups.Concat(groups).Select(group => group.Name).ToHashSet(StringComparer.Ordinal);
        return [.. present.AccessGroups().Where(group => names.Contains(group.Name) && !clashes.Contains(group.Name))];
    }

    private static void RequireExportable(Elements elements, string name)
    {
        if (elements.Server.StorageType != StorageType.iSCSI)
        {
            throw PluginError.NoSuchOperation(name, $"The server '{elements.Server.Name}' is of type SAN: it manages images and exports none.",
                "Register the pool with -StorageType iSCSI on the machine that is to export it.", id: "NoSuchOperation");
        }

        if (elements.Rbd.Pool.HasNamespace)
        {
            throw PluginError.NoSuchOperation(name, $"The target daemon can't open images in namespaces, and '{elements.Rbd.Pool}' is one.",
                "Keep elements that are to be exported in a pool without a namespace.", id: "NoSuchOperation");
        }
    }

    /// <summary>The name of an image that others made may have what tgtd doesn't take.</summary>
    private static void RequireServable(Elements elements, Image image)
    {
        try
        {
            TgtTargetDaemon.RequireServable(BackingStore.RbdImage(elements.Rbd.Pool.Of(image.Name), "", ""));
        }
        catch (InvalidStorageArrayException e)
        {
            throw PluginError.NoSuchOperation(elements.NameOf(image.Name), e.Message, "Rename it ('rbd rename'), or its pool.", e, "NoSuchOperation");
        }
    }

    private static HashSet<string> EntriesOf(PoolCatalog catalog, IEnumerable<string> groups) =>
        groups.SelectMany(group => catalog.Entries(group)).ToHashSet(StringComparer.Ordinal);

    private static StorageElementBusyException OtherGateway(string name, string gateway) =>
        new($"The change is recorded, but '{name}' is exported by the gateway {gateway}, which withdraws access at its own next use of the server.")
        {
            ErrorId = "AccessNotWithdrawn",
            Element = name,
            Retryable = true,
            Recommendation = $"Run Get-OscStatus on {gateway}, or stop its tgtd.",
        };

    private static string Require(PoolCatalog catalog, string name) => catalog.GroupId(name) ?? throw CephErrors.Missing(CephObject.Group, name);
}
