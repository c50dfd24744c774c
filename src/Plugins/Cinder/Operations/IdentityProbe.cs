using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;
using StorageConnect.Plugins.Cinder.Register;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>
/// Proves whether a back-end keeps a volume's page 0x83 identity from one export to the next. This host reads the identity, another volume is exported
/// in the meantime, and the identity is read again. Only where it is the same, and not the other volume's, are identities entered into the register.
/// </summary>
internal sealed class IdentityProbe(CinderArray array)
{
    private CinderApi Api => array.Api;

    private Presenter Presenter => array.Presenter;

    private IHostServices Host => array.Services.Host;

    private IPluginLog Log => array.Services.Log;

    /// <summary>Reads a volume's identity before it is presented to this host; of a back-end's first volume it is proven. A failure proves nothing.</summary>
    public async Task RunAsync(Volume volume, IReadOnlyList<string> groupNames, CancellationToken cancellationToken)
    {
        if (!array.Address.Identity.IsProbed || Initiators.OfThisHost(Host) is not { } initiator)
        {
            return;
        }

        await array.Register.ChangeAsync(
            async register =>
            {
                try
                {
                    await SweepAsync(cancellationToken);
                    if (IsWanted(register.Read(), volume, initiator, groupNames))
                    {
                        await ProbeAsync(volume, initiator, cancellationToken);
                    }
                }
                catch (StorageConnectException e)
                {
                    Log.Warning($"Cinder: the identity of '{volume.DisplayName}' could not be proven: {e.Message}");
                }

                return true;
            },
            cancellationToken);
    }

    /// <summary>Compares what this host sees after its login with what was proven. Where it differs, no identity of the back-end is trusted any more.</summary>
    public async Task CheckAsync(string volumeId, ValueList<TargetAddress> targets, CancellationToken cancellationToken)
    {
        if (!array.Address.Identity.IsProbed || array.Register.Read().FindIdentity(volumeId) is not { } proven)
        {
            return;
        }

        var seen = ReadAll(targets);
        if (seen.Count == 0 || seen.Contains(proven))
        {
            return;
        }

        Log.Warning($"Cinder: volume {volumeId} shows the identity {string.Join(", ", seen)} and not {proven}: the back-end's identities do not stay");
        await array.Register.ChangeAsync(
            register =>
            {
                var all = register.Read();
                if (all.Identities.FirstOrDefault(one => one.VolumeId == volumeId) is { } identity)
                {
                    register.Write(With(all, new(identity.Backend, Stays: false)));
                }

                return Task.FromResult(true);
            },
            cancellationToken);
    }

    /// <summary>Forgets a volume that is gone.</summary>
    public async Task ForgetAsync(string volumeId, CancellationToken cancellationToken)
    {
        if (array.Register.Read().FindIdentity(volumeId) is null)
        {
            return;
        }

        await array.Register.ChangeAsync(
            register =>
            {
                var all = register.Read();
                register.Write(all with { Identities = all.Identities.Where(one => one.VolumeId != volumeId).ToValueList() });
                return Task.FromResult(true);
            },
            cancellationToken);
    }

    private static bool IsWanted(Registrations all, Volume volume, string initiator, IReadOnlyList<string> groupNames) =>
        volume is { Status: "available", Encrypted: false } && all.FindIdentity(volume.Id) is null && all.FindPresentation(volume.Id) is null
        && all.FindBackend(BackendOf(volume)) is not { Stays: false }
        && groupNames.Any(name => all.FindGroup(name)?.Entries.Contains(initiator, StringComparer.OrdinalIgnoreCase) == true);

    /// <summary>The back-end where the service tells it, without its pool; else the volume type.</summary>
    private static string BackendOf(Volume volume) => volume.Host?.Split('#')[0] ?? volume.VolumeType ?? "";

    private static Registrations With(Registrations all, ProbedBackend backend) => all with
    {
        Backends = [.. all.Backends.Where(one => one.Name != backend.Name), backend],
        Identities = backend.Stays ? all.Identities : all.Identities.Where(one => one.Backend != backend.Name).ToValueList(),
    };

