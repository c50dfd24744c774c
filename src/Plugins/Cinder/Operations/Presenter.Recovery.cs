using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Register;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <content>How what is half made is taken back.</content>
internal sealed partial class Presenter
{
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
}
