using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>Finds an element's disks behind the array's ports, one scan for each port, and proves them by their page 0x83.</summary>
/// <param name="host">The host.</param>
/// <param name="request">The element.</param>
/// <param name="devices">The Fibre Channel disks there are.</param>
internal sealed class FibreChannelSearch(LinuxHost host, ConnectRequest request, Func<IReadOnlyList<ScsiDevice>> devices)
{
    private readonly StaleDevices _stale = new(host);
    private readonly StorageElement _element = request.Element;
    private IReadOnlyList<FibreChannelTarget> _onlineBefore = [];
    private bool _hasScanned;

    /// <summary>True where the array reports where the element is. Disks at other numbers are ignored then.</summary>
    private bool IsPlaceReported => _element.LunAddresses.Count > 0;

    public async Task<IReadOnlyList<FoundPath>> RunAsync(CancellationToken cancellationToken)
    {
        // Two scans of one port at once would each take the other's new disks for unrelated ones.
        using var held = await host.Locks.TakeTargetsAsync(Targets().Select(target => target.Wwpn), cancellationToken);
        var kept = await RemoveStaleAsync(cancellationToken);
        _onlineBefore = [.. FibreChannelTarget.ReadAll(host.Roots).Where(target => target.IsOnline)]; // first: a port may return in between
        var before = devices();
        var started = TimeProvider.System.GetTimestamp();
        var pauses = new ScanPauses(host);
        while (true)
        {
            var hasBroughtOthers = await ScanAsync(before, kept, cancellationToken);
            var found = FindPaths(kept, before);
            var missing = Targets().Where(target => target.IsOnline && !found.Exists(path => target.Carries(path.Device))).ToList();
            var timeout = found.Count > 0 ? host.Deadlines.LunSeenEverywhere : host.Deadlines.LunSeen;
            if ((missing.Count == 0 && found.Count > 0) || IsComplete(found) || TimeProvider.System.GetElapsedTime(started) > timeout)
            {
                Warn(found, missing);
                return found.Count > 0 ? found : throw NotSeen();
            }

            await pauses.WaitAsync(hasBroughtOthers, cancellationToken);
        }
    }

    /// <summary>The array's ports where the element may be: those that it reports, or all.</summary>
    private List<FibreChannelTarget> Targets() =>
    [
        .. FibreChannelTarget.ReadAll(host.Roots).Where(target => !IsPlaceReported || Luns(target).Count > 0)
    ];

    private List<long> Luns(FibreChannelTarget target) => KernelLuns.At(target.Wwpn, _element.LunAddresses);

    /// <summary>Checks the identity of devices that may be the element, and removes those that lead to another LUN now.</summary>
    /// <returns>The folders of those that are the element.</returns>
    private async Task<HashSet<string>> RemoveStaleAsync(CancellationToken cancellationToken)
    {
        var kept = new HashSet<string>();
        var targets = Targets();
        var all = devices();

        // Without a reported place each disk may lead to the element by now. Other elements' disks are not rescanned: one that hangs would end this attach.
        var identities = IsPlaceReported
            ? new Dictionary<string, PathIdentity>()
            : await host.Identities.ReadAsync(all.Where(device => device.ReadIdentity() != _element.Page83Id), cancellationToken);
        foreach (var device in all)
        {
            var isReported = targets.Exists(target => target.Carries(device) && Luns(target).Contains(device.Lun));
            var was = device.ReadIdentity() == _element.Page83Id;
            var isItByInquiry = identities.GetValueOrDefault(device.Folder).Page83Id == _element.Page83Id;
            if (!isReported && !was && !isItByInquiry)
            {
                if (!IsPlaceReported && _stale.IsHalfRemoved(device))
                {
                    await _stale.TryPurgeAsync([device], cancellationToken); // its place may be the element's by now
                }

                continue;
            }

            var state = await _stale.RecheckAsync(device, cancellationToken);
            var isElsewhere = IsPlaceReported && !isReported;
            var isIt = device.ReadIdentity() == _element.Page83Id;
            if (state == DeviceIdentityState.Genuine && isIt)
            {
                kept.Add(device.Folder);
            }
            else if (state == DeviceIdentityState.Down && was)
            {
                await RemoveDownAsync(device, isElsewhere, cancellationToken);
            }
            else if (state != DeviceIdentityState.Empty || isElsewhere || !was)
            {
                // An empty LUN number may be filled again, unless the array reports the element elsewhere.
                await _stale.PurgeAsync(device, cancellationToken);
            }
        }

        return kept;
    }

