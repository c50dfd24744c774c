using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;
using StorageConnect.Plugins.Cinder.Register;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>
/// Presents volumes: one attachment for each initiator. Each is noted in the register before it is asked for, so that whoever comes after a process that
/// died takes back what was half made. What others attached is never touched.
/// </summary>
internal sealed class Presenter(CinderApi api, RegisterFile register, IHostServices host, IPluginLog log)
{
    /// <summary>Presents a volume to groups; one it is presented to already is checked, and made good where its attachment is gone.</summary>
    public Task PresentAsync(Volume volume, IReadOnlyList<string> groupNames, CancellationToken cancellationToken) => register.ChangeAsync(
        async _ =>
        {
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
                await DetachUnneededAsync(volume, register.Read().FindPresentation(volume.Id)!, groups, cancellationToken);
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

    /// <summary>Takes back what of a volume's presentation is half made, so that it can be removed.</summary>
    public Task RecoverAsync(Volume volume, CancellationToken cancellationToken) =>
        register.Read().FindPresentation(volume.Id) is null
            ? Task.CompletedTask
            : register.ChangeAsync(
                async _ => await RecoverAsync(register.Read().FindPresentation(volume.Id) ?? new(volume.Id), volume, cancellationToken), cancellationToken);

    private async Task UpdateAsync(Volume volume, Presentation before, Presentation after, ValueList<RegisteredGroup> groups,
        CancellationToken cancellationToken)
    {
        DemandRoom(volume, register.Read(), after, groups);
        await AttachMissingAsync(volume, before, after, groups, cancellationToken);
        var made = register.Read().FindPresentation(volume.Id) ?? after;
        await DetachUnneededAsync(volume, made with { GroupIds = after.GroupIds }, groups, cancellationToken);
    }

    private async Task AttachMissingAsync(Volume volume, Presentation before, Presentation after, ValueList<RegisteredGroup> groups,
        CancellationToken cancellationToken)
    {
        var present = after;
        var made = new List<RegisteredAttachment>();
        try
        {
            foreach (var (initiator, group) in InitiatorsOf(after, groups))
            {
                if (present.Attachments.All(one => one.Initiator != initiator))
                {
                    // One that others hold is refused before it is noted: what is noted and has no id is taken for ours later.
                    DemandFree(await api.GetVolumeAsync(volume.Id, volume.DisplayName, cancellationToken));
                    var attachment = new RegisteredAttachment(initiator, null, group.HostName);
                    Save(present = present.With(attachment));
                    made.Add(attachment);
                    string id;
                    try
                    {
                        id = (await api.ReserveAsync(volume, cancellationToken)).Id;
                    }
                    catch (StorageConnectException e) when (e is not ArrayUnreachableException)
                    {
                        made.Remove(attachment); // refused: nothing was made, and what is there is another's
                        present = present.Without(attachment);
                        throw;
                    }

                    await AttachAsync(volume, attachment with { Id = id }, one => Save(present = present.With(made[^1] = one)), cancellationToken);
                }
            }

            Save(present);
        }
        catch (Exception e) when (e is StorageConnectException or OperationCanceledException)
        {
            await TakeBackAsync(volume, present with { GroupIds = before.GroupIds }, made);
            throw;
        }
    }

    private async Task AttachAsync(Volume volume, RegisteredAttachment attachment, Action<RegisteredAttachment> save, CancellationToken cancellationToken)
    {
        var (name, id) = (volume.DisplayName, attachment.Id!);
        save(attachment);
        log.Information($"Cinder: '{name}' is reserved by attachment {id} for {attachment.Initiator}");
        var connected = await api.ConnectAsync(
            id,
            new
            {
                initiator = attachment.Initiator,
                host = attachment.HostName,
                platform = "x86_64",
                os_type = "linux",
                multipath = true,
                do_local_attach = false,
            },
            name,
            cancellationToken);
        if (ConnectionInfo.FindOtherTransport(connected) is { } transport)
        {
            throw CinderErrors.TransportUnsupported(name, transport);
        }

        var targets = ConnectionInfo.ReadTargets(connected);
        if (targets.Count == 0)
        {
            throw CinderErrors.TargetUnknown(name);
        }

        save(attachment = attachment with { Targets = targets });
        await api.CompleteAsync(id, name, cancellationToken);
        save(attachment with { IsComplete = true });
    }

    private async Task DetachUnneededAsync(Volume volume, Presentation presentation, ValueList<RegisteredGroup> groups, CancellationToken cancellationToken)
    {
        var needed = InitiatorsOf(presentation, groups).Select(one => one.Initiator).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var unneeded = presentation.Attachments.Where(one => !needed.Contains(one.Initiator)).ToList();
        foreach (var attachment in unneeded)
        {
            await LogoutAsync(attachment, cancellationToken); // all of them first: it is what can be refused
        }

        foreach (var attachment in unneeded)
        {
            await api.DetachAsync(attachment.Id!, volume.DisplayName, cancellationToken);
            log.Information($"Cinder: attachment {attachment.Id} of '{volume.DisplayName}' ended");
            Save(presentation = presentation.Without(attachment));
        }

        Save(presentation);
    }

    /// <summary>
    /// A presentation without what is half made, and without attachments that others ended. One whose id never came is known by this: it is of this
    /// volume, it is nobody's instance, nothing was exported for it, and no other has its id.
    /// </summary>
    private async Task<Presentation> RecoverAsync(Presentation presentation, Volume volume, CancellationToken cancellationToken)
    {
        var complete = volume.Attachments.Select(one => one.AttachmentId).ToHashSet(StringComparer.Ordinal);
        foreach (var attachment in presentation.Attachments.Where(one => !one.IsComplete || !complete.Contains(one.Id!)).ToList())
        {
            foreach (var id in attachment.Id is { } known ? [known] : await FindLostAsync(presentation, volume, cancellationToken))
            {
                log.Warning($"Cinder: attachment {id} of '{volume.DisplayName}' was left half made; it is ended");
                await LogoutAsync(attachment, cancellationToken);
                await api.DetachAsync(id, volume.DisplayName, cancellationToken);
            }

            Save(presentation = presentation.Without(attachment));
        }

        return presentation;
    }

    private async Task<IReadOnlyList<string>> FindLostAsync(Presentation presentation, Volume volume, CancellationToken cancellationToken)
    {
        var known = presentation.Attachments.Select(one => one.Id).ToHashSet();
        var lost = (await api.ListAttachmentsAsync(volume.Id, cancellationToken))
            .Where(one => one.Status is "reserved" && string.IsNullOrEmpty(one.Instance) && one.IsReservationOnly && !known.Contains(one.Id))
            .Select(one => one.Id)
            .ToList();

        // Of several one is another's: which, nobody can tell.
        return lost.Count == 1 ? lost : [];
    }

    private async Task TakeBackAsync(Volume volume, Presentation presentation, List<RegisteredAttachment> made)
    {
        foreach (var attachment in made)
        {
            try
            {
                // Whether the caller waits or not: what stays would block the volume. Without an id the next change looks for it.
                var ids = attachment.Id is { } id ? [id] : await FindLostAsync(presentation, volume, CancellationToken.None);
                foreach (var one in ids)
                {
                    await api.DetachAsync(one, volume.DisplayName, CancellationToken.None);
                }

                presentation = presentation.Without(attachment);
            }
            catch (StorageConnectException e)
            {
                log.Warning($"Cinder: an attachment of '{volume.DisplayName}' could not be ended: {e.Message}");
            }
        }

        Save(presentation);
    }

    private async Task LogoutAsync(RegisteredAttachment attachment, CancellationToken cancellationToken)
    {
        if (!IsThisHost(attachment.Initiator))
        {
            return;
        }

        foreach (var target in attachment.Targets.Select(address => address.ToTarget()).Where(host.IsConnected))
        {
            await host.LogoutAsync(target, cancellationToken);
        }
    }

    private bool IsThisHost(string initiator) => host.InitiatorName is not { } own || string.Equals(own, initiator, StringComparison.OrdinalIgnoreCase);

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
