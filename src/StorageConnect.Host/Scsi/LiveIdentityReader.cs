using System.Collections.Concurrent;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Scsi;

/// <summary>
/// Reads disks' identities at this moment with INQUIRY. sysfs shows what the kernel read at its last scan, and the kernel doesn't notice that an
/// array gave a LUN number to another element.
/// </summary>
internal sealed class LiveIdentityReader(HostRoots roots, HostDeadlines deadlines, IKernel kernel)
{
    private const byte SupportedPages = 0x00;
    private const byte SerialNumber = 0x80;
    private const byte Identification = 0x83;

    /// <summary>The identity of one device; empty when it has none; null when it doesn't answer, or no LUN is behind it.</summary>
    public async Task<string?> InquireAsync(ScsiDevice device, CancellationToken cancellationToken)
    {
        if (device.State is not "running" || device.Disk is not { } disk || await TryReadAsync(disk, Identification, cancellationToken) is not { } page
            || device.Disk != disk) // another device may have its name by now
        {
            return null;
        }

        return Page83.TryGetMultipathId(page, out var id) ? id
            : page.Length > 0 || await TryReadAsync(disk, SupportedPages, cancellationToken) is { Length: > 0 } ? ""
            : null;
    }

    /// <summary>
    /// The identity of a device that a scan found, as the kernel read it. Where it read none, the device is asked: its path may have been lost between two
    /// questions of the scan, which is no sign of another LUN.
    /// </summary>
    /// <returns>Empty when the device answers that it has none; null when it doesn't answer.</returns>
    public async Task<string?> ReadOrInquireAsync(ScsiDevice device, CancellationToken cancellationToken)
    {
        if (device.ReadIdentity() is { } read)
        {
            return read;
        }

        // A scan ends before the kernel has assigned the disk's name. Tapes have none.
        await Watch.UntilAsync(
            roots, $"the disk of {device.Hctl}", () => device.Disk is not null || device.State is not "running", deadlines.Inquiry, cancellationToken);
        return await InquireAsync(device, cancellationToken);
    }

    /// <summary>
    /// True when the target answers that no LUN is behind a device any more: it has neither its identity nor the list of pages, which each LUN has. False
    /// for one that doesn't answer.
    /// </summary>
    public async Task<bool> IsWithdrawnAsync(ScsiDevice device, CancellationToken cancellationToken) =>
        device.ReadIdentity() is not null && device.State is "running" && device.Disk is { } disk
        && await TryReadAsync(disk, Identification, cancellationToken) is { Length: 0 }
        && await TryReadAsync(disk, SupportedPages, cancellationToken) is { Length: 0 };

    /// <summary>The unit serial number; empty when the device has none; null when it doesn't answer.</summary>
    public async Task<string?> ReadSerialAsync(ScsiDevice device, CancellationToken cancellationToken)
    {
        const int header = 4;
        var page = device.State is "running" && device.Disk is { } disk ? await TryReadAsync(disk, SerialNumber, cancellationToken) : null;
        return page is null ? null
            : page.Length <= header ? ""
            : System.Text.Encoding.ASCII.GetString(page, header, Math.Min(page.Length - header, (page[2] << 8) | page[3])).Trim(' ', '\0');
    }

    /// <summary>The identities of these devices, by folder.</summary>
    /// <remarks>
    /// For a path that is down, or that this user may not read, the kernel's value is given. Sequential per session (or other host adapter), which is
    /// skipped after its first timeout: it costs one timeout however many LUNs it has.
    /// </remarks>
    public async Task<IReadOnlyDictionary<string, PathIdentity>> ReadAsync(IEnumerable<ScsiDevice> devices, CancellationToken cancellationToken)
    {
        var identities = new ConcurrentDictionary<string, PathIdentity>();
        await Task.WhenAll(devices.GroupBy(device => device.Host).Select(async adapter =>
        {
            var (isSilent, mayAsk) = (false, true);
            foreach (var device in adapter)
            {
                byte[]? page = null;
                if (!isSilent && mayAsk && device.State is "running" && device.Disk is { } disk)
                {
                    try
                    {
                        page = await AskAsync(disk, Identification, cancellationToken);
                        isSilent = page is null;
                    }
                    catch (UnauthorizedAccessException)
                    {
                        mayAsk = false;
                    }
                }

                identities[device.Folder] = page is null ? new(device.ReadIdentity(), IsSilent: mayAsk)
                    : new(Page83.TryGetMultipathId(page, out var id) ? id : null, IsSilent: false);
            }
        }));
        return identities;
    }

    /// <summary>A page; null for a disk that doesn't answer, and for one that this user may not ask.</summary>
    private async Task<byte[]?> TryReadAsync(string disk, byte page, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(disk, page, cancellationToken);
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A page; null for a disk that doesn't answer.</summary>
    private async Task<byte[]?> AskAsync(string disk, byte page, CancellationToken cancellationToken)
    {
        try
        {
            // The kernel may block the call beyond its timeout while a portal is being lost. The thread is then abandoned.
            return await Task.Run(() => kernel.ReadVpdPage(Path.Combine(roots.Dev, disk), page), CancellationToken.None)
                .WaitAsync(2 * deadlines.Inquiry, cancellationToken);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return null;
        }
    }
}
