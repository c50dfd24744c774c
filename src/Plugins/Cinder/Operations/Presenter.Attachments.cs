using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;
using StorageConnect.Plugins.Cinder.Register;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <content>Attachments: how those that a presentation needs are made, and those that it does not need are ended.</content>
internal sealed partial class Presenter
{
    /// <summary>How the service begins to tell what its back-end failed with; after a timeout within the service the text is another one.</summary>
    private const string BackendFault = "Unable to update attachment.(";

    /// <summary>
    /// Exports a volume that is presented to nobody to this host, while something is done with it. The attachment is never completed: one that a killed
    /// process leaves is half made, and taken back like any other. The caller is in a change of the register.
    /// </summary>
    /// <returns>What is done returns; null where this host has a session to the target already, so that other LUNs are behind it.</returns>
    public async Task<T?> BorrowAsync<T>(Volume volume, string initiator, Func<Attachment, ValueList<TargetAddress>, Task<T?>> use,
        CancellationToken cancellationToken)
        where T : class
    {
        var attachment = NewNote(initiator);
        void Note(RegisteredAttachment one) => Save(new Presentation(volume.Id).With(attachment = one));

        Note(attachment);
        Note(attachment with { Id = await ReserveAsync(volume, () => Save(new(volume.Id)), cancellationToken) });
        try
        {
            var (connected, targets) = await ExportAsync(volume, attachment, Note, cancellationToken);
            if (targets.Any(address => host.IsConnected(address.ToTarget())))
            {
                return null;
            }

            Note(attachment with { Targets = targets, ConnectingAt = null });
            return await use(connected, targets);
        }
        finally
        {
            foreach (var target in attachment.Targets.Select(address => address.ToTarget()).Where(host.IsConnected))
            {
                await host.LogoutAsync(target, CancellationToken.None); // whatever else is behind it: the session is of this loan alone
            }

            await EndHalfMadeAsync(attachment, volume, ExportTime, CancellationToken.None);
        }
    }

    /// <summary>Attaches a volume for those of the initiators that have no attachment yet. A failure leaves all as it was.</summary>
    /// <returns>What was made.</returns>
    private async Task<List<RegisteredAttachment>> AttachMissingAsync(Volume volume, Presentation before, Presentation after,
        IEnumerable<string> initiators, CancellationToken cancellationToken)
    {
        var present = after;
        var made = new List<RegisteredAttachment>();
        try
        {
            foreach (var initiator in initiators)
            {
                var earlier = present.Find(initiator);
                if (earlier?.IsComplete == true)
                {
                    continue;
                }

                if (earlier?.Id is not null)
                {
                    throw CinderErrors.AttachmentUndecided(volume.DisplayName, initiator);
                }

                // One that others hold is refused before it is noted: what is noted and has no id is taken for ours later.
                DemandFree(await api.GetVolumeAsync(volume.Id, volume.DisplayName, cancellationToken));
                var attachment = NewNote(initiator);
                Save(present = present.With(attachment));
                made.Add(attachment);
                var id = await ReserveAsync(
                    volume,
                    () =>
                    {
                        made.Remove(attachment);
                        Save(present = earlier is null ? present.Without(attachment) : present.With(earlier));
                    },
                    cancellationToken);
                await AttachAsync(volume, attachment with { Id = id }, one => Save(present = present.With(made[^1] = one)), cancellationToken);
            }

            Save(present);
            return made;
        }
        catch (Exception e) when (e is StorageConnectException or OperationCanceledException)
        {
            await TakeBackAsync(volume, before.GroupIds, made);
            throw;
        }
    }

    private async Task DetachUnneededAsync(Volume volume, Presentation presentation, ValueList<RegisteredGroup> groups, CancellationToken cancellationToken)
    {
        var needed = InitiatorsOf(presentation, groups).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var unneeded = presentation.Attachments.Where(one => !needed.Contains(one.Initiator)).ToList();
        foreach (var attachment in unneeded)
        {
            await LogoutAsync(volume, attachment, cancellationToken); // all of them first: it is what can be refused
        }

        foreach (var attachment in unneeded.Where(one => one.Id is not null)) // one without is looked for by the next change
        {
            // The groups stay until all is done: what fails half-way can be asked for again.
            await TryEndAsync(attachment, volume, LongestExportTime, cancellationToken);
            log.Information($"Cinder: attachment {attachment.Id} of '{volume.DisplayName}' ended");
            presentation = presentation.Without(attachment);
            Save(PresentationOf(volume).Without(attachment));
        }

        Save(presentation);
    }

