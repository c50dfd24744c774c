using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;
using StorageConnect.Plugins.Cinder.Register;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>
/// Presents volumes: one attachment for each initiator. Each is noted in the register before it is asked for, so that whoever comes after a process that
/// died takes back what was half made. What others attached is never touched.
/// </summary>
internal sealed partial class Presenter(
    CinderApi api, RegisterFile register, IHostServices host, IPluginLog log, TimeProvider clock, ValueList<string> netDevices)
{
    /// <summary>Presents a volume to groups; one it is presented to already is checked, and made good where its attachment is gone.</summary>
    public Task PresentAsync(Volume volume, IReadOnlyList<string> groupNames, CancellationToken cancellationToken) => register.ChangeAsync(
        async _ =>
        {
            volume = await api.GetVolumeAsync(volume.Id, volume.DisplayName, cancellationToken); // who had the lock before may have attached it
            var all = register.Read();
            var groups = groupNames.Select(name => all.FindGroup(name) ?? throw CinderErrors.AccessGroupNotFound(name)).ToList();
            var projectId = (await api.Session.OpenAsync(cancellationToken)).ProjectId;
            if (all.ProjectId != projectId)
            {
                register.Write(all with { ProjectId = projectId });
            }

            var before = await RecoverInChangeAsync(volume, cancellationToken);
            if (all.FindPresentation(volume.Id) is { } noted && noted != before)
            {
                // What was ended is in the volume as it was read before, and no longer in the register: it would look as an attachment of others.
                volume = await api.GetVolumeAsync(volume.Id, volume.DisplayName, cancellationToken);
            }

            var after = before with { GroupIds = before.GroupIds.Union(groups.Select(group => group.Id)).ToValueList() };
            DemandRoom(volume, register.Read(), after, all.Groups);
            await AttachMissingAsync(volume, before, after, InitiatorsOf(after, all.Groups), cancellationToken);
            await DetachUnneededAsync(volume, PresentationOf(volume), all.Groups, cancellationToken);
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
                throw OthersOf(volume, all).Any(other => other.Name == name)
                    ? CinderErrors.GroupNotOurs(name, RegisteredAttachment.IsHostName(name))
                    : CinderErrors.AccessGroupNotFound(name);
            }

            if (all.FindPresentation(volume.Id) is null)
            {
                return true;
            }

            var before = await RecoverInChangeAsync(volume, cancellationToken);
            var left = before.GroupIds.Except(groupNames.Select(name => all.FindGroup(name)!.Id)).ToValueList();
            await DetachUnneededAsync(volume, before with { GroupIds = left }, all.Groups, cancellationToken);
            return true;
        },
        cancellationToken);

    /// <summary>Drops what is noted of a volume that is gone, after this host was logged out of it.</summary>
    /// <exception cref="StorageElementBusyException">This host uses it. The note stays.</exception>
    public Task ForgetAsync(string volumeId, string name, CancellationToken cancellationToken) => register.Read().FindPresentation(volumeId) is null
        ? Task.CompletedTask
        : register.ChangeAsync(
            async _ =>
            {
                await ForgetInChangeAsync(volumeId, name, cancellationToken);
                return true;
            },
            cancellationToken);

    /// <summary>As <see cref="ForgetAsync"/>, for a caller that is in a change of the register.</summary>
    public async Task ForgetInChangeAsync(string volumeId, string name, CancellationToken cancellationToken)
    {
        var gone = new Volume { Id = volumeId, Name = name };
        foreach (var attachment in PresentationOf(gone).Attachments)
        {
            try
            {
                await LogoutAsync(gone, attachment, cancellationToken);
            }
            catch (StorageElementBusyException e) when (e.ErrorId == nameof(CinderErrors.SharedTargetInUse))
            {
                // The session serves others; its device has no volume any more, and no attachment that could lead it to another one.
                log.Warning($"Cinder: a device of the volume '{name}', which is gone, stays on this host until it is cleared as residue.");
            }
        }

        Save(new(volumeId));
    }

    /// <summary>Changes a group's entries, and the attachments of what is presented to it.</summary>
    public Task<RegisteredGroup> ChangeEntriesAsync(
        string groupName, Func<ValueList<string>, ValueList<string>> change, CancellationToken cancellationToken) => register.ChangeAsync(
        async _ =>
        {
            var all = register.Read();
            var group = all.FindGroup(groupName) ?? throw CinderErrors.AccessGroupNotFound(groupName);
            var changed = group with { Entries = change(group.Entries) };
            var groups = all.Groups.Select(one => one.Id == group.Id ? changed : one).ToValueList();
            var added = changed.Entries.Except(group.Entries, StringComparer.OrdinalIgnoreCase).ToList();
            var removed = group.Entries.Except(changed.Entries, StringComparer.OrdinalIgnoreCase).ToList();
            var presented = new List<Volume>();
            foreach (var presentation in all.Presentations.Where(one => one.GroupIds.Contains(group.Id)))
            {
                if (await api.TryGetVolumeAsync(presentation.VolumeId, cancellationToken) is { } volume)
                {
                    if (added.Count > 0)
                    {
                        DemandRoom(volume, all, presentation, groups);
                    }

                    presented.Add(volume);
                }
            }

            await ChangeAttachmentsAsync(presented, group.Id, groups, added, isSmaller: removed.Count > 0, cancellationToken);
            return changed;
        },
        cancellationToken);

    /// <summary>Attaches and detaches what a change of a group's entries means, and then notes the change. A failure leaves what was attached before.</summary>
    private async Task ChangeAttachmentsAsync(List<Volume> presented, string groupId, ValueList<RegisteredGroup> groups, List<string> added, bool isSmaller,
        CancellationToken cancellationToken)
    {
        var made = new List<(Volume Volume, ValueList<string> GroupIds, List<RegisteredAttachment> Attachments)>();
        try
        {
            foreach (var volume in presented)
            {
                var whole = await RecoverInChangeAsync(volume, cancellationToken);
                if (whole.GroupIds.Contains(groupId))
                {
                    made.Add((volume, whole.GroupIds, await AttachMissingAsync(volume, whole, whole, added, cancellationToken)));
                }
            }

            // What is detached is noted after it: where it is refused, the entry stays in the group, and can be removed again.
            foreach (var volume in presented.Where(_ => isSmaller))
            {
                await DetachUnneededAsync(volume, PresentationOf(volume), groups, cancellationToken);
            }

            register.Write(register.Read() with { Groups = groups });
        }
        catch (Exception e) when (e is StorageConnectException or OperationCanceledException)
        {
            foreach (var (volume, groupIds, attachments) in made.Where(one => one.Attachments.Count > 0))
            {
                await TakeBackAsync(volume, groupIds, attachments);
            }

            throw;
        }
    }

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
            throw CinderErrors.AttachedByOthers(volume.DisplayName, string.Join(", ", others), others.Exists(RegisteredAttachment.IsHostName));
        }
    }

    private static void DemandFree(Volume volume)
    {
        if (volume.Encrypted)
        {
            throw CinderErrors.EncryptionUnsupported(volume.DisplayName);
        }

        if (volume.Status is not "available" && !(volume.Multiattach && volume.Status is "in-use"))
        {
            throw CinderErrors.ElementBusy(volume.DisplayName, volume.Status, "it can't be attached now");
        }
    }

    private static List<string> InitiatorsOf(Presentation presentation, ValueList<RegisteredGroup> groups) =>
    [
        .. groups.Where(group => presentation.GroupIds.Contains(group.Id)).SelectMany(group => group.Entries).Distinct(StringComparer.OrdinalIgnoreCase)
    ];

    private void Save(Presentation presentation) => register.Write(register.Read().With(presentation));
}
