using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Multipath;
using StorageConnect.Host.OpenIscsi;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;
using StorageConnect.Host.Use;

namespace StorageConnect.Host.Devices;

/// <summary>The parts of the host that attaching and detaching use. The constructor touches nothing.</summary>
/// <param name="roots">The folders of the kernel, udev and the daemons.</param>
/// <param name="deadlines">How long they may take.</param>
/// <param name="stateFolder">Where the ledger is.</param>
/// <param name="initiator">The iSCSI initiator.</param>
/// <param name="kernel">The kernel.</param>
/// <param name="tools">Starts tools.</param>
/// <param name="isPrivileged">Whether this process may change the host.</param>
internal sealed class LinuxHost(
    HostRoots roots,
    HostDeadlines deadlines,
    string stateFolder,
    IIscsiInitiator initiator,
    IKernel kernel,
    IToolRunner tools,
    Func<bool> isPrivileged)
{
    private readonly Multipathd _multipathd = new(roots, deadlines, tools);

    public HostRoots Roots { get; } = roots;

    public HostDeadlines Deadlines { get; } = deadlines;

    public HostLedger Ledger { get; } = new(stateFolder);

    public WorkLocks Locks { get; } = new(roots, deadlines);

    public IIscsiInitiator Initiator { get; } = initiator;

    public ScsiBus Scsi { get; } = new(roots, deadlines, kernel);

    public LiveIdentityReader Identities { get; } = new(roots, deadlines, kernel);

    public MultipathCommands Multipath => new(_multipathd);

    public MapRemoval MapRemoval => new(Roots, Deadlines, _multipathd, Claims);

    public WwidsFile Wwids { get; } = new(roots);

    public DeviceUse Claims { get; } = new(roots, deadlines, kernel);

    public DevicePathFinder Paths { get; } = new(roots);

    /// <summary>True for a path that can carry I/O, as far as the kernel shows.</summary>
    public bool IsUsable(ScsiDevice device) => device.State is "running"
        && (device.SessionId is not { } id || Initiator.Sessions().Any(session => session.Id == id && session.IsLoggedIn));

    /// <summary>
    /// True when a map has a usable path besides these disks. In doubt it has none: a path of another kind, or one that multipathd doesn't know or calls
    /// failed.
    /// </summary>
    public async Task<bool> HasOtherPathAsync(DmDevice map, IReadOnlyCollection<string> disks, CancellationToken cancellationToken)
    {
        var others = map.Slaves(Roots).Except(disks).Where(disk => ScsiDevice.OfDisk(Roots, disk) is { } device && IsUsable(device)).ToList();
        if (others.Count == 0 || !Multipath.IsListening)
        {
            return others.Count > 0;
        }

        var shown = await Multipath.TryShowMapAsync(map, cancellationToken);
        return shown?.Paths.Any(path => others.Contains(path.Disk) && path.State != OscPathState.Failed) == true;
    }

    /// <summary>The machine this runs on, with the ledger in a user's state folder.</summary>
    /// <param name="stateFolder">The state folder of the engine's paths.</param>
    public static LinuxHost Machine(string stateFolder) => At(HostRoots.Machine, HostDeadlines.Standard, Path.Combine(stateFolder, "host"));

    /// <summary>A host with open-iscsi, wherever its files are.</summary>
    public static LinuxHost At(HostRoots roots, HostDeadlines deadlines, string stateFolder)
    {
        var tools = new HostToolRunner();
        return new(roots, deadlines, stateFolder, new OpenIscsiInitiator(roots, deadlines, tools), new LinuxKernel(deadlines), tools,
            () => Environment.IsPrivilegedProcess);
    }

    /// <summary>Called before each step that changes something, with its name. For tests that stop there.</summary>
    public Action<string>? OnStep { get; init; }

    /// <summary>Reports that a step begins.</summary>
    /// <param name="name">The step's name.</param>
    /// <param name="isRepeat">True when the same run did the step before: a detail of the trace, so that retries don't fill it.</param>
    public void Step(string name, bool isRepeat = false)
    {
        if (isRepeat)
        {
            Tracer.Debug($"Host: {name}, again");
        }
        else
        {
            Tracer.Verbose($"Host: {name}");
        }

        OnStep?.Invoke(name);
    }

    /// <summary>Fails where this process lacks the rights for all of the work.</summary>
    /// <exception cref="NoSuchOperationException">This is not Linux.</exception>
    /// <exception cref="AccessDeniedException">The user isn't root.</exception>
    public void DemandRights(string what)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw HostErrors.LinuxNeeded(what);
        }

        if (!isPrivileged())
        {
            throw HostErrors.HostRightsNeeded(what);
        }
    }
}
