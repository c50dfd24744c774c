using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;
using StorageConnect.Plugins.Cinder.Register;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>
/// Presents volumes: one attachment for each initiator. Each is noted in the register before it is asked for, so that whoever comes after a process that
/// died takes back what was half made. What others attached is never touched.
/// </summary>
internal sealed partial class Presenter(CinderApi api, RegisterFile register, IHostServices host, IPluginLog log)
{
    /// <summary>Presents a volume to groups; one it is presented to already is checked, and made good where its attachment is gone.</summary>
    public Task PresentAsync(Volume volume, IReadOnlyList<string> groupNames, CancellationToken cancellationToken) => register.ChangeAsync(
        async _ =>
        {
            volume = await api.GetVolumeAsync(volume.Id, volume.DisplayName, cancellationToken); // who had the lock before may have attached it
            var all = register.Read();
            var groups = groupNames.Select(name => all.FindGroup(name) ?? throw CinderErrors.AccessGroupNotFound(name)).ToList();
            var before = await RecoverAsync(all.FindPresentation(volume.Id) ?? new(volume.Id), volume, cancellationToken);
            var after = before with { GroupIds = before.GroupIds.Union(groups.Select(group => group.Id)).ToValueList() };
            await UpdateAsync(volume, before, after, register.Read().Groups, cancellationToken);
            return true;
        },
        cancellationToken);

    /// <summary>Withdraws a volume from groups. This host is logged out before its attachment ends: the other order can lead to another's data.</summary>
    /// <exception cref="StorageElementBusyException">This host uses it. Nothing was changed.</exception>
    public Task WithdrawAsync(Volume volume, IReadOnlyList<string> groupNames, CancellationToken cancellationToken) => register.ChangeAsync(
        async _ =>
        {
            volume = await api.GetVolumeAsync(volume.Id, volume.DisplayName, cancellationToken);
            var all = register.Read();
            foreach (var name in groupNames.Where(name => all.FindGroup(name) is null))
            {
                throw OthersOf(volume, all).Any(other => other.Name == name) ? CinderErrors.GroupNotOurs(name) : CinderErrors.AccessGroupNotFound(name);
            }

            if (all.FindPresentation(volume.Id) is not { } known)
            {
                return true;
            }

            var before = await RecoverAsync(known, volume, cancellationToken);
            var left = before.GroupIds.Except(groupNames.Select(name => all.FindGroup(name)!.Id)).ToValueList();
            await UpdateAsync(volume, before, before with { GroupIds = left }, register.Read().Groups, cancellationToken);
            return true;
        },
        cancellationToken);

    /// <summary>Changes a group's entries, and the attachments of what is presented to it.</summary>
    public Task<RegisteredGroup> ChangeEntriesAsync(
        string groupName, Func<ValueList<string>, ValueList<string>> change, CancellationToken cancellationToken) => register.ChangeAsync(
        async _ =>
        {
            var all = register.Read();
            var group = all.FindGroup(groupName) ?? throw CinderErrors.AccessGroupNotFound(groupName);
            var changed = group with { Entries = change(group.Entries) };
            var groups = all.Groups.Select(one => one.Id == group.Id ? changed : one).ToValueList();
            var presented = new List<(Volume Volume, Presentation Presentation)>();
            foreach (var presentation in all.Presentations.Where(one => one.GroupIds.Contains(group.Id)))
            {
                if (await api.TryGetVolumeAsync(presentation.VolumeId, cancellationToken) is { } volume)
                {
                    DemandRoom(volume, all, presentation, groups);
                    presented.Add((volume, presentation));
                }
            }

            // New initiators first, so that a failure leaves all as it was; those that go are taken out of the group before their attachments end.
            foreach (var (volume, presentation) in presented)
            {
                var whole = await RecoverAsync(presentation, volume, cancellationToken);
                await AttachMissingAsync(volume, whole, whole, groups, cancellationToken);
            }

            register.Write(register.Read() with { Groups = groups });
            foreach (var (volume, _) in presented)
            {
                await DetachUnneededAsync(volume, register.Read().FindPresentation(volume.Id) ?? new(volume.Id), groups, cancellationToken);
            }

            return changed;
        },
        cancellationToken);

    /// <summary>The names under which others attached a volume, with the time; a name of ours is marked.</summary>
    public static IEnumerable<(string Name, VolumeAttachment Attachment)> OthersOf(Volume volume, Registrations all)
    {
        var ours = all.FindPresentation(volume.Id)?.Attachments.Select(one => one.Id).ToHashSet() ?? [];
        return volume.Attachments.Where(one => !ours.Contains(one.AttachmentId)).Select(one =>
        {
            var name = !string.IsNullOrEmpty(one.HostName) ? one.HostName : one.ServerId ?? one.AttachmentId;
            return (all.FindGroup(name) is null ? name : $"{name} (attached by others)", one);
        });
    }

    private async Task UpdateAsync(Volume volume, Presentation before, Presentation after, ValueList<RegisteredGroup> groups,
        CancellationToken cancellationToken)
    {
        DemandRoom(volume, register.Read(), after, groups);
        await AttachMissingAsync(volume, before, after, groups, cancellationToken);
        var made = register.Read().FindPresentation(volume.Id) ?? after;
        await DetachUnneededAsync(volume, made with { GroupIds = after.GroupIds }, groups, cancellationToken);
    }

    private static void DemandRoom(Volume volume, Registrations all, Presentation presentation, ValueList<RegisteredGroup> groups)
    {
        if (volume.Multiattach)
        {
            return;
        }

        var wanted = InitiatorsOf(presentation, groups).Count;
        if (wanted > 1)
        {
            throw CinderErrors.NotMultiattach(volume.DisplayName, wanted, volume.VolumeType);
        }

        if (wanted > 0 && OthersOf(volume, all).Select(other => other.Name).ToList() is [_, ..] others)
        {
            throw CinderErrors.AttachedByOthers(volume.DisplayName, string.Join(", ", others));
        }
    }

    private static void DemandFree(Volume volume)
    {
        if (volume.Status is not "available" && !(volume.Multiattach && volume.Status is "in-use"))
        {
            throw CinderErrors.ElementBusy(volume.DisplayName, volume.Status, "it can't be attached now");
        }
    }

    private static List<(string Initiator, RegisteredGroup Group)> InitiatorsOf(Presentation presentation, ValueList<RegisteredGroup> groups) =>
    [
        .. groups.Where(group => presentation.GroupIds.Contains(group.Id))
            .SelectMany(group => group.Entries.Select(entry => (Initiator: entry, group)))
            .DistinctBy(one => one.Initiator, StringComparer.OrdinalIgnoreCase)
    ];

    private void Save(Presentation presentation) => register.Write(register.Read().With(presentation));
}
