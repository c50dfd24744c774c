using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;
using StorageConnect.Plugins.Cinder.Operations;
using StorageConnect.Plugins.Cinder.Register;

namespace StorageConnect.Plugins.Cinder;

/// <content>This host's way to what is presented to it: each volume has a target, and a CHAP secret, of its own.</content>
public sealed partial class CinderPlugin
{
    public override Task<StorageServer> DiscoverAsync(StorageServer server, CancellationToken cancellationToken)
    {
        var attachments = OwnAttachments(Open(server)).ToList();
        return Task.FromResult(server with
        {
            // Never empty: having nothing presented is a result, too.
            StorageId = $"attachments:{string.Join(',', attachments.Select(one => one.Attachment.Id))}",
            IscsiTargets = attachments.SelectMany(one => one.Attachment.Targets).Select(address => address.ToTarget()).Distinct().ToValueList(),
        });
    }

    public override async Task StartAsync(StorageServer server, CancellationToken cancellationToken)
    {
        var array = Open(server);
        var attachments = OwnAttachments(array).ToList();
        var left = server.IscsiTargets.ToList();
        while (left is [var first, ..])
        {
            var (presentation, attachment, connected) = await FindAliveAsync(
                array, first, attachments.Where(one => one.Attachment.Targets.Any(address => address.TargetName == first.TargetName)), cancellationToken);

            // All targets of an attachment together: where a back-end has several, each is a path.
            var names = attachment.Targets.Select(address => address.TargetName).ToHashSet(StringComparer.Ordinal);
            await array.LoginAsync(connected, left.Where(target => names.Contains(target.TargetName)).ToList(), cancellationToken);
            await array.Probe.CheckAsync(presentation.VolumeId, attachment.Targets, cancellationToken);
            left.RemoveAll(target => names.Contains(target.TargetName));
        }
    }

    /// <summary>The first attachment of a target that the service still has. It is asked for each time: the secret is kept nowhere.</summary>
    private static async Task<(Presentation Presentation, RegisteredAttachment Attachment, Attachment Connected)> FindAliveAsync(CinderArray array,
        IscsiTarget target, IEnumerable<(Presentation Presentation, RegisteredAttachment Attachment)> attachments, CancellationToken cancellationToken)
    {
        foreach (var (presentation, attachment) in attachments)
        {
            if (await array.Api.TryGetAttachmentAsync(attachment.Id!, presentation.VolumeId, cancellationToken) is { } connected)
            {
                return (presentation, attachment, connected);
            }

            array.Services.Log.Warning($"Cinder: attachment {attachment.Id} of volume {presentation.VolumeId} was ended by others");
        }

        throw CinderErrors.TargetNotPresented(target);
    }

    public override async Task StopAsync(StorageServer server, CancellationToken cancellationToken)
    {
        Open(server);
        foreach (var target in server.IscsiTargets.Where(Host.IsConnected))
        {
            await Host.LogoutAsync(target, cancellationToken);
        }
    }

    /// <summary>The attachments for this host; where it has no iSCSI name, all of this machine's register.</summary>
    private IEnumerable<(Presentation Presentation, RegisteredAttachment Attachment)> OwnAttachments(CinderArray array)
    {
        var initiator = Initiators.OfThisHost(Host);
        return from presentation in array.Register.Read().Presentations
               from attachment in presentation.Attachments
               where attachment.IsComplete
                   && (initiator is null || string.Equals(initiator, attachment.Initiator, StringComparison.OrdinalIgnoreCase))
               select (presentation, attachment);
    }
}
