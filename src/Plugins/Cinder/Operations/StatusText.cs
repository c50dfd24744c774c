using StorageConnect.Plugins.Cinder.Api;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>A volume's status for people: with who has it attached, and what is stuck.</summary>
internal sealed class StatusText(CinderArray array)
{
    public async Task<string> OfAsync(Volume volume, CancellationToken cancellationToken)
    {
        var parts = new List<string> { volume.Status };
        var register = array.Register.Read();
        var attached = volume.AttachmentIds;
        var ours = register.FindPresentation(volume.Id)?.Attachments ?? [];
        foreach (var attachment in ours)
        {
            parts.Add(attachment.IsAmong(attached)
                ? $"attached for {attachment.Initiator}"
                : attachment.IsComplete
                    ? $"the attachment for {attachment.Initiator} was ended by others: presenting again makes it anew"
                    : $"an attachment of ours for {attachment.Initiator} is half made: presenting again or withdrawing clears it");
        }

        parts.AddRange(Presenter.OthersOf(volume, register).Select(other => $"attached by others as {other.Name} since {other.Attachment.AttachedAt} UTC"));
        if (volume.Status is "reserved" or "attaching" or "detaching")
        {
            var known = ours.Select(one => one.Id).ToHashSet();
            parts.AddRange((await array.Api.ListAttachmentsAsync(volume.Id, cancellationToken))
                .Where(one => one.Status is not "attached" && !known.Contains(one.Id))
                .Select(one => $"stuck in attachment {one.Id} ({one.Status}) of others: the administrator of the Cinder service can delete it"));
        }
        else if (Outcome.IsError(volume.Status) && await array.Outcome.FindMessageAsync(volume.Id, null, "", cancellationToken) is { } message)
        {
            parts.Add($"Cinder said at {message.CreatedAt} UTC: {message.UserMessage}"); // with the time: it may be about something older
        }

        return string.Join("; ", parts);
    }
}
