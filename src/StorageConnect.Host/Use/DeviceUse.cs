using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Use;

/// <summary>
/// Whether a device is in use: the kernel decides. A device is opened with O_EXCL, which fails while a mount, a device-mapper device, an md array, a
/// log of a file system or a swap area holds it, in any namespace. While it is open here, none of them can begin.
/// </summary>
/// <remarks>
/// A plain open and a loop device hold no claim, so <see cref="DeviceUsers"/> finds those; it also names the holder of a claim. A disk whose paths
/// are all dead can't be opened: a claim of others still shows, and one of ours isn't needed.
/// </remarks>
internal sealed class DeviceUse(HostRoots roots, HostDeadlines deadlines, IKernel kernel)
{
    private const string Unnamed = "in use by something that can't be named from here";
    private readonly DeviceUsers _users = new(roots, kernel);

    /// <summary>Claims disks with their partitions. A disk in a multipath map is claimed by the map already: only its other users are searched for.</summary>
    /// <exception cref="StorageConnectException">As <paramref name="refusal"/> creates it; no claim is left.</exception>
    public Task<DeviceClaim> TakeDisksAsync(IEnumerable<string> disks, DeviceRefusal refusal, CancellationToken cancellationToken) =>
        TakeAsync([.. disks], [], refusal, cancellationToken);

    /// <summary>
    /// As <see cref="TakeDisksAsync"/>, also for devices without a disk, such as tapes and changers. These can't be claimed: only processes that have them
    /// open are searched for.
    /// </summary>
    /// <exception cref="StorageConnectException">As <paramref name="refusal"/> creates it; no claim is left.</exception>
    public Task<DeviceClaim> TakeDevicesAsync(IEnumerable<ScsiDevice> devices, DeviceRefusal refusal, CancellationToken cancellationToken)
    {
        var all = devices.Select(device => (Device: device, device.Disk)).ToList();
        return TakeAsync(
            [.. all.Select(one => one.Disk).OfType<string>()], [.. all.Where(one => one.Disk is null).Select(one => one.Device)], refusal, cancellationToken);
    }

