using StorageConnect.Plugins.Cinder.Errors;
using StorageConnect.Plugins.Cinder.Operations;
using StorageConnect.Plugins.Cinder.Register;

namespace StorageConnect.Plugins.Cinder;

/// <content>Access groups and presentation. Cinder has no groups: they are in this machine's register,
/// and a presentation is an attachment for each initiator.</content>
public sealed partial class CinderPlugin
{
    public override async Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(StorageServer server, StorageElement? element,
        CancellationToken cancellationToken)
    {
        var array = Open(server);
        if (element is { Type: StorageElementType.Snapshot })
        {
            await GetInfoAsync(server, element, cancellationToken); // it must exist
            return []; // Cinder attaches volumes only
        }

        if (element is not null)
        {
            var volume = await array.RequireVolumeAsync(element, cancellationToken);
            var register = array.Register.Read();
            return [.. register.GroupsOf(volume.Id, volume.AttachmentIds).Select(group => group.ToAccessGroup()), .. OthersOf([volume], register)];
        }

        var all = array.Register.Read();
        var used = await array.Api.ListVolumesAsync("status=in-use", cancellationToken).ToListAsync(cancellationToken);
        return [.. all.Groups.Select(group => group.ToAccessGroup()), .. OthersOf(used, all)];
    }

    public override Task<IReadOnlyList<AccessGroup>?> FindAccessGroupsAsync(
        StorageServer server, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var register = Open(server).Register.Read();
        return Task.FromResult<IReadOnlyList<AccessGroup>?>(
            [.. names.Select(register.FindGroup).OfType<RegisteredGroup>().Select(group => group.ToAccessGroup())]);
    }

    public override Task<IReadOnlyList<AccessGroup>> CreateAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(groups);
        foreach (var entry in groups.SelectMany(group => group.Entries))
        {
            Initiators.Demand(entry);
        }

