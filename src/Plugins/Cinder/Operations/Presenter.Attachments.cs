using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;
using StorageConnect.Plugins.Cinder.Register;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <content>Single attachments: how one is made, how this host is logged out of one, and how what is half made is taken back.</content>
internal sealed partial class Presenter
{
    /// <summary>
    /// Exports a volume that is presented to nobody to this host, while something is done with it. The attachment is never completed: one that a killed
    /// process leaves is half made, and taken back like any other. The caller is in a change of the register.
    /// </summary>
    /// <returns>What is done returns; null where this host has a session to the target already, so that other LUNs are behind it.</returns>
    public async Task<T?> BorrowAsync<T>(Volume volume, string initiator, Func<Attachment, ValueList<TargetAddress>, Task<T?>> use,
        CancellationToken cancellationToken)
        where T : class
    {
        var attachment = new RegisteredAttachment(initiator, null, "osc-probe");
        void Note(RegisteredAttachment one) => Save(new Presentation(volume.Id).With(attachment = one));

        Note(attachment);
        Note(attachment with { Id = await ReserveAsync(volume, () => Save(new(volume.Id)), cancellationToken) });
        try
        {
            var (connected, targets) = await ExportAsync(volume, attachment, cancellationToken);
            if (targets.Any(address => host.IsConnected(address.ToTarget())))
            {
                return null;
            }

            Note(attachment with { Targets = targets });
            return await use(connected, targets);
        }
        finally
        {
            await EndHalfMadeAsync(new Presentation(volume.Id).With(attachment), attachment, volume, CancellationToken.None);
        }
    }

    /// <summary>Takes back what of a volume's presentation is half made, so that it can be removed.</summary>
    public Task RecoverAsync(Volume volume, CancellationToken cancellationToken) =>
        register.Read().FindPresentation(volume.Id) is null
            ? Task.CompletedTask
            : register.ChangeAsync(
                async _ => await RecoverInChangeAsync(await api.GetVolumeAsync(volume.Id, volume.DisplayName, cancellationToken), cancellationToken),
                cancellationToken);

    /// <summary>As <see cref="RecoverAsync(Volume, CancellationToken)"/>, for a caller that is in a change of the register.</summary>
    public Task<Presentation> RecoverInChangeAsync(Volume volume, CancellationToken cancellationToken) =>
        RecoverAsync(register.Read().FindPresentation(volume.Id) ?? new(volume.Id), volume, cancellationToken);

    /// <summary>Reserves a volume, which gives the attachment its id. A refusal made nothing: what is there then is another's.</summary>
    private async Task<string> ReserveAsync(Volume volume, Action onRefused, CancellationToken cancellationToken)
    {
        try
        {
            return (await api.ReserveAsync(volume, cancellationToken)).Id;
        }
        catch (StorageConnectException e) when (e is not ArrayUnreachableException)
        {
            onRefused();
            throw;
        }
    }

    private async Task AttachAsync(Volume volume, RegisteredAttachment attachment, Action<RegisteredAttachment> save, CancellationToken cancellationToken)
    {
        save(attachment);
        var (_, targets) = await ExportAsync(volume, attachment, cancellationToken);
        save(attachment = attachment with { Targets = targets });
        await api.CompleteAsync(attachment.Id!, volume.DisplayName, cancellationToken);
        save(attachment with { IsComplete = true });
    }

    private async Task<(Attachment Connected, ValueList<TargetAddress> Targets)> ExportAsync(Volume volume, RegisteredAttachment attachment,
        CancellationToken cancellationToken)
    {
        var (name, id) = (volume.DisplayName, attachment.Id!);
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
        return targets.Count == 0 ? throw CinderErrors.TargetUnknown(name) : (connected, targets);
    }

    /// <summary>
    /// A presentation without what is half made, without attachments that others ended, and without the groups that were reached by these alone. An
    /// attachment whose id never came is known by this: it is of this volume, it is nobody's instance, nothing was exported for it, and no other has its
    /// id.
    /// </summary>
    private async Task<Presentation> RecoverAsync(Presentation presentation, Volume volume, CancellationToken cancellationToken)
    {
        var attached = volume.AttachmentIds;
        foreach (var attachment in presentation.Attachments.Where(one => !one.IsAmong(attached)).ToList())
        {
            log.Warning($"Cinder: an attachment of '{volume.DisplayName}' for {attachment.Initiator} was left half made, or ended by others; it is ended");
            presentation = await EndHalfMadeAsync(presentation, attachment, volume, cancellationToken);
        }

        // A group that is reached by no attachment any more isn't presented to: the next change must not do it unasked.
        var reached = register.Read().GroupsOf(volume.Id, attached).Select(group => group.Id).ToHashSet();
        if (!presentation.GroupIds.All(reached.Contains))
        {
            Save(presentation = presentation with { GroupIds = presentation.GroupIds.Where(reached.Contains).ToValueList() });
        }

        return presentation;
    }

    private async Task<Presentation> EndHalfMadeAsync(Presentation presentation, RegisteredAttachment attachment, Volume volume,
        CancellationToken cancellationToken)
    {
        await LogoutAsync(volume, attachment, cancellationToken);
        foreach (var id in attachment.Id is { } known ? [known] : await FindLostAsync(presentation, volume, cancellationToken))
        {
            await api.DetachAsync(id, volume.DisplayName, cancellationToken);
        }

        Save(presentation = presentation.Without(attachment));
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

    /// <summary>Logs this host out, except of a target that has other volumes for it: there the session stays as long as one of them does.</summary>
    private async Task LogoutAsync(Volume volume, RegisteredAttachment attachment, CancellationToken cancellationToken)
    {
        if (!IsThisHost(attachment.Initiator))
        {
            return;
        }

        var shared = register.Read().Presentations.Where(one => one.VolumeId != volume.Id)
            .SelectMany(one => one.Attachments.Where(other => IsThisHost(other.Initiator)))
            .SelectMany(other => other.Targets.Select(address => address.TargetName))
            .ToHashSet(StringComparer.Ordinal);
        var targets = attachment.Targets.Where(address => !shared.Contains(address.TargetName)).Select(address => address.ToTarget());
        foreach (var target in targets.Where(host.IsConnected))
        {
            await host.LogoutAsync(target, cancellationToken);
        }
    }

    private bool IsThisHost(string initiator) => host.InitiatorName is not { } own || string.Equals(own, initiator, StringComparison.OrdinalIgnoreCase);
}