    /// <summary>Behind a port that is lost it works again when the port is back, unless the array reports the element elsewhere.</summary>
    private async Task RemoveDownAsync(ScsiDevice device, bool isElsewhere, CancellationToken cancellationToken)
    {
        if (isElsewhere)
        {
            await _stale.PurgeDownAsync(device, cancellationToken);
        }
        else if (Targets().Exists(target => target.IsOnline && target.Carries(device)))
        {
            await _stale.TryPurgeDownAsync(device, cancellationToken); // the scan brings it back
        }
    }

    /// <returns>True when it brought in other elements' disks, which are removed again.</returns>
    private async Task<bool> ScanAsync(IReadOnlyList<ScsiDevice> before, HashSet<string> kept, CancellationToken cancellationToken)
    {
        host.Step("scan", isRepeat: _hasScanned);
        _hasScanned = true;
        var targets = Targets().Where(target => target.IsOnline).ToList();
        try
        {
            await Task.WhenAll(targets.SelectMany(target => Luns(target) is [_, ..] luns
                ? luns.Select(lun => host.Scsi.ScanAsync(target, lun, cancellationToken))
                : [host.Scsi.ScanAsync(target, null, cancellationToken)]));
        }
        finally
        {
            // Also after a cancellation.
            var now = Added();
            now.Where(device => !BelongsToOthers(device, now)).ToList().ForEach(request.Changes.Added);
        }

        var added = Added();
        var others = added.Where(device => device.ReadIdentity() != _element.Page83Id).ToList();
        var unrelated = others.Where(device => !BelongsToOthers(device, added)).ToList();
        var wrong = await WrongDisk.FindAtPortAsync(
            host.Identities, _element, IsPlaceReported ? others : [], TargetOf, cancellationToken);
        await _stale.TryPurgeAsync(unrelated, cancellationToken);
        if (wrong is not null)
        {
            throw wrong;
        }

        foreach (var device in added.Except(others))
        {
            kept.Add(device.Folder); // the kernel has just read it
        }

        return !IsPlaceReported && unrelated.Exists(device => !device.Exists); // one in use stays, and comes only once

        // Ignore LUNs that other processes scan for.
        List<ScsiDevice> Added() =>
        [
            .. devices().Except(before).Where(device => targets.Exists(target => target.Carries(device)
                && (Luns(target) is not [_, ..] luns || luns.Contains(device.Lun))))
        ];

        FibreChannelTarget TargetOf(ScsiDevice device) => targets.First(target => target.Carries(device));
    }

    /// <summary>
    /// True for a device that others may have brought in: the kernel scans a port that returns, and an administrator may be scanning for a path that was lost.
    /// </summary>
    private bool BelongsToOthers(ScsiDevice device, IReadOnlyList<ScsiDevice> added)
    {
        var identity = device.ReadIdentity();
        if (identity == _element.Page83Id || (identity is null && IsPlaceReported))
        {
            return false; // also at the element's own place: only a new device can show an identity that the kernel could not read
        }

        if (!_onlineBefore.Any(port => port.Carries(device)))
        {
            return true;
        }

        var disks = added.Select(one => one.Disk).OfType<string>().ToHashSet();
        return identity is not null && (host.Ledger.TryLoad(identity)?.State == AttachmentState.Attached
            || MultipathMaps.Find(host.Roots, identity)?.Slaves(host.Roots).Any(disk => !disks.Contains(disk)) == true);
    }

    private List<FoundPath> FindPaths(HashSet<string> kept, IReadOnlyList<ScsiDevice> before) =>
    [
        .. devices()
            .Where(device => kept.Contains(device.Folder) && device.ReadIdentity() == _element.Page83Id)
            .Select(device => device.Disk is { } disk ? new FoundPath(device, disk, !before.Contains(device)) : null)
            .OfType<FoundPath>()
    ];

    private NotFoundException NotSeen() =>
        devices().Where(device => device.IsDown && device.ReadIdentity() == _element.Page83Id).Select(device => device.Disk).OfType<string>().ToList()
            is [_, ..] down
                ? AttachErrors.ElementNotSeenWhileDown(_element, down)
                : AttachErrors.ElementNotSeenByFibreChannel(_element);

    /// <summary>True when no more paths are expected: the array doesn't report where the element is, so its other ports need not show it.</summary>
    private bool IsComplete(List<FoundPath> found) => !IsPlaceReported && found.Count > 0;

    private void Warn(List<FoundPath> found, List<FibreChannelTarget> missing)
    {
        if (found.Count == 0)
        {
            return;
        }

        foreach (var target in Targets().Where(target => !target.IsOnline))
        {
            request.Warn($"'{_element.Name}' has fewer paths than possible: the port {target.Wwpn} is '{target.State}' behind host{target.Host}.");
        }

        foreach (var target in missing.Where(_ => IsPlaceReported))
        {
            request.Warn($"'{_element.Name}' has fewer paths than possible: the port {target.Wwpn} does not show it to host{target.Host}.");
        }
    }
}
