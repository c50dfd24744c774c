namespace StorageConnect.Host.Settings;

/// <summary>The timeouts of the host's parts.</summary>
internal sealed record HostDeadlines
{
    public static HostDeadlines Standard { get; } = new();

    /// <summary>One command to multipathd with its reply: the same as in multipath-tools' own clients.</summary>
    public TimeSpan MultipathdReply { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a refused removal is retried: udev holds a map open for a moment after it appeared or changed.</summary>
    public TimeSpan MapRefused { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>From multipathd's <c>ok</c> until the kernel no longer shows the map.</summary>
    public TimeSpan MapGone { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>One write to sysfs: the kernel sends SCSI commands for it, and waits for their answers.</summary>
    public TimeSpan SysfsWrite { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>One INQUIRY.</summary>
    public TimeSpan Inquiry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From a scan until the disk has its name and node, and from a deletion until it is gone.</summary>
    public TimeSpan DiskSettled { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a LUN that was just presented may take to be visible at any of the portals.</summary>
    public TimeSpan LunSeen { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a portal may lag behind another that shows the LUN already.</summary>
    public TimeSpan LunSeenEverywhere { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the disks until multipathd has made their map with all of them.</summary>
    public TimeSpan MapMade { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much longer the map may take while udev has queued events: multipathd learns of the disks from udev.</summary>
    public TimeSpan UdevBehind { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long multipathd may take to find a disk before "add path" is sent.</summary>
    public TimeSpan MultipathdDetection { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From a device until udev has made or removed its links.</summary>
    public TimeSpan LinksSettled { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Flushing dirty data to a device before it is removed.</summary>
    public TimeSpan Flush { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>One search for users of a device: it looks at each descriptor of each process, and a file system that is gone may not answer.</summary>
    public TimeSpan UseSearch { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a check of an open device is retried before it counts as in use: udev's programs open devices for a moment.</summary>
    public TimeSpan PassingUse { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Until another process that works on the same element or target is done.</summary>
    public TimeSpan Lock { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Until multipathd accepts a new size on all paths.</summary>
    public TimeSpan MapResized { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Waiting for another process that changes open-iscsi's database: the same as in open-iscsi itself.</summary>
    public TimeSpan IscsiDatabase { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Waiting while another process logs in to, or out of, the same portal of the same target.</summary>
    public TimeSpan IscsiLock { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>One SendTargets discovery at one address.</summary>
    public TimeSpan IscsiDiscovery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>One login at one portal: with our record iscsid gives up after about 17 seconds.</summary>
    public TimeSpan IscsiLogin { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>How long iscsid may continue an orphaned login: it gives up after about 17 seconds.</summary>
    public TimeSpan IscsidLoginTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>One logout: iscsid waits for the target for up to 15 seconds, and then closes the connection.</summary>
    public TimeSpan IscsiLogout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long transient failures are retried.</summary>
    public TimeSpan IscsiRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From iscsiadm's end until the kernel shows a session as logged in, or as gone; and how long a session may take to recover.</summary>
    public TimeSpan IscsiSettle { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long iscsiadm may run after the kernel has the session: open-iscsi 2.1.10 never ends after a login without a scan.</summary>
    public TimeSpan IscsiadmLag { get; init; } = TimeSpan.FromSeconds(5);
}
