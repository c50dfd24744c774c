using System.Globalization;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.OpenIscsi;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>
/// A host in a folder: a kernel that finds LUNs when it is told to look, an initiator, a multipathd, and the array they talk to. It does what
/// the real ones do, their unpleasant habits included: a LUN number given to another element is not noticed, sessions end under mounted maps.
/// </summary>
internal sealed partial class SimulatedHost : IIscsiInitiator, IKernel, IAsyncDisposable
{
    public const string Iqn = "iqn.2026-01.lab.init:this";

    private readonly FakeHost _files = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<int, IscsiSession> _sessions = [];
    private readonly HashSet<string> _claims = [];
    private FakeMultipathd? _multipathd;
    private int _nextSession = 1;

    public SimulatedHost()
    {
        _files.Write("etc/iscsi/initiatorname.iscsi", $"## made at installation\nInitiatorName={Iqn}\n");
        StartMultipathd();
    }

    /// <summary>Short where a test waits for the end of a timeout, generous everywhere else.</summary>
    public static HostDeadlines Patient { get; } = new()
    {
        MultipathdReply = TimeSpan.FromMinutes(1),
        MapRefused = TimeSpan.FromMilliseconds(5),
        MapGone = TimeSpan.FromMinutes(1),
        SysfsWrite = TimeSpan.FromMinutes(1),
        Inquiry = TimeSpan.FromMinutes(1),
        DiskSettled = TimeSpan.FromMinutes(1),
        LunSeen = TimeSpan.FromMilliseconds(5),
        LunSeenEverywhere = TimeSpan.FromMilliseconds(5),
        MapMade = TimeSpan.FromMilliseconds(5),
        MultipathdDetection = TimeSpan.FromMilliseconds(50),
        LinksSettled = TimeSpan.FromMilliseconds(5),
        Flush = TimeSpan.FromMinutes(1),
        Lock = TimeSpan.FromMinutes(10),
        IscsiSettle = TimeSpan.FromMilliseconds(5),
        PassingUse = TimeSpan.FromMilliseconds(5),
        MapResized = TimeSpan.FromMilliseconds(50),
        UseSearch = TimeSpan.FromMinutes(1),
    };

    public SimulatedArray Array { get; } = new();

    public FakeHost Files => _files;

    public HostRoots Roots => _files.Roots;

    /// <summary>Portals nobody answers at.</summary>
    public HashSet<string> DeadPortals { get; } = [];

    /// <summary>
    /// Portals, and ports of the array, whose next LUN is there for the kernel's first question and not for the one after its identity: its disk shows none,
    /// now and after a rescan.
    /// </summary>
    public HashSet<string> LostBetweenQuestions { get; } = [];

    /// <summary>Called with the portal when that happens.</summary>
    public Action<string>? OnLost { get; set; }

    /// <summary>Portals at which a logout fails.</summary>
    public HashSet<string> DeafPortals { get; } = [];

    /// <summary>Portals at which CHAP fails.</summary>
    public HashSet<string> ClosedPortals { get; } = [];

    /// <summary>CHAP users that no portal lets in.</summary>
    public HashSet<string> ClosedUsers { get; } = [];

    /// <summary>True: maps are named mpatha and so on, and multipathd knows them by these names alone.</summary>
    public bool HasFriendlyNames { get; set; }

    /// <summary>True: multipathd makes no map of new disks by itself.</summary>
    public bool IsMultipathdBlind { get; set; }

    /// <summary>True: multipathd says ok to a new size and does nothing.</summary>
    public bool IsMultipathdDeafToSizes { get; set; }

    /// <summary>What multipathd tells of its settings; null = nothing.</summary>
    public string? MultipathConfig { get; set; }

    /// <summary>Its answer to <c>add path</c>; null = it does it.</summary>
    public string? AnswerToAddPath { get; set; }

    /// <summary>Maps, by identity, that somebody has open where the kernel's tables don't show it: multipathd refuses to remove them.</summary>
    public HashSet<string> OpenMaps { get; } = [];

    /// <summary>
    /// Disks, partitions and maps, by kernel name, that something holds which the kernel's tables show nowhere from here: a mount in a container.
    /// </summary>
    public HashSet<string> HiddenClaims { get; } = [];

