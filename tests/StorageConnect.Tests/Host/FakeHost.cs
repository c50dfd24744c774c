using StorageConnect.Host.Settings;

namespace StorageConnect.Tests.Host;

/// <summary>A simulated /sys, /dev, /run and /proc in a folder of its own.</summary>
internal sealed class FakeHost : IDisposable
{
    // tgt's page 0x83 as a kernel showed it in sysfs: T10 text, NAA 3 (of target and LUN number) and NAA 6, in this order.
    private const string TgtPage =
        "00830048020100244c414249443030303100000000000000000000000000000000000000000000000000000001030008300000010000000101030010";

    private readonly string _folder = Directory.CreateTempSubdirectory("sc-host-").FullName;

    public FakeHost()
    {
        Roots = HostRoots.Under(_folder);
        foreach (var folder in new[] { "sys/block", "dev/mapper", "dev/disk/by-id", "run", "proc/self" })
        {
            Directory.CreateDirectory(At(folder));
        }

        Write("proc/self/mountinfo", "22 27 0:21 / /proc rw,relatime - proc proc rw\n27 1 259:1 / / rw,relatime shared:1 - ext4 /dev/vda rw\n");
        Write("proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
    }

    public HostRoots Roots { get; }

    public string MultipathdSocket => At("run/multipathd.socket");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public string At(string path) => Path.Combine(_folder, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    public void Append(string path, string text) => File.AppendAllText(At(path), text);

    /// <summary>A disk whose page 0x83 gives <c>3</c> and this NAA 6 value, with its node in /dev.</summary>
    public void AddDisk(string name, string naa6) => AddRawDisk(name, Convert.FromHexString(TgtPage + naa6));

    public void AddRawDisk(string name, byte[] page)
    {
        Write($"dev/{name}", "");
        Write($"sys/block/{name}/dev", "8:0\n");
        Directory.CreateDirectory(At($"sys/block/{name}/holders"));
        Directory.CreateDirectory(At($"sys/block/{name}/device"));
        File.WriteAllBytes(At($"sys/block/{name}/device/vpd_pg83"), page);
    }

    /// <summary>A device-mapper device as sysfs shows it, over others, with udev's link to it.</summary>
    public void AddDm(string kernelName, string name, string uuid, params string[] over)
    {
        Write($"dev/{kernelName}", "");
        Write($"sys/block/{kernelName}/dev", $"254:{kernelName[3..]}\n");
        Write($"sys/block/{kernelName}/dm/name", name + "\n");
        Write($"sys/block/{kernelName}/dm/uuid", uuid + "\n");
        Directory.CreateDirectory(At($"sys/block/{kernelName}/holders"));
        foreach (var slave in over)
        {
            Write($"sys/block/{kernelName}/slaves/{slave}", "");
            Write($"sys/block/{slave}/holders/{kernelName}", "");
        }

        Link($"dev/mapper/{name}", $"../{kernelName}");
    }

    /// <summary>An iSCSI session as sysfs shows it, with a SCSI host of its own.</summary>
    public void AddSession(int id, int host, string target, string address, int port, string state = "LOGGED_IN")
    {
        var device = $"sys/devices/platform/host{host}/session{id}";
        var session = $"{device}/iscsi_session/session{id}";
        var connection = $"sys/class/iscsi_connection/connection{id}:0";
        Write($"{session}/targetname", target + "\n");
        Write($"{session}/state", state + "\n");
        Write($"{session}/tpgt", "1\n");
        Write($"{session}/ifacename", "default\n");
        Write($"{session}/target_id", "0\n");
        Link($"{session}/device", "../..");
        Write($"{connection}/persistent_address", address + "\n");
        Write($"{connection}/persistent_port", $"{port}\n");
        Write($"sys/class/iscsi_host/host{host}/netdev", "<NULL>\n");
        Write($"sys/devices/platform/host{host}/scsi_host/host{host}/scan", "");
        Directory.CreateDirectory(At("sys/class/iscsi_session"));
        Directory.CreateDirectory(At("sys/class/scsi_host"));
        Link($"sys/class/iscsi_session/session{id}", $"../../devices/platform/host{host}/session{id}/iscsi_session/session{id}");
        Link($"sys/class/scsi_host/host{host}", $"../../devices/platform/host{host}/scsi_host/host{host}");
    }

    public void RemoveDm(string kernelName)
    {
        Directory.Delete(At($"sys/block/{kernelName}"), recursive: true);
        File.Delete(At($"dev/{kernelName}"));
    }

    public void Link(string path, string target) => File.CreateSymbolicLink(At(path), target);
}
