using StorageConnect.Host;
using StorageConnect.Host.Attaching;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Scsi;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>A device is in use when the kernel says so, also where no table shows it from here. Then it stays, and everything with it.</summary>
public sealed class HiddenUseTests : IAsyncDisposable
{
    private const string Target = "iqn.2026-01.lab.array:t1";
    private const string Unnamed = "in use by something that can't be named from here";
    private readonly SimulatedHost _host = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    public static TheoryData<string, string> Uses => new()
    {
        { "a mount in a container", Unnamed },
        { "a claim of a partition", Unnamed },
        { "a mount in another mount namespace", "mounted at '/srv' in the mount namespace of backup (4711)" },
        { "a loop device", "held by the loop device loop3" },
        { "a log", "the log of the file system that is mounted at '/srv'" },
        { "a process", "open by backup (4711)" },
        { "a process by the SCSI generic driver", "open by backup (4711)" },
        { "an export", "exported by this host to others" },
    };

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task A_plain_disk_is_not_detached(string use, string user)
    {
        var element = await AttachPlainAsync();
        Use("sda", use);

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => DetachAsync(element));

        Assert.Equal("DeviceInUse", error.ErrorId);
        Assert.Contains(user, error.Message, StringComparison.Ordinal);
        Assert.Equal("running", ScsiDevice.OfDisk(_host.Roots, "sda")!.State);
        Assert.Single(_host.Sessions());
        Assert.Equal(["this-host"], _host.Array.Now(element).AccessGroupNames);

