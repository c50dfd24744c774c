using StorageConnect.Host;
using StorageConnect.Host.Settings;
using Xunit;

namespace StorageConnect.Tests.Host;

public sealed class FindDevicePathsTests : IDisposable
{
    private const string Naa = "600000000000000000000000ab0d0001";
    private const string OtherNaa = "600000000000000000000000ab0d0002";
    private const string Id = "3" + Naa;
    private const string OtherId = "3" + OtherNaa;
    private readonly FakeHost _host = new();

    private StorageHost Fabric => new(_host.Roots);

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task The_prefix_follows_multipathd_at_every_question()
    {
        var fabric = Fabric;
        Assert.Equal("/dev/disk/by-id/", fabric.DevicePathPrefix);

        await using (FakeMultipathd.Answering(_host.MultipathdSocket, _ => "ok\n"))
        {
            Assert.Equal("/dev/mapper/", fabric.DevicePathPrefix);
        }

        Assert.Equal("/dev/disk/by-id/", fabric.DevicePathPrefix);
    }

    [Fact]
    public void A_map_is_found_by_its_WWID_whatever_its_name()
    {
        _host.AddDisk("sda", Naa);
        _host.AddDisk("sdb", OtherNaa);
        _host.AddDisk("sdc", Naa);
        _host.AddDm("dm-0", "mpathb", "mpath-" + OtherId, "sdb");
        _host.AddDm("dm-1", "mpatha", "mpath-" + Id, "sda", "sdc");

        Assert.Equal(["/dev/mapper/mpatha"], Fabric.FindDevicePaths(Id));
        Assert.Equal(["/dev/mapper/mpathb"], Fabric.FindDevicePaths(OtherId));
    }

    [Fact]
    public void A_map_named_like_the_WWID_but_of_another_uuid_is_not_it()
    {
        _host.AddDm("dm-0", Id, "LVM-abc");
        _host.AddDm("dm-1", "x", "mpath-" + Id + "0");
        _host.AddDm("dm-2", "y", "part1-mpath-" + Id);

        Assert.Empty(Fabric.FindDevicePaths(Id));
    }

    [Fact]
    public void A_map_with_a_disk_of_another_identity_beneath_is_never_handed_out()
    {
        // The array gave the LUN number to another element, and the map stands as it was.
        _host.AddDisk("sda", Naa);
        _host.AddDisk("sdb", OtherNaa);
        _host.AddDm("dm-0", "mpatha", "mpath-" + Id, "sda", "sdb");

        Assert.Empty(Fabric.FindDevicePaths(Id));
        Assert.Empty(Fabric.FindDevicePaths(OtherId));
    }

    [Fact]
    public void A_disk_that_is_a_path_of_some_map_is_never_handed_out_by_itself()
    {
        _host.AddDisk("sda", Naa);
        _host.AddDm("dm-0", "mpathz", "mpath-" + OtherId, "sda");

        Assert.Empty(Fabric.FindDevicePaths(Id));
    }

    [Fact]
    public void A_map_whose_link_leads_to_another_device_is_named_as_the_kernel_does()
    {
        _host.AddDm("dm-0", "mpatha", "mpath-" + Id);
        File.Delete(_host.At("dev/mapper/mpatha"));
        _host.Write("dev/dm-7", "");
        _host.Link("dev/mapper/mpatha", "../dm-7");

        Assert.Equal(["/dev/dm-0"], Fabric.FindDevicePaths(Id));
    }

    [Fact]
    public void A_map_node_made_without_udev_is_as_good_as_a_link()
    {
        _host.AddDm("dm-0", "mpatha", "mpath-" + Id);
        File.Delete(_host.At("dev/mapper/mpatha"));
        _host.Write("dev/mapper/mpatha", "");

        Assert.Equal(["/dev/mapper/mpatha"], Fabric.FindDevicePaths(Id));
    }

    [Fact]
    public void Without_a_map_every_disk_of_the_LUN_is_found_and_the_linked_one_comes_first()
    {
        _host.AddDisk("sdaa", Naa);
        _host.AddDisk("sda", Naa);
        _host.AddDisk("sdb", OtherNaa);
        _host.AddDisk("sdc", Naa);
        _host.Link("dev/disk/by-id/scsi-" + Id, "../../sdc");

        Assert.Equal(["/dev/disk/by-id/scsi-" + Id, "/dev/sda", "/dev/sdaa"], Fabric.FindDevicePaths(Id));
    }

    [Fact]
    public void A_link_that_still_names_the_LUN_but_leads_to_another_disk_is_not_believed()
    {
        _host.AddDisk("sda", OtherNaa);
        _host.Link("dev/disk/by-id/scsi-" + Id, "../../sda");
        Assert.Empty(Fabric.FindDevicePaths(Id));

        _host.AddDisk("sdb", Naa);
        Assert.Equal(["/dev/sdb"], Fabric.FindDevicePaths(Id));
    }

    [Fact]
    public void Dangling_and_circular_links_are_passed_over()
    {
        _host.AddDisk("sda", Naa);
        _host.Link("dev/disk/by-id/scsi-" + Id, "../../sdq");
        Assert.Equal(["/dev/sda"], Fabric.FindDevicePaths(Id));

        File.Delete(_host.At("dev/disk/by-id/scsi-" + Id));
        _host.Link("dev/disk/by-id/scsi-" + Id, "scsi-" + Id);
        Assert.Equal(["/dev/sda"], Fabric.FindDevicePaths(Id));
    }

    [Fact]
    public void A_device_that_is_just_going_does_not_hide_the_others()
    {
        Directory.CreateDirectory(_host.At("sys/block/sda/device"));
        Directory.CreateDirectory(_host.At("sys/block/dm-0/dm"));
        _host.Write("sys/block/dm-1/dm/uuid", "mpath-" + Id + "\n");
        _host.Link("sys/block/sdb", "../devices/gone");
        _host.AddRawDisk("sdc", []);
        _host.AddRawDisk("sdd", [0, 0x83, 0, 200, 1]);
        _host.AddDisk("sde", Naa);

        Assert.Equal(["/dev/sde"], Fabric.FindDevicePaths(Id));
    }

    [Fact]
    public void An_identity_can_not_lead_out_of_the_folder_of_links()
    {
        _host.AddDisk("sda", Naa);

        Assert.Empty(Fabric.FindDevicePaths("/../../../sda"));
    }

    [Fact]
    public void Where_nothing_is_the_list_is_empty()
    {
        Assert.Empty(Fabric.FindDevicePaths(Id));
        Assert.Empty(new StorageHost(HostRoots.Under(_host.At("nowhere"))).FindDevicePaths(Id));
        Assert.ThrowsAny<ArgumentException>(() => Fabric.FindDevicePaths(" "));
    }

    [Fact]
    public void The_machine_itself_can_be_asked()
    {
        // Whatever it has: sysfs files tell a wrong length, which a simulated tree can't show.
        var fabric = new StorageHost("/nowhere");

        Assert.Contains(fabric.DevicePathPrefix, new[] { "/dev/mapper/", "/dev/disk/by-id/" });
        Assert.Empty(fabric.FindDevicePaths("3" + new string('f', 32)));
    }
}