    /// <summary>
    /// The states multipathd tells of paths, by disk; else <c>active ready running</c>, and of a disk that doesn't run <c>failed faulty offline</c>.
    /// </summary>
    public Dictionary<string, string> PathStates { get; } = [];

    /// <summary>What multipathd was asked.</summary>
    public IReadOnlyList<string> MultipathdCommands => [.. _multipathd?.Commands ?? []];

    /// <summary>Portals at which a login goes on though the run that began it was killed: its session is not there yet.</summary>
    public HashSet<string> LateLogins { get; } = [];

    public List<string> Logins { get; } = [];

    /// <summary>What the last login was made with.</summary>
    public AccessContext? LastLogin { get; private set; }

    public List<string> Logouts { get; } = [];

    /// <summary>Called after the next map that multipathd removes on request, and then forgotten.</summary>
    public Action? AfterMapRemoval { get; set; }

    /// <summary>Called with each write to sysfs, before it is done.</summary>
    public Action<string, string>? OnWrite { get; set; }

    /// <summary>Called with each disk that is asked for a VPD page, and the page, before it answers.</summary>
    public Action<string, byte>? OnInquiry { get; set; }

    /// <summary>What a run of the product on this host is given.</summary>
    public LinuxHost Open(HostDeadlines? deadlines = null, Action<string>? onStep = null, Func<bool>? isPrivileged = null, IKernel? kernel = null) =>
        new(Roots, deadlines ?? Patient, _files.At("state/host"), this, kernel ?? this,
            new ScriptedTools(command => throw new InvalidOperationException($"No tool is needed: {command}")),
            isPrivileged ?? (() => true))
        { OnStep = onStep };

    /// <summary>It drops disks that are gone from their maps, and makes maps of all that are there.</summary>
    public void StartMultipathd()
    {
        lock (_gate)
        {
            _multipathd = FakeMultipathd.Answering(_files.MultipathdSocket, Answer);
            Maps().ToList().ForEach(DropDead);
            foreach (var disk in new DirectoryInfo(_files.At("sys/block")).EnumerateFileSystemInfos("sd*").Select(entry => entry.Name)
                .Order(StringComparer.Ordinal))
            {
                if (!IsMultipathdBlind && !MultipathMaps.HavePath(Roots, disk) && ScsiDisk.ReadIdentity(Roots, disk) is { } wwid)
                {
                    Map(disk, wwid);
                }
            }
        }
    }

    public async Task StopMultipathdAsync()
    {
        if (_multipathd is { } daemon)
        {
            _multipathd = null;
            await daemon.DisposeAsync();
            File.Delete(_files.MultipathdSocket);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopMultipathdAsync();
        _files.Dispose();
    }

    public IReadOnlyList<IscsiSession> Sessions() => IscsiSession.ReadAll(Roots);

    public Task<IReadOnlyList<IscsiNode>> DiscoverAsync(AccessContext access, InitiatorIdentity? initiator, Action<string> warn,
        CancellationToken cancellationToken)
    {
        var portal = new IscsiPortal(access.Host, access.Port);
        return DeadPortals.Contains(access.Host)
            ? Task.FromException<IReadOnlyList<IscsiNode>>(Unreachable(portal))
            : Task.FromResult<IReadOnlyList<IscsiNode>>([.. Targets().Select(target => new IscsiNode(target, portal, 1, access))]);
    }

    public Task<IscsiSession> LoginAsync(IscsiNode node, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (Sessions().FirstOrDefault(node.IsServedBy) is { } present)
            {
                return Task.FromResult(present);
            }

            Logins.Add($"{node.TargetName} {node.Portal}");
            LastLogin = node.Access;
            if (DeadPortals.Contains(node.Portal.Address))
            {
                throw Unreachable(node.Portal);
            }

            if (ClosedPortals.Contains(node.Portal.Address) || ClosedUsers.Contains(node.Access.ChapUser ?? ""))
            {
                throw new AuthenticationFailedException($"CHAP failed at {node.Portal}.") { ErrorId = "ChapFailed" };
            }

            // iscsid has one name of its own, whatever name was expected.
            var session = AddSession(node.TargetName, node.Portal.Address, node.Initiator is { InterfaceName: not null } named ? named.Name : Iqn);
            if (!node.IsServedBy(session))
            {
                RemoveSession(session.Id);
                throw IscsiErrors.IscsiSessionNotLoggedIn(node, node.Initiator!.Name, session);
            }

            _files.Write(RecordOf(session), IscsiRecord.Mark + "\n");
            return Task.FromResult(session);
        }
    }