        return Open(server).Register.ChangeAsync<IReadOnlyList<AccessGroup>>(
            register =>
            {
                var all = register.Read();
                var made = groups.Where(group => all.FindGroup(group.Name) is null).DistinctBy(group => group.Name)
                    .Select(group => new RegisteredGroup(
                        Guid.NewGuid().ToString("n"), group.Name, group.Entries.Distinct(StringComparer.OrdinalIgnoreCase).ToValueList()))
                    .ToList();
                if (made.Count == 0 && groups.Count > 0)
                {
                    throw CinderErrors.AccessGroupExists(groups[0].Name);
                }

                register.Write(all with { Groups = [.. all.Groups, .. made] });
                return Task.FromResult<IReadOnlyList<AccessGroup>>([.. server.AccessGroups, .. made.Select(group => group.ToAccessGroup())]);
            },
            cancellationToken);
    }

    public override Task<IReadOnlyList<AccessGroup>> RemoveAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var array = Open(server);
        return array.Register.ChangeAsync<IReadOnlyList<AccessGroup>>(
            async register =>
            {
                var named = groups.Select(group => register.Read().FindGroup(group.Name)).OfType<RegisteredGroup>().ToList();
                await DropEndedAsync(array, named.Select(group => group.Id).ToHashSet(), cancellationToken);
                await DropUngroupedAsync(array, cancellationToken);
                var all = register.Read();
                var free = named.Where(group => all.Presentations.All(one => !one.GroupIds.Contains(group.Id))).ToList();
                if (named.Count == 0 && groups.Count > 0)
                {
                    throw CinderErrors.AccessGroupNotFound(groups[0].Name);
                }

                if (free.Count == 0 && named.Count > 0)
                {
                    throw CinderErrors.AccessGroupInUse(named[0].Name,
                        [.. all.Presentations.Where(one => one.GroupIds.Contains(named[0].Id)).Select(one => Ids.ToUuid(one.VolumeId))]);
                }

                register.Write(all with { Groups = all.Groups.Except(free).ToValueList() });
                return [.. server.AccessGroups.Where(group => free.All(one => one.Name != group.Name))];
            },
            cancellationToken);
    }

    public override Task<IReadOnlyList<AccessGroup>> RenameAccessGroupAsync(StorageServer server, string name, string newName,
        CancellationToken cancellationToken) => Open(server).Register.ChangeAsync<IReadOnlyList<AccessGroup>>(
        register =>
        {
            var all = register.Read();
            var group = all.FindGroup(name) ?? throw CinderErrors.AccessGroupNotFound(name);
            if (name != newName && all.FindGroup(newName) is not null)
            {
                throw CinderErrors.AccessGroupExists(newName);
            }

            var renamed = group with { Name = newName };
            register.Write(all with { Groups = all.Groups.Select(one => one.Id == group.Id ? renamed : one).ToValueList() });
            return Task.FromResult<IReadOnlyList<AccessGroup>>(
                [.. server.AccessGroups.Where(one => one.Name != name && one.Name != newName), renamed.ToAccessGroup()]);
        },
        cancellationToken);

    public override async Task<AccessGroup> AddToAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var entry in entries)
        {
            Initiators.Demand(entry);
        }

        return (await Open(server).Presenter.ChangeEntriesAsync(groupName, present => present.Union(entries, StringComparer.OrdinalIgnoreCase).ToValueList(),
            cancellationToken)).ToAccessGroup();
    }

    public override async Task<AccessGroup> RemoveFromAccessGroupAsync(StorageServer server, string groupName, IReadOnlyList<string> entries,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return (await Open(server).Presenter.ChangeEntriesAsync(groupName, present => present.Except(entries, StringComparer.OrdinalIgnoreCase).ToValueList(),
            cancellationToken)).ToAccessGroup();
    }

    public override async Task<StorageElement> StartPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        var array = Open(server);
        var volume = await array.RequireVolumeAsync(element, cancellationToken);
        await array.Probe.RunAsync(volume, accessGroupNames, cancellationToken);
        await array.Presenter.PresentAsync(volume, accessGroupNames, cancellationToken);
        return await GetInfoAsync(server, element, cancellationToken);
    }

    public override async Task<StorageElement> StopPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        var array = Open(server);
        if (await array.Api.TryGetVolumeAsync(Ids.ToId(element.Uuid), cancellationToken) is not { } volume)
        {
            await array.Presenter.ForgetAsync(Ids.ToId(element.Uuid), element.Name, cancellationToken);
            throw CinderErrors.ElementNotFound(server, element);
        }

        await array.Presenter.WithdrawAsync(volume, accessGroupNames, cancellationToken);
        return await GetInfoAsync(server, element, cancellationToken);
    }

    /// <summary>Groups of others: the names under which they attached, without entries, which Cinder doesn't tell.</summary>
    private static IEnumerable<AccessGroup> OthersOf(IEnumerable<Api.Volume> volumes, Registrations register) =>
        volumes.SelectMany(volume => Presenter.OthersOf(volume, register)).Select(other => other.Name)
            .Distinct().Select(name => new AccessGroup { Name = name });

    /// <summary>Drops presentations to these groups, of volumes that were deleted by other means, and what is half made or was ended by others.</summary>
    private static async Task DropEndedAsync(CinderArray array, HashSet<string> groupIds, CancellationToken cancellationToken)
    {
        foreach (var presentation in array.Register.Read().Presentations.Where(one => one.GroupIds.Any(groupIds.Contains)))
        {
            if (await array.Api.TryGetVolumeAsync(presentation.VolumeId, cancellationToken) is { } volume)
            {
                await array.Presenter.RecoverInChangeAsync(volume, cancellationToken);
            }
            else
            {
                await array.Presenter.ForgetInChangeAsync(presentation.VolumeId, presentation.VolumeId, cancellationToken);
            }
        }
    }

    /// <summary>Drops what is noted of volumes that are gone, and of no group: a killed command or a probe left it, and nothing else would drop it.</summary>
    private static async Task DropUngroupedAsync(CinderArray array, CancellationToken cancellationToken)
    {
        foreach (var presentation in array.Register.Read().Presentations.Where(one => one.GroupIds.Count == 0))
        {
            try
            {
                if (await array.Api.TryGetVolumeAsync(presentation.VolumeId, cancellationToken) is null)
                {
                    await array.Presenter.ForgetInChangeAsync(presentation.VolumeId, presentation.VolumeId, cancellationToken);
                }
            }
            catch (StorageConnectException e)
            {
                array.Services.Log.Warning($"Cinder: the note of volume {presentation.VolumeId} stays: {e.Message}");
            }
        }
    }
}
