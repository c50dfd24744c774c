using System.Globalization;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Tests.Host.Fabric;

/// <content>Fibre Channel: ports of this host, ports of the array behind them, LUNs masked to this host's WWPNs.</content>
internal sealed partial class SimulatedHost
{
    private const int FirstPort = 31;

    private readonly Dictionary<int, string> _ports = [];
    private readonly List<RemotePort> _remotePorts = [];

    /// <summary>This host's ports.</summary>
    public static IReadOnlyList<string> HostPorts { get; } = ["5001438000000001", "5001438000000002"];

    /// <summary>The array's ports.</summary>
    public static IReadOnlyList<string> ArrayPorts { get; } = ["50060e8000000010", "50060e8000000020"];

    /// <summary>An array's port as one of this host's ports sees it.</summary>
    private sealed record RemotePort(int Host, int TargetId, string Wwpn)
    {
        public bool IsOnline { get; set; } = true;

        public string Folder => string.Create(CultureInfo.InvariantCulture, $"rport-{Host}:0-{TargetId}");
    }

    /// <summary>Each of this host's ports sees each of the array's.</summary>
    public void AddFibreChannel()
    {
        lock (_gate)
        {
            Directory.CreateDirectory(_files.At("sys/class/scsi_host"));
            foreach (var wwpn in HostPorts)
            {
                var host = FirstPort + _ports.Count;
                _ports[host] = wwpn;
                _files.Write($"sys/class/fc_host/host{host}/port_name", $"0x{wwpn}\n");
                _files.Write($"sys/devices/pci0000:00/host{host}/scsi_host/host{host}/scan", "");
                _files.Link($"sys/class/scsi_host/host{host}", $"../../devices/pci0000:00/host{host}/scsi_host/host{host}");
                foreach (var (port, id) in ArrayPorts.Select((port, id) => (port, id)))
                {
                    var remote = new RemotePort(host, id, port);
                    _remotePorts.Add(remote);
                    _files.Write($"sys/class/fc_remote_ports/{remote.Folder}/port_name", $"0x{port}\n");
                    _files.Write($"sys/class/fc_remote_ports/{remote.Folder}/scsi_target_id", $"{id}\n");
                    _files.Write($"sys/class/fc_remote_ports/{remote.Folder}/port_state", "Online\n");
                }

                // A switch is a remote port as well, and no target.
                _files.Write($"sys/class/fc_remote_ports/rport-{host}:0-9/port_name", "0x2000000000000009\n");
                _files.Write($"sys/class/fc_remote_ports/rport-{host}:0-9/scsi_target_id", "-1\n");
                _files.Write($"sys/class/fc_remote_ports/rport-{host}:0-9/port_state", "Online\n");
            }
        }
    }

    /// <summary>A port of the array is lost: its disks carry no I/O, and go when the kernel gives the port up.</summary>
    public void LosePort(string wwpn, bool isGivenUp)
    {
        lock (_gate)
        {
            foreach (var port in _remotePorts.Where(port => port.Wwpn == wwpn))
            {
                SetState(port, false, isGivenUp ? "Not Present" : "Blocked");
                foreach (var device in DevicesBehind(port))
                {
                    if (isGivenUp)
                    {
                        RemoveDevice(device.Folder);
                    }
                    else
                    {
                        File.WriteAllText(Path.Combine(device.Folder, "state"), "transport-offline\n");
                    }
                }
            }
        }
    }

    /// <summary>All ports are back: the kernel scans those that it had given up.</summary>
    public void MendPorts()
    {
        lock (_gate)
        {
            foreach (var port in _remotePorts.Where(port => !port.IsOnline))
            {
                SetState(port, true, "Online");
                foreach (var device in DevicesBehind(port))
                {
                    File.WriteAllText(Path.Combine(device.Folder, "state"), "running\n");
                }
            }
        }
    }

    private void SetState(RemotePort port, bool isOnline, string state)
    {
        port.IsOnline = isOnline;
        _files.Write($"sys/class/fc_remote_ports/{port.Folder}/port_state", state + "\n");
    }

    private RemotePort? FindRemotePort(int host, int target) => _remotePorts.FirstOrDefault(port => port.Host == host && port.TargetId == target);

    private List<ScsiDevice> DevicesBehind(RemotePort port) =>
    [
        .. new DirectoryInfo(_files.At("sys/block")).EnumerateFileSystemInfos("sd*").Select(entry => ScsiDevice.OfDisk(Roots, entry.Name))
            .OfType<ScsiDevice>().Where(device => device.Host == port.Host && device.Target == port.TargetId)
    ];

    /// <summary>Channel, target and LUN, each a number or a dash for all.</summary>
    private void ScanPort(int host, string[] what)
    {
        bool IsMeant(string word, int number) => word == "-" || word == number.ToString(CultureInfo.InvariantCulture);

        PortScans.Add(string.Join(' ', what));
        foreach (var port in _remotePorts.Where(port => port.Host == host && port.IsOnline && IsMeant(what[0], 0) && IsMeant(what[1], port.TargetId)))
        {
            foreach (var lun in Array.Luns.Keys.Where(key => key.Target == port.Wwpn && IsMeant(what[2], key.Lun)).Select(key => key.Lun).Order().ToList())
            {
                var way = $"sys/devices/pci0000:00/host{host}/{port.Folder}";
                if (Array.Seen(port.Wwpn, lun, _ports[host]) is { } element
                    && !Directory.Exists(_files.At($"{way}/target{host}:0:{port.TargetId}/{host}:0:{port.TargetId}:{lun}")))
                {
                    AddDisk(way, host, port.TargetId, lun, Array.ShownIdentity(port.Wwpn, element), element, port.Wwpn);
                }
            }
        }
    }

    /// <summary>What ports were told to scan: channel, target, LUN.</summary>
    public List<string> PortScans { get; } = [];
}
