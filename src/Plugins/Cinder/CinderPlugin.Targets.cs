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
        foreach (var targets in server.IscsiTargets.GroupBy(target => target.TargetName))
        {
            var (presentation, attachment) = attachments.FirstOrDefault(one => one.Attachment.Targets.Any(address => address.TargetName == targets.Key));
            if (attachment is null)
            {
                throw CinderErrors.TargetNotPresented(targets.First());
            }

            // Asked for again each time: the secret is kept nowhere.
            var connected = await array.Api.GetAttachmentAsync(attachment.Id!, presentation.VolumeId, cancellationToken);
            await array.LoginAsync(connected, targets, cancellationToken);
            await array.Probe.CheckAsync(presentation.VolumeId, attachment.Targets, cancellationToken);
        }
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
        var initiator = Host.InitiatorName;
        return from presentation in array.Register.Read().Presentations
               from attachment in presentation.Attachments
               where attachment.IsComplete
                   && (initiator is null || string.Equals(initiator, attachment.Initiator, StringComparison.OrdinalIgnoreCase))
               select (presentation, attachment);
    }
}