    /// <summary>The node record of a session that was logged in here.</summary>
    public static string RecordOf(IscsiSession session) =>
        $"etc/iscsi/nodes/{session.TargetName}/{session.Portal.Address},{session.Portal.Port},1/{session.InterfaceName}";

    public Task<IscsiSession?> AdoptLoginAsync(string targetName, IscsiPortal portal, Func<IscsiSession, bool> isIt, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(LateLogins.Remove(portal.Address) ? AddSession(targetName, portal.Address) : null);
        }
    }

    public Task LogoutAsync(IscsiSession session, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_sessions.ContainsKey(session.Id))
            {
                return Task.CompletedTask;
            }

            Logouts.Add($"{session.TargetName} {session.Portal}");
            if (DeafPortals.Contains(session.Portal.Address))
            {
                throw new ArrayUnreachableException($"iscsid does not log out at {session.Portal}.") { ErrorId = "LogoutFailed" };
            }

            RemoveSession(session.Id);
            ForgetRecord(session);
        }

        return Task.CompletedTask;
    }

    /// <summary>As iscsiadm does: those whose portal answers are logged out, the others stay without a word.</summary>
    public Task TryLogoutTogetherAsync(string targetName, IReadOnlyCollection<IscsiSession> sessions, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (Sessions().Count(session => session.TargetName == targetName) == sessions.Count)
            {
                foreach (var session in sessions.Where(session => _sessions.ContainsKey(session.Id) && !DeafPortals.Contains(session.Portal.Address)))
                {
                    Logouts.Add($"{session.TargetName} {session.Portal}");
                    RemoveSession(session.Id);
                    ForgetRecord(session);
                }
            }
        }

        return Task.CompletedTask;
    }

    private void ForgetRecord(IscsiSession session)
    {
        if (File.Exists(_files.At(RecordOf(session))))
        {
            File.Delete(_files.At(RecordOf(session)));
        }
    }

    public IscsiSession AddSession(string target, string address, string initiator = Iqn)
    {
        lock (_gate)
        {
            var id = _nextSession++;
            _files.AddSession(id, host: id + 3, target, address, 3260);
            _files.Write($"sys/class/iscsi_session/session{id}/initiatorname", initiator + "\n");
            if (initiator != Iqn)
            {
                _files.Write($"sys/class/iscsi_session/session{id}/ifacename", "storage0\n");
            }

            return _sessions[id] = Sessions().Single(session => session.Id == id);
        }
    }

    /// <summary>A plug-in logs this host in to an element's targets in its own way, through all portals that answer, and scans for their LUNs.</summary>
    public IReadOnlyList<IscsiTarget> LogInTo(StorageElement element)
    {
        var found = (from target in element.LunAddresses.Select(place => place.TargetName)
                     from access in Array.Server.AccessContexts
                     where !DeadPortals.Contains(access.Host)
                     select new IscsiTarget { TargetName = target, Portal = $"{access.Host}:3260" }).ToList();
        foreach (var target in found)
        {
            var address = target.Portal.Split(':')[0];
            if (!Sessions().Any(session => session.TargetName == target.TargetName && session.Portal.Address == address))
            {
                var session = AddSession(target.TargetName, address);
                try
                {
                    Write(_files.At($"sys/class/scsi_host/host{session.Host}/scan"), "0 0 -");
                }
                catch (FileNotFoundException)
                {
                    // Somebody has logged it out already: there is nothing to scan.
                }
            }
        }

        return found;
    }

    /// <summary>As iscsiadm does it on anybody's word: the disks go, whoever uses them.</summary>
    public void RemoveSession(int id)
    {
        lock (_gate)
        {
            var session = _sessions[id];
            foreach (var device in ScsiDevice.Of(Roots, session))
            {
                RemoveDevice(device.Folder);
            }

            _sessions.Remove(id);
            File.Delete(_files.At($"sys/class/iscsi_session/session{id}"));
            File.Delete(_files.At($"sys/class/scsi_host/host{session.Host}"));
            Directory.Delete(_files.At($"sys/devices/platform/host{session.Host}"), recursive: true);
            Directory.Delete(_files.At($"sys/class/iscsi_connection/connection{id}:0"), recursive: true);
            Directory.Delete(_files.At($"sys/class/iscsi_host/host{session.Host}"), recursive: true);
        }
    }

    /// <summary>The portal dies: the kernel keeps the session and its disks, and calls them offline.</summary>
    public void Break(IscsiSession session) => SetState(session, "FAILED", "running", "transport-offline");

    /// <summary>The portal comes back, the session with it, and its disks run again.</summary>
    public void Mend(IscsiSession session) => SetState(session, "LOGGED_IN", "transport-offline", "running");

    private void SetState(IscsiSession session, string state, string from, string to)
    {
        // Never into the folder of a device that is just being removed: half of it would stay.
        lock (_gate)
        {
            if (!_sessions.ContainsKey(session.Id))
            {
                return;
            }

            _files.Write($"sys/class/iscsi_session/session{session.Id}/state", state + "\n");
            foreach (var device in ScsiDevice.Of(Roots, session).Where(device => device.State == from))
            {
                File.WriteAllText(Path.Combine(device.Folder, "state"), to + "\n");
            }
        }
    }

    /// <summary>Everything that speaks of LUNs on this host, for "nothing is left".</summary>
    public IReadOnlyList<string> Traces()
    {
        string[] folders = ["sys/block", "sys/class/iscsi_session", "sys/class/iscsi_connection", "dev/mapper", "dev/disk/by-id", "state/host/attachments",
            "state/host/sessions", "state/host/full-scans"];
        var traces = folders.Select(_files.At).Where(Directory.Exists)
            .SelectMany(folder => new DirectoryInfo(folder).EnumerateFileSystemInfos().Select(entry => entry.Name)).ToList();
        var wwids = _files.At("etc/multipath/wwids");
        traces.AddRange(File.Exists(wwids) ? File.ReadLines(wwids).Where(line => line.StartsWith('/')) : []);
        return traces;
    }

    /// <summary>The identity that is really behind a map or disk: what a program that opens it would read and write.</summary>
    public IReadOnlyList<string> ReallyBehind(string path)
    {
        var name = DeviceLink.KernelNameOf(Roots, path)!;
        var slaves = _files.At($"sys/block/{name}/slaves");
        var disks = Directory.Exists(slaves) ? new DirectoryInfo(slaves).EnumerateFileSystemInfos().Select(entry => entry.Name) : [name];
        return [.. disks.Select(IdentityBehind)];
    }

    /// <summary>The same of one disk.</summary>
    public string IdentityBehind(string disk) => Behind(disk) is { } element ? Array.RealIdentity(element) : "nothing";

    /// <summary>The same of a SCSI device's place, whether there is a device now or not.</summary>
    public string IdentityAt(string folder)
    {
        var (host, target, lun) = PlaceOf(folder);
        return FindLink(host, target) is { } link && Array.Seen(link.Target, lun, link.Initiator) is { } element ? Array.RealIdentity(element) : "nothing";
    }

    /// <summary>A disk is asked who it is: the array answers, not what the kernel remembers.</summary>
    public byte[] ReadVpdPage(string disk, byte page)
    {
        OnInquiry?.Invoke(Path.GetFileName(disk), page);
        lock (_gate)
        {
            var name = Path.GetFileName(disk);
            return ScsiDevice.OfDisk(Roots, name) is not { State: "running" } device ? throw new IOException($"{disk} does not answer.")
                : Behind(name) is not { } element ? []
                : page == 0x83 ? ShownBy(device, element) is [_, ..] identity ? Page83Of(identity) : []
                : [0, page, 0, 16, .. System.Text.Encoding.ASCII.GetBytes(ShownBy(device, element).PadLeft(16)[^16..])];
        }
    }

    /// <summary>A device is opened with O_EXCL. What the tables show of mounts and devices on top is a claim, and so is what they don't show.</summary>
    public IDisposable? TryClaim(string node)
    {
        lock (_gate)
        {
            var name = Path.GetFileName(node);
            var folder = _files.At($"sys/block/{name}");
            if (!Directory.Exists(folder))
            {
                throw new FileNotFoundException(node);
            }

            var parts = SysFile.Names(folder, name + "*").Append(name).ToList();
            if (parts.Exists(part => HiddenClaims.Contains(part) || _claims.Contains(part)
                || IsClaimedByTable(part, part == name ? folder : $"{folder}/{part}"))
                || SysFile.Names(Path.Combine(folder, "holders")).Any())
            {
                return null;
            }

            if (ScsiDevice.OfDisk(Roots, name) is { } device && device.State is not "running")
            {
                throw new IOException($"{node} has no path.");
            }

            _claims.Add(name);
            return new Claim(this, name);
        }
    }

    // What a table of the kernel shows as mounted, as a log or as swap, has a claim, in whatever namespace it is.
    private bool IsClaimedByTable(string kernelName, string folder)
    {
        var tables = SysFile.Names(_files.At("proc"))
            .Select(process => SysFile.TryReadText(_files.At($"proc/{process}/mountinfo")))
            .Append(SysFile.TryReadText(_files.At("proc/swaps")))
            .OfType<string>()
            .SelectMany(table => table.Split(' ', '\n', ',', '='))
            .ToList();
        return tables.Contains(SysFile.TryReadText($"{folder}/dev") ?? "?")
            || tables.Exists(word => DeviceLink.KernelNameOf(Roots, word) == kernelName)
            || SysFile.Names(_files.At("sys/fs/btrfs")).Any(id => File.Exists(_files.At($"sys/fs/btrfs/{id}/devices/{kernelName}")));
    }

    public string? ReadDevice(string path) =>
        new FileInfo(path).LinkTarget is not { } target ? null
        : CharacterDevices.TryGetValue(target, out var character) ? character
        : DeviceLink.KernelNameOf(Roots, Nodes.GetValueOrDefault(target, target)) is { } name
            ? NumberOf(name)
            : null;

    public string? ReadLoopDevice(string loop) =>
        DeviceLink.KernelNameOf(Roots, SysFile.TryReadText(_files.At($"sys/block/{Path.GetFileName(loop)}/loop/backing_file")) ?? "") is { } name
            ? NumberOf(name)
            : null;

    private string? NumberOf(string kernelName) => SysFile.TryReadText(_files.At($"sys/block/{kernelName}/dev"));

    private bool IsOpen(string map) => OpenMaps.Contains(WwidOf(map)) || HiddenClaims.Contains(map) || _claims.Contains(map);

    private void Unclaim(string kernelName)
    {
        lock (_gate)
        {
            _claims.Remove(kernelName);
        }
    }

    /// <summary>Nodes of devices elsewhere than in /dev, as containers have them: the device each is.</summary>
    public Dictionary<string, string> Nodes { get; } = [];

    /// <summary>Nodes of tapes, of changers and of the SCSI generic driver: the number of each, as the kernel is asked for it.</summary>
    public Dictionary<string, string> CharacterDevices { get; } = [];

    private sealed class Claim(SimulatedHost host, string kernelName) : IDisposable
    {
        public void Dispose() => host.Unclaim(kernelName);
    }

    private string ShownBy(ScsiDevice device, StorageElement element) => Array.ShownIdentity(FindLink(device.Host, device.Target)!.Target, element);

    /// <summary>A way to an array's target.</summary>
    /// <param name="Target">The target: an iSCSI name, or an array's port.</param>
    /// <param name="Initiator">Who this host is there.</param>
    /// <param name="IsUp">Whether it carries commands.</param>
    private sealed record Link(string Target, string Initiator, bool IsUp);

    /// <summary>The way that a SCSI host and target number stand for; null when it is gone.</summary>
    private Link? FindLink(int host, int target)
    {
        lock (_gate)
        {
            return _sessions.Values.FirstOrDefault(session => session.Host == host) is { } session
                ? new(session.TargetName, session.InitiatorName ?? Iqn, IsUp(session))
                : FindRemotePort(host, target) is { } port ? new(port.Wwpn, _ports[host], port.IsOnline)
                : null;
        }
    }

    private static (int Host, int Target, int Lun) PlaceOf(string folder)
    {
        var numbers = Path.GetFileName(folder).Split(':').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToList();
        return (numbers[0], numbers[2], numbers[3]);
    }

    /// <summary>Null also for a disk that has just gone.</summary>
    private StorageElement? Behind(string disk) =>
        ScsiDevice.OfDisk(Roots, disk) is { } device && FindLink(device.Host, device.Target) is { } link
            ? Array.Seen(link.Target, (int)device.Lun, link.Initiator) : null;

    /// <summary>The kernel finds a LUN, gives it a name, and multipathd and udev come to it.</summary>
    public string AddDisk(IscsiSession session, int lun, StorageElement element) =>
        AddDisk($"sys/devices/platform/host{session.Host}/session{session.Id}", session.Host, 0, lun,
            Array.ShownIdentity(session.TargetName, element), element, session.Portal.Address);

    private string AddDisk(string way, int host, int target, int lun, string identity, StorageElement element, string portal)
    {
        lock (_gate)
        {
            // The kernel reuses a name at once, unless a map still lists the removed disk that had it.
            var number = Enumerable.Range(0, 26).First(free => !Directory.Exists(_files.At($"sys/block/sd{(char)('a' + free)}"))
                && !Maps().Any(map => File.Exists(_files.At($"sys/block/{map}/slaves/sd{(char)('a' + free)}"))));
            var disk = $"sd{(char)('a' + number)}";
            var hctl = string.Create(CultureInfo.InvariantCulture, $"{host}:0:{target}:{lun}");
            var device = $"{way}/target{host}:0:{target}/{hctl}";
            _files.Write($"{device}/state", "running\n");
            _files.Write($"{device}/type", "0\n");
            _files.Write($"{device}/rescan", "");
            _files.Write($"{device}/delete", "");
            if (LostBetweenQuestions.Remove(portal))
            {
                OnLost?.Invoke(portal);
                identity = "";
            }

            if (identity.Length > 0)
            {
                Identify(_files.At(device), identity);
            }

            _files.Write($"{device}/block/{disk}/dev", $"8:{16 * number}\n");
            _files.Write($"{device}/block/{disk}/size", $"{element.SizeBytes / 512}\n");
            Directory.CreateDirectory(_files.At($"{device}/block/{disk}/holders"));
            _files.Link($"{device}/block/{disk}/device", $"../../../{hctl}");
            _files.Link($"sys/block/{disk}", $"../{device["sys/".Length..]}/block/{disk}");
            _files.Write($"dev/{disk}", "");
            if (identity.Length == 0)
            {
                return disk;
            }

            Relink($"dev/disk/by-id/scsi-{identity}", $"../../{disk}");
            if (_multipathd is not null && !IsMultipathdBlind)
            {
                Map(disk, identity);
            }

            return disk;
        }
    }

    /// <summary>multipathd puts a disk into the map of its identity.</summary>
    public void Map(string disk, string wwid)
    {
        lock (_gate)
        {
            if (_claims.Contains(disk) || HiddenClaims.Contains(disk))
            {
                return; // device-mapper claims its paths, and somebody was first
            }

            var map = MultipathMaps.Find(Roots, wwid)?.KernelName;
            if (map is null)
            {
                var number = Enumerable.Range(0, 26).First(free => !Directory.Exists(_files.At($"sys/block/dm-{free}"))); // as with disks
                map = $"dm-{number}";
                var name = HasFriendlyNames ? $"mpath{(char)('a' + number)}" : wwid;
                File.Delete(_files.At($"dev/mapper/{name}")); // udev leads a link of that name to whoever claims it now
                _files.AddDm(map, name, "mpath-" + wwid);
                Directory.CreateDirectory(_files.At($"sys/block/{map}/slaves"));
                File.Copy(_files.At($"sys/block/{disk}/size"), _files.At($"sys/block/{map}/size"));
            }

            _files.Write($"sys/block/{map}/slaves/{disk}", "");
            _files.Write($"sys/block/{disk}/holders/{map}", "");
        }
    }

    public void RemoveMap(string kernelName)
    {
        lock (_gate)
        {
            foreach (var disk in DisksOf(kernelName).Where(IsThere))
            {
                File.Delete(_files.At($"sys/block/{disk}/holders/{kernelName}"));
            }

            var name = File.ReadAllText(_files.At($"sys/block/{kernelName}/dm/name")).Trim();
            _files.RemoveDm(kernelName);
            File.Delete(_files.At($"dev/mapper/{name}"));
        }
    }

    private static ArrayUnreachableException Unreachable(IscsiPortal portal) =>
        new($"Nobody answers at {portal}.") { ErrorId = "PortalUnreachable", Retryable = true, Recommendation = "Repair it." };

    private IEnumerable<string> Targets() => Array.Luns.Keys.Select(lun => lun.Target).Distinct().Order(StringComparer.Ordinal);

    /// <summary>The kernel is told something by a file of sysfs.</summary>
    public void Write(string path, string text)
    {
        OnWrite?.Invoke(path, text);
        lock (_gate)
        {
            if (!File.Exists(path))
            {
                throw new FileNotFoundException(path);
            }

            switch (Path.GetFileName(path))
            {
                case "scan":
                    Scan(path, text);
                    break;
                case "rescan":
                    Rescan(Path.GetDirectoryName(path)!);
                    break;
                case "delete":
                    RemoveDevice(Path.GetDirectoryName(path)!);
                    break;
                default:
                    File.WriteAllText(path, text + "\n");
                    break;
            }
        }
    }

    private void Scan(string path, string text)
    {
        var host = Path.GetFileName(Path.GetDirectoryName(path))!;
        if (_ports.ContainsKey(int.Parse(host["host".Length..], CultureInfo.InvariantCulture)))
        {
            ScanPort(int.Parse(host["host".Length..], CultureInfo.InvariantCulture), text.Split(' '));
            return;
        }

        var session = _sessions.Values.Single(one => $"host{one.Host}" == host);
        var lun = text.Split(' ')[2];
        var luns = Array.Luns.Keys.Where(key => key.Target == session.TargetName).Select(key => key.Lun)
            .Where(number => lun == "-" || lun == number.ToString(CultureInfo.InvariantCulture));
        foreach (var number in IsUp(session) ? luns.Order().ToList() : [])
        {
            // A device that is there already is left as it is, whoever is behind it now.
            if (Array.Seen(session.TargetName, number, session.InitiatorName ?? Iqn) is { } element
                && !Directory.Exists(
                    _files.At($"sys/devices/platform/host{session.Host}/session{session.Id}/target{session.Host}:0:0/{session.Host}:0:0:{number}")))
            {
                AddDisk(session, number, element);
            }
        }
    }

    private void Rescan(string folder)
    {
        var (host, target, lun) = PlaceOf(folder);
        if (FindLink(host, target) is { IsUp: true } link && Array.Seen(link.Target, lun, link.Initiator) is { } element)
        {
            // The kernel makes no file later for a page that it could not read when it added the device.
            if (File.Exists(Path.Combine(folder, "vpd_pg83")))
            {
                Identify(folder, Array.ShownIdentity(link.Target, element));
            }

            foreach (var disk in Directory.GetDirectories(Path.Combine(folder, "block")))
            {
                File.WriteAllText(Path.Combine(disk, "size"), $"{element.SizeBytes / 512}\n");
            }
        }
    }

    private bool IsUp(IscsiSession session) => Sessions().Any(now => now.Id == session.Id && now.IsLoggedIn);

    private static void Identify(string folder, string identity) => File.WriteAllBytes(Path.Combine(folder, "vpd_pg83"), Page83Of(identity));

    private static byte[] Page83Of(string identity) => [0, 0x83, 0, 20, 1, 3, 0, 16, .. Convert.FromHexString(identity.AsSpan(1))];

    private void RemoveDevice(string folder)
    {
        foreach (var disk in Directory.GetDirectories(Path.Combine(folder, "block")).Select(path => Path.GetFileName(path)))
        {
            var maps = Directory.GetFiles(_files.At($"sys/block/{disk}/holders")).Select(path => Path.GetFileName(path));
            foreach (var map in _multipathd is null ? [] : maps.ToList()) // without it the kernel shows the disk in its map, although it is gone
            {
                File.Delete(_files.At($"sys/block/{map}/slaves/{disk}"));
            }

            File.Delete(_files.At($"sys/block/{disk}"));
            File.Delete(_files.At($"dev/{disk}"));
            foreach (var link in new DirectoryInfo(_files.At("dev/disk/by-id")).EnumerateFileSystemInfos().Where(link => link.LinkTarget == $"../../{disk}"))
            {
                link.Delete();
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    private bool IsThere(string disk) => Directory.Exists(_files.At($"sys/block/{disk}"));

    /// <summary>The disks that the kernel shows in a map.</summary>
    private List<string> DisksOf(string map) => [.. Directory.GetFiles(_files.At($"sys/block/{map}/slaves")).Select(path => Path.GetFileName(path))];

    /// <summary>A map that nobody has open goes with its last disk.</summary>
    private void DropDead(string map)
    {
        var dead = DisksOf(map).Where(disk => !IsThere(disk)).ToList();
        dead.ForEach(disk => File.Delete(_files.At($"sys/block/{map}/slaves/{disk}")));
        if (dead.Count > 0 && DisksOf(map).Count == 0 && !IsOpen(map))
        {
            RemoveMap(map);
        }
    }

    private void Relink(string path, string target)
    {
        File.Delete(_files.At(path));
        _files.Link(path, target);
    }

    private string Answer(string command)
    {
        lock (_gate)
        {
            var words = command.Split(' ');
            return words switch
            {
                ["show", "maps", "json"] => $$"""{"major_version": 0, "maps": [{{string.Join(",", Maps().Select(Describe))}}]}""",
                ["show", "map", var wwid, "json"] => FindMap(wwid) is { } map ? $$"""{"major_version": 0, "map": {{Describe(map)}}}""" : "fail",
                ["show", "config", "local"] when MultipathConfig is not null => MultipathConfig,
                ["add", "path", var disk] => AnswerToAddPath ?? AddPath(disk),
                ["del", "map", var name] => FindMap(name) is { } map && !IsOpen(map) ? RemoveAndSayOk(map) : "fail",
                ["resize", "map", var wwid] => FindMap(wwid) is { } map ? Resize(map) : "fail",
                ["disablequeueing" or "restorequeueing", "map", _] => "ok",
                _ => "fail",
            };
        }
    }

    private IEnumerable<string> Maps() => Directory.GetDirectories(_files.At("sys/block"), "dm-*").Select(path => Path.GetFileName(path));

    private string? FindMap(string name) => Maps().FirstOrDefault(map => File.ReadAllText(_files.At($"sys/block/{map}/dm/name")).Trim() == name);

    private string Describe(string map)
    {
        var name = File.ReadAllText(_files.At($"sys/block/{map}/dm/name")).Trim();
        var paths = DisksOf(map).Select(disk =>
        {
            var states = PathStates.GetValueOrDefault(disk, ScsiDevice.OfDisk(Roots, disk)?.State is null or "running"
                ? "active ready running"
                : "failed faulty offline").Split(' ');
            return $$"""{"dev": "{{disk}}", "dm_st": "{{states[0]}}", "chk_st": "{{states[1]}}", "dev_st": "{{states[2]}}"}""";
        });
        return $$"""{"name": "{{name}}", "uuid": "{{WwidOf(map)}}", "path_groups": [{"paths": [{{string.Join(",", paths)}}]}]}""";
    }

    private string WwidOf(string map) => File.ReadAllText(_files.At($"sys/block/{map}/dm/uuid")).Trim()["mpath-".Length..];

    private string AddPath(string disk)
    {
        if (ScsiDisk.ReadIdentity(Roots, disk) is not { } wwid)
        {
            return "fail"; // it has just gone
        }

        Map(disk, wwid);
        return "ok";
    }

    private string RemoveAndSayOk(string map)
    {
        RemoveMap(map);
        var then = AfterMapRemoval;
        AfterMapRemoval = null;
        then?.Invoke();
        return "ok";
    }

    private string Resize(string map)
    {
        if (IsMultipathdDeafToSizes)
        {
            return "ok";
        }

        var disk = DisksOf(map)[0];
        File.Copy(_files.At($"sys/block/{disk}/size"), _files.At($"sys/block/{map}/size"), overwrite: true);
        return "ok";
    }
}