    private RegisteredAttachment NewNote(string initiator) =>
        new(initiator, null, RegisteredAttachment.HostNameOf(initiator)) { AskedAt = clock.GetUtcNow() };

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
        var (_, targets) = await ExportAsync(volume, attachment, save, cancellationToken);
        save(attachment = attachment with { Targets = targets });
        await api.CompleteAsync(attachment.Id!, volume.DisplayName, cancellationToken);
        save(attachment with { IsComplete = true });
    }

    private async Task<(Attachment Connected, ValueList<TargetAddress> Targets)> ExportAsync(Volume volume, RegisteredAttachment attachment,
        Action<RegisteredAttachment> save, CancellationToken cancellationToken)
    {
        save(attachment with { ConnectingAt = clock.GetUtcNow() });
        try
        {
            return await ExportAsync(volume, attachment, cancellationToken);
        }
        catch (StorageConnectException e) when (IsDecided(e))
        {
            save(attachment);
            if (e is InvalidStorageArrayException fault && !IsOwn(attachment.Initiator))
            {
                throw CinderErrors.ExportFailed(fault, attachment.Initiator);
            }

            throw;
        }
    }

    /// <summary>False where the service may still be at work on an export: it gave no answer, or one that is not about its back-end.</summary>
    private static bool IsDecided(StorageConnectException error) => error switch
    {
        ArrayUnreachableException => false,
        InvalidStorageArrayException => error.Message.Contains(BackendFault, StringComparison.Ordinal),
        _ => true,
    };

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
                ip = IsOwn(attachment.Initiator) ? HostAddress.Find(netDevices) : null, // left out: of another host it is not known
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

        if (ConnectionInfo.IsEncrypted(connected))
        {
            throw CinderErrors.EncryptionUnsupported(name);
        }

        if (ConnectionInfo.IsReadOnly(connected))
        {
            throw CinderErrors.ReadOnlyUnsupported(name);
        }

        var targets = ConnectionInfo.ReadTargets(connected);
        return targets.Count == 0 ? throw CinderErrors.TargetUnknown(name) : (connected, targets);
    }

    /// <summary>
    /// Logs this host out, except of a target that has other volumes for it: there the session stays as long as one of them does. Those of other servers,
    /// users and plug-ins are in no register here, so what this host sees behind the target counts, too.
    /// </summary>
    private async Task LogoutAsync(Volume volume, RegisteredAttachment attachment, CancellationToken cancellationToken)
    {
        if (!IsThisHost(attachment.Initiator))
        {
            return;
        }

        var registered = register.Read().Presentations.Where(one => one.VolumeId != volume.Id)
            .SelectMany(one => one.Attachments.Where(other => IsThisHost(other.Initiator)))
            .SelectMany(other => other.Targets.Select(address => address.TargetName))
            .ToHashSet(StringComparer.Ordinal);
        var shared = attachment.Targets.Select(address => address.TargetName).Distinct(StringComparer.Ordinal)
            .Where(name => registered.Contains(name) || ShowsOthers(attachment, name))
            .ToHashSet(StringComparer.Ordinal);
        if (attachment.Targets.FirstOrDefault(address => shared.Contains(address.TargetName) && HasDevice(address)) is { } used)
        {
            // The session stays, so only the removal of the device ends its use; nothing here checks or does that.
            throw CinderErrors.SharedTargetInUse(volume.DisplayName, used.TargetName);
        }

        var targets = attachment.Targets.Where(address => !shared.Contains(address.TargetName)).Select(address => address.ToTarget());
        foreach (var target in targets.Where(host.IsConnected))
        {
            await host.LogoutAsync(target, cancellationToken);
        }
    }

    private bool HasDevice(TargetAddress address) => host.IsConnected(address.ToTarget()) && FindNumbers(address.TargetName).Contains(address.Lun);

    /// <summary>True where this host has a LUN behind the target that is not this attachment's.</summary>
    private bool ShowsOthers(RegisteredAttachment attachment, string targetName) => FindNumbers(targetName)
        .Except(attachment.Targets.Where(address => address.TargetName == targetName).Select(address => address.Lun)).Any();

    /// <summary>The numbers of the LUNs that this host has behind a target.</summary>
    private IEnumerable<int> FindNumbers(string targetName) => host.FindLuns([targetName]).SelectMany(lun => lun.Addresses)
        .Where(place => string.Equals(place.TargetName, targetName, StringComparison.OrdinalIgnoreCase))
        .Select(place => place.Lun);

    /// <summary>True also where this host's name is not known: then it may be.</summary>
    private bool IsThisHost(string initiator) => Initiators.OfThisHost(host) is null || IsOwn(initiator);

    private bool IsOwn(string initiator) => string.Equals(Initiators.OfThisHost(host), initiator, StringComparison.OrdinalIgnoreCase);
}
