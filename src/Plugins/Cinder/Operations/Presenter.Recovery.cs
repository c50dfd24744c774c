using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Register;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <content>How what is half made is taken back.</content>
internal sealed partial class Presenter
{
    /// <summary>
    /// How long a caller whose export failed waits until the service has decided. An attachment that is ended before is forgotten by the service alone:
    /// its back-end keeps the export.
    /// </summary>
    private static readonly TimeSpan ExportTime = TimeSpan.FromSeconds(90);

    /// <summary>After this long nothing is under way any more: the service's own requests end after a minute.</summary>
    private static readonly TimeSpan LongestExportTime = TimeSpan.FromMinutes(3);

    /// <summary>How long a reservation whose answer was lost is looked for.</summary>
    private static readonly TimeSpan LostAnswerTime = TimeSpan.FromSeconds(15);

    /// <summary>After this long a reservation that was not found never arrived: requests end after a minute.</summary>
    private static readonly TimeSpan LongestRequestTime = TimeSpan.FromMinutes(2);

    /// <summary>How long a reservation without an owner stays before it is ended: another machine's looks the same until it is exported.</summary>
    private static readonly TimeSpan OwnerlessTime = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Takes back what of a volume's presentation is half made, so that it can be removed.</summary>
    public Task RecoverAsync(Volume volume, CancellationToken cancellationToken) =>
        register.Read().FindPresentation(volume.Id) is null
            ? Task.CompletedTask
            : register.ChangeAsync(
                async _ => await RecoverInChangeAsync(await api.GetVolumeAsync(volume.Id, volume.DisplayName, cancellationToken), cancellationToken),
                cancellationToken);

    /// <summary>As <see cref="RecoverAsync(Volume, CancellationToken)"/>, for a caller that is in a change of the register.</summary>
    /// <remarks>
    /// The presentation is returned without what is half made, without attachments that others ended, and without the groups that were reached by these
    /// alone. What the service has not decided yet stays noted.
    /// </remarks>
    public async Task<Presentation> RecoverInChangeAsync(Volume volume, CancellationToken cancellationToken)
    {
        var attached = volume.AttachmentIds;
        foreach (var attachment in PresentationOf(volume).Attachments.Where(one => !one.IsAmong(attached)).ToList())
        {
            log.Warning($"Cinder: an attachment of '{volume.DisplayName}' for {attachment.Initiator} was left half made, or ended by others; it is ended");
            await EndHalfMadeAsync(attachment, volume, LongestExportTime, cancellationToken);
        }

        // A group that is reached by no attachment any more isn't presented to: the next change must not do it unasked.
        var reached = register.Read().GroupsOf(volume.Id, attached).Select(group => group.Id).ToHashSet();
        var presentation = PresentationOf(volume);
        if (!presentation.GroupIds.All(reached.Contains))
        {
            Save(presentation = presentation with { GroupIds = presentation.GroupIds.Where(reached.Contains).ToValueList() });
        }

        return presentation;
    }

    private Presentation PresentationOf(Volume volume) => register.Read().FindPresentation(volume.Id) ?? new(volume.Id);

    private async Task EndHalfMadeAsync(RegisteredAttachment attachment, Volume volume, TimeSpan exportTime, CancellationToken cancellationToken)
    {
        await LogoutAsync(volume, attachment, cancellationToken);
        if (attachment.Id is null
            ? await TryEndLostAsync(attachment, volume, cancellationToken)
            : await TryEndAsync(attachment, volume, exportTime, cancellationToken))
        {
            Save(PresentationOf(volume).Without(attachment));
        }
    }

    /// <returns>False while it may still be exported: then the note stays.</returns>
    private async Task<bool> TryEndAsync(RegisteredAttachment attachment, Volume volume, TimeSpan exportTime, CancellationToken cancellationToken)
    {
        if (attachment.ConnectingAt is { } since && !await AwaitExportAsync(attachment.Id!, since + exportTime, volume, cancellationToken)
            && exportTime < LongestExportTime)
        {
            log.Warning($"Cinder: attachment {attachment.Id} of '{volume.DisplayName}' may still be being exported; it is ended later");
            return false;
        }

        await api.DetachAsync(attachment.Id!, volume.DisplayName, cancellationToken);
        return true;
    }

    /// <summary>Waits until an export that was begun is made. One that failed looks as one that goes on: it stays reserved.</summary>
    private async Task<bool> AwaitExportAsync(string id, DateTimeOffset end, Volume volume, CancellationToken cancellationToken)
    {
        while (await api.TryGetAttachmentAsync(id, volume.DisplayName, cancellationToken) is { Status: "reserved", IsReservationOnly: true })
        {
            if (clock.GetUtcNow() > end)
            {
                return false;
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }

        return true;
    }

    /// <summary>
    /// Ends a reservation whose id never came. It is known by this alone: it is of this volume, it is nobody's instance, nothing was exported for it, and
    /// no other has its id. Another machine's is the same for as long as it is being exported, so it is ended only when it stays.
    /// </summary>
    /// <returns>False while it may still come: then the note stays.</returns>
    private async Task<bool> TryEndLostAsync(RegisteredAttachment attachment, Volume volume, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            attachment = await LookForLostAsync(attachment, volume, cancellationToken);
            if (attachment.SeenId is { } id && clock.GetUtcNow() - attachment.SeenAt >= OwnerlessTime)
            {
                await api.DetachAsync(id, volume.DisplayName, cancellationToken);
                return true;
            }

            if (attachment.SeenId is null)
            {
                if (attachment.AskedAt is not { } asked || clock.GetUtcNow() - asked > LongestRequestTime)
                {
                    return true;
                }

                if (clock.GetElapsedTime(began) > LostAnswerTime)
                {
                    return false;
                }
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    /// <summary>Looks once, and notes what is seen.</summary>
    private async Task<RegisteredAttachment> LookForLostAsync(RegisteredAttachment attachment, Volume volume, CancellationToken cancellationToken)
    {
        var known = PresentationOf(volume).Attachments.Select(one => one.Id).ToHashSet();
        var lost = (await api.ListAttachmentsAsync(volume.Id, cancellationToken))
            .Where(one => one.Status is "reserved" && string.IsNullOrEmpty(one.Instance) && one.IsReservationOnly && !known.Contains(one.Id))
            .Select(one => one.Id)
            .ToList();

        // Of several one is another's: which, nobody can tell.
        var seen = lost.Count == 1 ? lost[0] : null;
        if (seen != attachment.SeenId)
        {
            attachment = attachment with { SeenId = seen, SeenAt = seen is null ? null : clock.GetUtcNow() };
            Save(PresentationOf(volume).With(attachment));
        }

        return attachment;
    }

    /// <summary>Ends attachments that were just made, whether the caller waits or not: what stays would block the volume.</summary>
    private async Task TakeBackAsync(Volume volume, ValueList<string> groupIds, IEnumerable<RegisteredAttachment> made)
    {
        foreach (var attachment in made)
        {
            try
            {
                if (attachment.Id is null)
                {
                    await LookForLostAsync(attachment, volume, CancellationToken.None); // the next change ends it
                }
                else if (await TryEndAsync(attachment, volume, ExportTime, CancellationToken.None))
                {
                    Save(PresentationOf(volume).Without(attachment));
                }
            }
            catch (StorageConnectException e)
            {
                log.Warning($"Cinder: an attachment of '{volume.DisplayName}' could not be ended: {e.Message}");
            }
        }

        Save(PresentationOf(volume) with { GroupIds = groupIds });
    }
}