        LetGo();
        await DetachAsync(element);
        Assert.DoesNotContain("sda", _host.Traces());
        Assert.Empty(_host.Sessions());
    }

    [Fact]
    public async Task A_descriptor_that_does_not_answer_ends_the_search_and_the_disk_stays()
    {
        var element = await AttachPlainAsync();
        Use("sda", "a process");
        var never = new TaskCompletionSource();
        var run = _host.Open(SimulatedHost.Patient with { UseSearch = TimeSpan.FromMilliseconds(50) }, kernel: new SilentKernel(_host, never.Task));

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(
            () => new ElementDetacher(run, _host.Array, _ => { }).RunAsync(element, [], keepAccess: false, Cancellation));
        never.SetResult();

        Assert.Equal("DeviceUseUnknown", error.ErrorId);
        Assert.Contains("does not answer", error.Message, StringComparison.Ordinal);
        Assert.Equal("running", ScsiDevice.OfDisk(_host.Roots, "sda")!.State);
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task A_plain_disk_is_not_logged_out(string use, string user)
    {
        var element = await AttachPlainAsync();
        var session = Assert.Single(_host.Sessions());
        var server = _host.Array.Server with { IscsiTargets = [new() { TargetName = Target, Portal = session.Portal.ToString() }] };
        Use("sda", use);

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(
            () => new StorageHost(_host.Open()).StopTargetsAsync(server, server.AccessContexts, Cancellation));

        Assert.Contains(user, error.Message, StringComparison.Ordinal);
        Assert.Equal(element.Page83Id, Assert.Single(_host.ReallyBehind("/dev/sda")));
        Assert.Single(_host.Sessions());
    }

    [Fact]
    public async Task A_map_that_is_mounted_in_a_container_stays_whole()
    {
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        var before = _host.Traces();
        _host.HiddenClaims.Add(MultipathMaps.Find(_host.Roots, element.Page83Id)!.KernelName);

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(() => DetachAsync(element));

        Assert.Equal("DeviceInUse", error.ErrorId);
        Assert.Contains(Unnamed, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, _host.Traces());
        Assert.DoesNotContain(_host.MultipathdCommands, command => command.StartsWith("del map", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stale_disk_stays_while_something_holds_it()
    {
        await AttachPlainAsync();
        _host.HiddenClaims.Add("sda");

        var error = await Assert.ThrowsAsync<StorageElementBusyException>(
            () => new StaleDevices(_host.Open()).PurgeAsync(ScsiDevice.OfDisk(_host.Roots, "sda")!, Cancellation));

        Assert.Equal("StaleDeviceInUse", error.ErrorId);
        Assert.True(Directory.Exists(_host.Files.At("sys/block/sda")));
    }

    [Fact]
    public async Task An_attach_that_is_taken_back_leaves_a_disk_without_identity_that_somebody_uses()
    {
        await _host.StopMultipathdAsync();
        _host.Array.IsSilent = true;
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        var other = _host.Array.Add("other", Target, 7); // what the full scan brings up besides
        _host.Array.Change(other, now => now with { AccessGroupNames = ["this-host"] });
        var element = _host.Array.Add("db01", Target, 5);
        using var cancel = new CancellationTokenSource();
        var run = _host.Open(onStep: step =>
        {
            if (step == "note")
            {
                File.Delete(Path.Combine(ScsiDevice.OfDisk(_host.Roots, "sdb")!.Folder, "vpd_pg83"));
                throw new OperationCanceledException();
            }
        });
        _host.OnWrite = (path, _) =>
        {
            if (path.EndsWith("/scan", StringComparison.Ordinal))
            {
                _host.HiddenClaims.Add("sdb"); // taken as soon as it is there
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ElementAttacher(run, _host.Array, _ => { }).RunAsync(element, [], Cancellation));

        Assert.True(Directory.Exists(_host.Files.At("sys/block/sdb")));
    }

    [Fact]
    public async Task While_a_disk_is_taken_away_nobody_can_mount_it()
    {
        var element = await AttachPlainAsync();
        var refused = false;
        var run = _host.Open(onStep: step => refused |= step == "logout" && _host.TryClaim("/dev/sda") is null);

        await new ElementDetacher(run, _host.Array, _ => { }).RunAsync(element, [], keepAccess: false, Cancellation);

        Assert.True(refused);
    }

    private void Use(string disk, string use)
    {
        _host.Files.Write("proc/4711/comm", "backup\n");
        Directory.CreateDirectory(_host.Files.At("proc/4711/fd"));
        Directory.CreateDirectory(_host.Files.At("proc/4711/ns"));
        switch (use)
        {
            case "a mount in a container":
                _host.HiddenClaims.Add(disk);
                break;
            case "a claim of a partition":
                _host.Files.Write($"sys/block/{disk}/{disk}1/partition", "1\n");
                _host.Files.Write($"sys/block/{disk}/{disk}1/dev", "8:1\n");
                _host.HiddenClaims.Add(disk + "1");
                break;
            case "a mount in another mount namespace":
                _host.Files.Link("proc/4711/ns/mnt", "mnt:[4026532001]");
                _host.Files.Write("proc/4711/mountinfo", $"36 27 8:0 / /srv rw - xfs /dev/{disk} rw\n");
                break;
            case "a loop device":
                _host.Files.Write("sys/block/loop3/loop/backing_file", $"/dev/{disk}\n");
                break;
            case "a log":
                _host.Files.Append("proc/self/mountinfo", $"36 27 7:0 / /srv rw - xfs /dev/loop0 rw,attr2,logdev=/dev/{disk},noquota\n");
                break;
            case "a process":
                _host.Nodes["/run/container/disk"] = $"/dev/{disk}";
                _host.Files.Link("proc/4711/exe", "/usr/bin/backup");
                _host.Files.Link("proc/4711/fd/7", "/run/container/disk");
                break;
            case "a process by the SCSI generic driver":
                _host.Files.Write($"{ScsiDevice.OfDisk(_host.Roots, disk)!.Folder}/scsi_generic/sg0/dev", "21:0\n");
                _host.CharacterDevices["/dev/sg0"] = "c21:0";
                _host.Files.Link("proc/4711/exe", "/usr/bin/backup");
                _host.Files.Link("proc/4711/fd/7", "/dev/sg0");
                break;
            default:
                _host.Files.Write("sys/kernel/config/nvmet/subsystems/x/namespaces/1/device_path", $"/dev/{disk}\n");
                break;
        }
    }

    private void LetGo()
    {
        _host.HiddenClaims.Clear();
        _host.Files.Write("proc/self/mountinfo", "");
        Directory.Delete(_host.Files.At("proc/4711"), recursive: true);
        foreach (var folder in new[] { "sys/block/loop3", "sys/kernel" }.Select(_host.Files.At).Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<StorageElement> AttachPlainAsync()
    {
        _host.Array.Server = _host.Array.Server with { AccessContexts = [new() { Host = "10.99.0.1" }] };
        await _host.StopMultipathdAsync();
        var element = _host.Array.Add("db01", Target, 5);
        await AttachAsync(element);
        return element;
    }

    private Task<OscDevice> AttachAsync(StorageElement element) => new ElementAttacher(_host.Open(), _host.Array, _ => { }).RunAsync(element, [], Cancellation);

    private Task DetachAsync(StorageElement element) =>
        new ElementDetacher(_host.Open(), _host.Array, _ => { }).RunAsync(element, [], keepAccess: false, Cancellation);

    /// <summary>Descriptors are asked in vain until the end of a task.</summary>
    private sealed class SilentKernel(IKernel kernel, Task end) : IKernel
    {
        public void Write(string path, string text) => kernel.Write(path, text);

        public byte[] ReadVpdPage(string disk, byte page) => kernel.ReadVpdPage(disk, page);

        public IDisposable? TryClaim(string node) => kernel.TryClaim(node);

        public string? ReadDevice(string path)
        {
            end.GetAwaiter().GetResult();
            return kernel.ReadDevice(path);
        }

        public string? ReadLoopDevice(string loop) => kernel.ReadLoopDevice(loop);
    }
}