    private async Task ProbeAsync(Volume volume, string initiator, CancellationToken cancellationToken)
    {
        var backend = BackendOf(volume);
        var identity = await Presenter.BorrowAsync(volume, initiator, (attachment, targets) => ReadAsync(attachment, targets, cancellationToken),
            cancellationToken);
        if (identity is null)
        {
            throw CinderErrors.IdentityUnreadable(volume.DisplayName);
        }

        if (array.Register.Read().FindBackend(backend) is null)
        {
            var stays = IsOfVendor(identity) && await StaysAsync(volume, identity, initiator, cancellationToken);
            Log.Information($"Cinder: identities {(stays ? "stay with the volumes" : "are not proven to stay with the volumes")} at the back-end '{backend}'");
            array.Register.Write(With(array.Register.Read(), new(backend, stays)));
            if (!stays)
            {
                return;
            }
        }

        var all = array.Register.Read();
        array.Register.Write(all.Identities.Any(one => one.Page83Id == identity)
            ? With(all, new(backend, Stays: false)) // another volume has it
            : all with { Identities = [.. all.Identities, new(volume.Id, backend, identity)] });
    }

    /// <summary>
    /// Exports a second volume, which a back-end of moving identities gives the first one's, and then the first again beside it. What can't be read,
    /// because both are behind one target, or can't be compared, because the volume type placed the second elsewhere, is not proven.
    /// </summary>
    private async Task<bool> StaysAsync(Volume volume, string identity, string initiator, CancellationToken cancellationToken)
    {
        try
        {
            var other = await CreateSecondAsync(volume, cancellationToken);
            if (BackendOf(other) != BackendOf(volume))
            {
                return false;
            }

            var read = await Presenter.BorrowAsync(
                other,
                initiator,
                async (attachment, targets) =>
                {
                    var second = await ReadAsync(attachment, targets, cancellationToken);
                    var again = await Presenter.BorrowAsync(volume, initiator, (one, places) => ReadAsync(one, places, cancellationToken), cancellationToken);
                    return new[] { second, again };
                },
                cancellationToken);
            return read is [{ } secondIdentity, var sameAgain] && sameAgain == identity && secondIdentity != identity;
        }
        finally
        {
            await SweepAsync(CancellationToken.None);
        }
    }

    private async Task<Volume> CreateSecondAsync(Volume volume, CancellationToken cancellationToken)
    {
        var name = $"osc-probe-{Guid.NewGuid():n}";
        array.Register.Write(array.Register.Read() with { ProbeVolume = name });
        var body = new Dictionary<string, object> { ["name"] = name, ["size"] = 1 };
        if (volume.VolumeType is { } type)
        {
            body["volume_type"] = type;
        }

        var (made, since) = await Api.CreateVolumeAsync(body, name, cancellationToken);
        Outcome.Begin(made.Id);
        var handle = new OperationHandle(OperationKind.Create, made.Id, made.Size, since);
        return await Polling.UntilAsync(name, Polling.SynchronousTime,
            async () => (await array.Outcome.OfCreateAsync(handle, name, cancellationToken), "creating"), cancellationToken);
    }

    /// <summary>Removes the second volume of a probe, also one that a killed process left.</summary>
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (array.Register.Read().ProbeVolume is not { } name)
        {
            return;
        }

        foreach (var left in await Api.FindVolumesAsync(name, cancellationToken))
        {
            await Presenter.RecoverInChangeAsync(left, cancellationToken);
            await array.Outcome.AwaitVolumeGoneAsync(left, await Api.DeleteVolumeAsync(left, cancellationToken), cancellationToken);
        }

        array.Register.Write(array.Register.Read() with { ProbeVolume = null });
    }

    /// <summary>The identity of the one LUN behind the targets; null where there are several, or none.</summary>
    private async Task<string?> ReadAsync(Attachment attachment, ValueList<TargetAddress> targets, CancellationToken cancellationToken)
    {
        await array.LoginAsync(attachment, targets.Select(address => address.ToTarget()), cancellationToken);
        return ReadAll(targets) is [var identity] ? identity : null;
    }

    private List<string> ReadAll(ValueList<TargetAddress> targets) =>
        [.. Host.FindLuns(targets.Select(address => address.TargetName).Distinct().ToValueList()).Select(lun => lun.Page83Id)];

    /// <summary>False for a NAA identity without a vendor's number (OUI): a target program made it up of the target's number and the LUN.</summary>
    private static bool IsOfVendor(string identity)
    {
        const string noVendor = "000000";
        return !(identity.StartsWith("36", StringComparison.Ordinal) || identity.StartsWith("35", StringComparison.Ordinal))
            || !identity.AsSpan(2).StartsWith(noVendor, StringComparison.Ordinal);
    }
}
