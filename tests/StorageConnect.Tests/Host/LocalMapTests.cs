using System.Runtime.Versioning;
using StorageConnect.Host;
using StorageConnect.Host.DeviceMapper;
using StorageConnect.Host.Fitness;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>Multipath maps that are not ours: over local disks multipathd's WWID is no page 0x83 identity.</summary>
[SupportedOSPlatform("linux")]
public sealed class LocalMapTests : IAsyncDisposable
{
    private const string Naa6 = "600000000000000000000000ab0d0001";
    private readonly SimulatedHost _host = new();

    public LocalMapTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Residue is on Linux hosts.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("ST1000_X")] // udev's ID_SERIAL of a SATA disk
    [InlineData("nvme.1af4-6e766d65-51454d55204e564d65204374726c-00000001")]
    [InlineData("3600000000000000000000000ab0d0009")] // another identity of a local SAS disk
    public async Task A_map_over_a_local_disk_is_nobodys_residue_and_no_error(string wwid)
    {
        AddLocalDisk("sdx");
        _host.Files.AddDm("dm-7", wwid, "mpath-" + wwid, "sdx");

        Assert.Empty(await Audit().FindResidueAsync([], Assert.Fail, Cancellation));
        Assert.Empty(await Audit().GetDevicesAsync(Cancellation));
        Assert.Equal(OscHostFindingState.Ok, (await CheckAsync("Device identities")).State);
    }

    [Fact]
    public async Task A_map_without_paths_that_was_made_for_no_LUN_is_nobodys_residue()
    {
        _host.Files.AddDm("dm-7", "ST1000_X", "mpath-ST1000_X");
        Directory.CreateDirectory(_host.Files.At("sys/block/dm-7/slaves"));

        Assert.Empty(await Audit().FindResidueAsync([], Assert.Fail, Cancellation));
        Assert.Empty(await Audit().GetDevicesAsync(Cancellation));
        Assert.Equal(OscHostFindingState.Ok, (await CheckAsync("Multipath maps")).State);
    }

    [Theory]
    [InlineData("3600000000000000000000000ab0d0001", true)]
    [InlineData("350014ee65ae7247a", true)]
    [InlineData("20025385971b03ea2", true)]
    [InlineData("1IET_00010001", true)]
    [InlineData("8iqn.2026-01.lab.array:t1,L,0x0001", true)]
    [InlineData("ST1000DM003-1CH162_Z1D12345", false)]
    [InlineData("WDC_WD10EZEX-00BN5A0_WD-WCC3F0000000", false)]
    [InlineData("nvme.8086-4254-494e54454c-00000001", false)]
    [InlineData("eui.0025385971b03ea2", false)]
    [InlineData("uuid.5e2f1c2a-0000-4000-8000-000000000001", false)]
    [InlineData("36000000000000000000000000AB0D0001", false)]
    [InlineData("3TB_Disk", false)]
    [InlineData("3", false)]
    [InlineData("", false)]
    public void The_identities_of_LUNs_are_told_by_their_form(string wwid, bool isPage83) => Assert.Equal(isPage83, MapIdentity.IsPage83(wwid));

    private void AddLocalDisk(string disk)
    {
        const string device = "sys/devices/pci0000:00/ata1/host0/target0:0:0/0:0:0:0";
        _host.Files.Write($"{device}/state", "offline\n"); // it is not asked: what the kernel read counts
        _host.Files.Write($"{device}/type", "0\n");
        File.WriteAllBytes(_host.Files.At($"{device}/vpd_pg83"), [0, 0x83, 0, 20, 1, 3, 0, 16, .. Convert.FromHexString(Naa6)]);
        _host.Files.Write($"{device}/block/{disk}/dev", "8:112\n");
        Directory.CreateDirectory(_host.Files.At($"{device}/block/{disk}/holders"));
        _host.Files.Link($"{device}/block/{disk}/device", "../../../0:0:0:0");
        _host.Files.Link($"sys/block/{disk}", $"../{device["sys/".Length..]}/block/{disk}");
        _host.Files.Write($"dev/{disk}", "");
    }

    private StorageHost Audit() => new(_host.Open(), _host.Files.At("state/host/residue"));

    private async Task<OscHostFinding> CheckAsync(string check) =>
        (await new HazardCheck(_host.Open()).RunAsync(Cancellation)).Single(finding => finding.Check == check);
}