    private async Task<DeviceClaim> TakeAsync(
        IReadOnlyList<string> disks, IReadOnlyList<ScsiDevice> others, DeviceRefusal refusal, CancellationToken cancellationToken)
    {
        var claim = new DeviceClaim();
        try
        {
            IReadOnlyList<string> ToClaim() => [.. disks.Where(disk => !MultipathMaps.HavePath(roots, disk))];
            await TakeAsync(
                claim, namespaces => _users.FindOfDevices(disks, others, namespaces), ToClaim, name => name, refusal, cancellationToken);
            return claim;
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>Claims a map, or its partitions where it has some: they hold the map, and are removed with it.</summary>
    /// <remarks>Dispose the claim right before the map's removal. From then on the kernel refuses the removal while the map is open.</remarks>
    /// <exception cref="StorageConnectException">As <paramref name="refusal"/> creates it; no claim is left.</exception>
    public Task<DeviceClaim> TakeMapAsync(DmDevice map, DeviceRefusal refusal, CancellationToken cancellationToken) =>
        TakeMapAsync(map, withProcesses: false, refusal, cancellationToken);

    /// <summary>
    /// As <see cref="TakeMapAsync(DmDevice, DeviceRefusal, CancellationToken)"/>, for a map that stays and loses its paths: the kernel doesn't refuse that, so
    /// processes that only have it open are searched for, too.
    /// </summary>
    /// <exception cref="StorageConnectException">As <paramref name="refusal"/> creates it; no claim is left.</exception>
    public Task<DeviceClaim> TakeLastingMapAsync(DmDevice map, DeviceRefusal refusal, CancellationToken cancellationToken) =>
        TakeMapAsync(map, withProcesses: true, refusal, cancellationToken);

    private async Task<DeviceClaim> TakeMapAsync(DmDevice map, bool withProcesses, DeviceRefusal refusal, CancellationToken cancellationToken)
    {
        var claim = new DeviceClaim();
        try
        {
            IReadOnlyList<string> ToClaim() => map.Holders(roots).ToList() is [_, ..] partitions ? partitions : [map.KernelName];
            (string, DeviceUser)? FindUser(bool withOtherNamespaces) =>
                (_users.Find(map, withOtherNamespaces) ?? (withProcesses ? _users.FindOpener(map) : null)) is { } user ? (map.Name, user) : null;
            await TakeAsync(claim, FindUser, ToClaim, _ => map.Name, refusal, cancellationToken);
            return claim;
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Fails where one of the maps or devices has a user at this moment that is visible from here. Nothing is claimed, and no user is waited for: this is for
    /// checks without a change.
    /// </summary>
    /// <exception cref="StorageConnectException">As <paramref name="refusal"/> creates it.</exception>
    public async Task DemandUnusedAsync(
        IReadOnlyList<DmDevice> maps, IReadOnlyList<ScsiDevice> devices, DeviceRefusal refusal, CancellationToken cancellationToken)
    {
        List<string> disks = [.. devices.Select(device => device.Disk).OfType<string>()];
        List<ScsiDevice> others = [.. devices.Where(device => device.Disk is null)];
        (string Device, DeviceUser User)? found;
        try
        {
            found = await SearchAsync(
                () => maps.Select(map => (map.Name, User: _users.Find(map, withOtherNamespaces: true) ?? _users.FindOpener(map)))
                        .Where(map => map.User is not null).Select(map => ((string, DeviceUser)?)(map.Name, map.User!)).FirstOrDefault()
                    ?? _users.FindOfDevices(disks, others, withOtherNamespaces: true),
                cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw refusal.Unknown(e);
        }

        if (found is (var device, var user))
        {
            throw refusal.InUse(device, user.Description);
        }
    }

    /// <summary>True when the map is not in use at this moment.</summary>
    public async Task<bool> IsFreeAsync(DmDevice map, CancellationToken cancellationToken)
    {
        try
        {
            using var claim = await TakeMapAsync(map, DeviceRefusal.Of(map), cancellationToken);
            return true;
        }
        catch (StorageElementBusyException)
        {
            return false;
        }
    }

    /// <summary>The user of a map, or the process that has it open; null when neither is visible from here. For the error after a refused removal.</summary>
    public async Task<string?> FindUserAsync(DmDevice map, CancellationToken cancellationToken)
    {
        try
        {
            return await SearchAsync(() => (_users.Find(map, withOtherNamespaces: true) ?? _users.FindOpener(map))?.Description, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private async Task TakeAsync(
        DeviceClaim claim,
        Func<bool, (string Device, DeviceUser User)?> findUser,
        Func<IReadOnlyList<string>> toClaim,
        Func<string, string> nameOf,
        DeviceRefusal refusal,
        CancellationToken cancellationToken)
    {
        var passing = new Backoff(deadlines.PassingUse);
        while (true)
        {
            (string Device, DeviceUser User)? found;
            try
            {
                found = await SearchAsync(() => findUser(false), cancellationToken);
                if (found is null)
                {
                    var (refused, isWhole) = await TryClaimAsync(claim, toClaim(), cancellationToken);
                    found = refused is not null
                        ? await SearchAsync(() => findUser(true), cancellationToken) ?? (nameOf(refused), new(Unnamed, MayPass: true))
                        : isWhole ? null : await SearchAsync(() => findUser(true), cancellationToken);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
            {
                throw refusal.Unknown(e);
            }

            if (found is not (var device, var user))
            {
                return;
            }

            // udev's programs open each new device for a moment, some of them with O_EXCL.
            claim.Dispose();
            if (!user.MayPass || !await passing.WaitAsync(cancellationToken))
            {
                throw refusal.InUse(device, user.Description);
            }

            Tracer.Debug($"Host: {device} is {user.Description}, retry");
        }
    }

    /// <summary>Searches for users. A process may have a file open whose file system does not answer; the thread is then abandoned.</summary>
    /// <exception cref="TimeoutException">The search did not end in time.</exception>
    private async Task<T> SearchAsync<T>(Func<T> search, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(search, CancellationToken.None).WaitAsync(deadlines.UseSearch, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException(
                $"the search for processes that have it open did not end within {deadlines.UseSearch.TotalSeconds:0.###} s. A file system that a process "
                + "has a file of open does not answer: a FUSE or network mount whose server is gone.",
                e);
        }
    }

    /// <summary>Claims all of them that can be opened, or none when one has another holder.</summary>
    /// <returns>The device with another holder, or null; whether all could be opened.</returns>
    private async Task<(string? Refused, bool IsWhole)> TryClaimAsync(
        DeviceClaim claim, IReadOnlyList<string> kernelNames, CancellationToken cancellationToken)
    {
        var taken = new DeviceClaim();
        var isWhole = true;
        try
        {
            foreach (var name in kernelNames)
            {
                switch (await TryOpenAsync(Path.Combine(roots.Dev, name), cancellationToken))
                {
                    case (true, { } handle):
                        taken.Add(handle);
                        break;
                    case (true, null):
                        taken.Dispose();
                        return (name, false);
                    default:
                        isWhole = false;
                        break;
                }
            }
        }
        catch
        {
            taken.Dispose();
            throw;
        }

        claim.Add(taken);
        return (null, isWhole);
    }

    /// <summary>Whether the device could be opened, and the handle; null when it is claimed already.</summary>
    private async Task<(bool IsAnswered, IDisposable? Handle)> TryOpenAsync(string node, CancellationToken cancellationToken)
    {
        // The kernel may block the call while a portal is being lost. The thread is then abandoned, and closes what it opens.
        var opening = Task.Run(() => kernel.TryClaim(node), CancellationToken.None);
        try
        {
            return (true, await opening.WaitAsync(2 * deadlines.Inquiry, cancellationToken));
        }
        catch (TimeoutException)
        {
            CloseWhenOpen(opening);
            return (false, null);
        }
        catch (OperationCanceledException)
        {
            CloseWhenOpen(opening);
            throw;
        }
        catch (IOException)
        {
            return (false, null); // no path to it
        }
    }

    private static void CloseWhenOpen(Task<IDisposable?> opening) =>
        opening.ContinueWith(
            static opened => opened.Result?.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
}
