using System.Globalization;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Scsi;

/// <summary>What the kernel does with SCSI devices when it is told: looks for one, reads it anew, takes it away.</summary>
/// <param name="roots">Where sysfs is.</param>
/// <param name="deadlines">How long the kernel may take.</param>
/// <param name="kernel">The kernel.</param>
internal sealed class ScsiBus(HostRoots roots, HostDeadlines deadlines, IKernel kernel)
{
    /// <summary>Has the kernel look for one LUN behind a session; for all of them when no LUN is given.</summary>
    public Task ScanAsync(IscsiSession session, long? lun, CancellationToken cancellationToken) =>
        ScanAsync(session.Host, string.Create(CultureInfo.InvariantCulture, $"0 {session.TargetId} {(lun is { } one ? one : "-")}"), cancellationToken);

    /// <summary>The same behind a target of a Fibre Channel port.</summary>
    public Task ScanAsync(FibreChannelTarget target, long? lun, CancellationToken cancellationToken) =>
        ScanAsync(target.Host, string.Create(CultureInfo.InvariantCulture, $"{target.Channel} {target.TargetId} {(lun is { } one ? one : "-")}"),
            cancellationToken);

    /// <summary>Has the kernel read a device's identity and size anew.</summary>
    public Task RescanAsync(ScsiDevice device, CancellationToken cancellationToken) =>
        WriteAsync(Path.Combine(device.Folder, "rescan"), "1", $"reading the SCSI device {device.Hctl} anew", cancellationToken);

    /// <summary>Takes a device away, and returns when it is gone. What is still in it unwritten is lost: write it before.</summary>
    /// <remarks>Offline first: no I/O of others, and none of the kernel's own, can hold up the deletion then.</remarks>
    public async Task DeleteAsync(ScsiDevice device, CancellationToken cancellationToken)
    {
        var what = $"removing the SCSI device {device.Hctl}";
        await WriteAsync(Path.Combine(device.Folder, "state"), "offline", what, cancellationToken);
        await WriteAsync(Path.Combine(device.Folder, "delete"), "1", what, cancellationToken);
        if (!await Watch.UntilAsync(roots, () => !device.Exists, deadlines.DiskSettled, cancellationToken))
        {
            throw ScsiErrors.ScsiBusTimeout(what, deadlines.DiskSettled);
        }
    }

    /// <summary>Removes those devices that are still there.</summary>
    public Task DeleteAsync(IEnumerable<ScsiDevice> devices, CancellationToken cancellationToken) =>
        Task.WhenAll(devices.Where(device => device.Exists).Select(device => DeleteAsync(device, cancellationToken)));

    private async Task ScanAsync(int host, string what, CancellationToken cancellationToken)
    {
        // Seen to its end also when it is cancelled: what it brings would come when everything else is taken back already.
        await WriteAsync(
            Path.Combine(roots.Sys, "class", "scsi_host", string.Create(CultureInfo.InvariantCulture, $"host{host}"), "scan"),
            what,
            string.Create(CultureInfo.InvariantCulture, $"looking for LUNs on the SCSI host {host}"),
            CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task WriteAsync(string path, string text, string what, CancellationToken cancellationToken)
    {
        try
        {
            // A write can hang in the kernel with a dead portal; the thread is then left to it.
            await Task.Run(() => kernel.Write(path, text), CancellationToken.None).WaitAsync(deadlines.SysfsWrite, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw ScsiErrors.ScsiBusTimeout(what, deadlines.SysfsWrite);
        }
        catch (UnauthorizedAccessException e)
        {
            throw HostErrors.HostRightsNeeded(what, e);
        }
        catch (IOException)
        {
            // It is gone, or went while the kernel was about it. What is there afterwards tells, not this.
        }
    }
}
