using System.Globalization;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Scsi;

/// <summary>The kernel's actions on SCSI devices: scan, rescan, delete.</summary>
/// <param name="roots">Where sysfs is.</param>
/// <param name="deadlines">How long the kernel may take.</param>
/// <param name="kernel">The kernel.</param>
internal sealed class ScsiBus(HostRoots roots, HostDeadlines deadlines, IKernel kernel)
{
    /// <summary>Scans a session for one LUN; for all when no LUN is given.</summary>
    public Task ScanAsync(IscsiSession session, long? lun, CancellationToken cancellationToken) =>
        ScanAsync(session.Host, string.Create(CultureInfo.InvariantCulture, $"0 {session.TargetId} {(lun is { } one ? one : "-")}"), cancellationToken);

    /// <summary>The same behind a target of a Fibre Channel port.</summary>
    public Task ScanAsync(FibreChannelTarget target, long? lun, CancellationToken cancellationToken) =>
        ScanAsync(target.Host, string.Create(CultureInfo.InvariantCulture, $"{target.Channel} {target.TargetId} {(lun is { } one ? one : "-")}"),
            cancellationToken);

    /// <summary>Makes the kernel re-read a device's identity and size.</summary>
    public Task RescanAsync(ScsiDevice device, CancellationToken cancellationToken) =>
        WriteAsync(Path.Combine(device.Folder, "rescan"), "1", $"rescanning the SCSI device {device.Hctl}", cancellationToken, cancellationToken);

    /// <summary>Waits for the name of a device's disk: a scan ends before the kernel has assigned it.</summary>
    /// <returns>The name; null when the device is gone, or still has none.</returns>
    public async Task<string?> WaitForDiskAsync(ScsiDevice device, CancellationToken cancellationToken)
    {
        string? disk = null;
        await Watch.UntilAsync(
            roots,
            $"the disk of {device.Hctl}",
            () => (disk = device.Disk) is not null || !device.Exists,
            deadlines.DiskSettled,
            cancellationToken);
        return disk;
    }

    /// <summary>Deletes a device, and returns when it is gone. Dirty data is lost: flush the device before.</summary>
    /// <remarks>
    /// A running device is set offline first, so that no I/O can delay the deletion. One that is blocked is not: older kernels would then wait with the
    /// deletion until its path is back. What has begun is completed also after a cancellation: a write could otherwise be made when another device has this
    /// device's place, and the kernel never brings back a device that was set offline.
    /// </remarks>
    public async Task DeleteAsync(ScsiDevice device, CancellationToken cancellationToken)
    {
        var what = $"removing the SCSI device {device.Hctl}";
        var begin = cancellationToken;
        using var folder = new OpenedFolder(device.Folder); // another run's scan may fill the place again
        if (device.State is "running" && !folder.IsGone)
        {
            await WriteAsync(Path.Combine(device.Folder, "state"), "offline", what, begin, CancellationToken.None);
            begin = CancellationToken.None;
        }

        if (!folder.IsGone)
        {
            await WriteAsync(Path.Combine(device.Folder, "delete"), "1", what, begin, CancellationToken.None);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (!await Watch.UntilAsync(roots, $"the SCSI device {device.Hctl} to be gone", () => folder.IsGone, deadlines.DiskSettled, cancellationToken))
        {
            throw ScsiErrors.ScsiBusTimeout(what, deadlines.DiskSettled);
        }
    }

    /// <summary>Deletes those devices that still exist.</summary>
    public Task DeleteAsync(IEnumerable<ScsiDevice> devices, CancellationToken cancellationToken) =>
        Task.WhenAll(devices.Where(device => device.Exists).Select(device => DeleteAsync(device, cancellationToken)));

    private async Task ScanAsync(int host, string what, CancellationToken cancellationToken)
    {
        // Completed also after a cancellation: otherwise its devices would appear after the rollback.
        await WriteAsync(
            Path.Combine(roots.Sys, "class", "scsi_host", string.Create(CultureInfo.InvariantCulture, $"host{host}"), "scan"),
            what,
            string.Create(CultureInfo.InvariantCulture, $"scanning the SCSI host {host}"),
            CancellationToken.None,
            CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Writes, and returns when the kernel has done it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">The text.</param>
    /// <param name="what">What it does, for errors.</param>
    /// <param name="begin">Ends it while it has not begun.</param>
    /// <param name="wait">Ends the wait for one that has begun. Its thread is then abandoned.</param>
    private async Task WriteAsync(string path, string text, string what, CancellationToken begin, CancellationToken wait)
    {
        using var unbegun = CancellationTokenSource.CreateLinkedTokenSource(begin);
        try
        {
            // A write can hang in the kernel while a portal is dead. The thread is then abandoned.
            await Task.Run(() => kernel.Write(path, text), unbegun.Token).WaitAsync(deadlines.SysfsWrite, wait);
        }
        catch (OperationCanceledException e) when (begin.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, begin);
        }
        catch (TimeoutException)
        {
            await unbegun.CancelAsync();
            throw ScsiErrors.ScsiBusTimeout(what, deadlines.SysfsWrite);
        }
        catch (UnauthorizedAccessException e)
        {
            throw HostErrors.HostRightsNeeded(what, e);
        }
        catch (IOException)
        {
            // The device is gone, or went during the write. The caller checks the state afterwards.
        }
    }
}
