using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using StorageConnect.Host.Fitness;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.OpenIscsi;
using StorageConnect.Host.Residue;
using StorageConnect.Host.Scsi;
using StorageConnect.Host.Sysfs;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>
/// What real kernels, udev and open-iscsi's files showed, judged by what scsi_id, udev's and multipath's word on identities, said of the same disks.
/// </summary>
public sealed partial class SystemCaptureTests : IAsyncDisposable
{
    private const string Folder = "system";
    private readonly SimulatedHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("uml-s1")]
    [InlineData("qemu-s1")]
    public void A_disk_has_the_identity_that_scsi_id_tells(string lab)
    {
        var told = Lines(lab + "-051-scsi-id.txt");
        var disks = Lines(lab + "-052-sysfs.txt").Select(line => SysfsDisk().Match(line)).ToList();
        Assert.Equal(told.Length, disks.Count);
        foreach (var (disk, id) in disks.Zip(told))
        {
            var name = disk.Groups["name"].Value;
            _host.Files.AddRawDisk(name, Convert.FromHexString(disk.Groups["page"].Value));
            Assert.Equal(id, ScsiDisk.ReadIdentity(_host.Roots, name));
            Assert.Equal("3" + disk.Groups["wwid"].Value, id);
        }

        Assert.Equal(["sda", "sdc"], ScsiDisk.FindAll(_host.Roots, told[0]));
    }

    [Theory]
    [InlineData("uml-s1-054-sg_inq83.txt", "3600000000000000000000000ab0d0001")]
    [InlineData("qemu-s1-054-sg_inq83.txt", "3600000000000000000000000ab0d0001")]
    [InlineData("uml-lio-009-lio-lsblk.txt", "36001405abea000100000000000000000")]
    [InlineData("qemu-lio-009-lio-lsblk.txt", "36001405abea000100000000000000000")]
    public void Of_the_designators_that_sg_inq_lists_the_one_is_taken_that_scsi_id_takes(string file, string id)
    {
        var output = Capture.Read(Folder, file).Result.Output;
        if (output.StartsWith("NAME", StringComparison.Ordinal))
        {
            Assert.Equal(id, output.Split('\n').First(line => line.StartsWith('3'))); // scsi_id's own word is in it
        }

        Assert.Equal(id, Page83.ToMultipathId(SgInq.ToPage(output)));
    }

    [Theory]
    [InlineData("uml-s1-053-udevinfo.txt")]
    [InlineData("qemu-s1-053-udevinfo.txt")]
    public void Udev_makes_the_link_by_identity_that_is_handed_out(string file)
    {
        foreach (var disk in Capture.Read(Folder, file).Result.Output.Split("DEVPATH=", StringSplitOptions.RemoveEmptyEntries))
        {
            var properties = disk.Split('\n').Where(line => line.Contains('=', StringComparison.Ordinal))
                .ToDictionary(line => line.Split('=')[0], line => line.Split('=', 2)[1]);
            var id = "3" + properties["SCSI_IDENT_LUN_NAA_REGEXT"];
            Assert.Equal(properties["ID_SERIAL"], id);
            Assert.Contains(DeviceLink.PlainFolder + "scsi-" + id, properties["DEVLINKS"].Split(' '));
        }
    }

    [Theory]
    [InlineData("uml-s1-050-by-path.txt")]
    [InlineData("qemu-s1-050-by-path.txt")]
    public async Task The_links_that_udev_makes_are_residue_once_they_lead_nowhere(string file)
    {
        var folder = "";
        var made = new List<string>();
        foreach (var line in Lines(file))
        {
            if (line.EndsWith(':'))
            {
                folder = line.TrimEnd(':');
                Directory.CreateDirectory(_host.Files.At(folder[1..]));
            }
            else if (line.Split(' ') is [.., var name, "->", var target])
            {
                made.Add($"{folder}/{name}");
                _host.Files.Link($"{folder[1..]}/{name}", target);
            }
        }

        Assert.Equal(14, made.Count);
        Assert.Equal(made, (await new HostResidueSearch(_host.Open()).FindAsync(TestContext.Current.CancellationToken)).Select(found => found.Residue.What));
    }

    [Fact]
    public void Sessions_are_read_with_their_portals()
    {
        var lines = Lines("uml-s2-015-session-sysfs.txt").Select(line => line.Split(' ')).ToList();
        foreach (var session in lines.Where(line => line[0].Contains("iscsi_session", StringComparison.Ordinal)))
        {
            var id = int.Parse(session[0].Split("/session")[^1], CultureInfo.InvariantCulture);
            var connection = lines.Single(line => line[0].EndsWith($"connection{id}:0", StringComparison.Ordinal));
            _host.Files.AddSession(id, host: id, session[1], connection[3], int.Parse(connection[2], CultureInfo.InvariantCulture), session[2]);
        }

        Assert.Equal(
            [(2, "10.99.1.1:3260", true), (3, "10.99.0.1:3260", true)],
            IscsiSession.ReadAll(_host.Roots).Select(session => (session.Id, session.Portal.ToString(), session.IsLoggedIn)));
    }

    [Fact]
    public void A_LUN_that_the_array_deleted_still_runs_to_the_kernel()
    {
        // Why no state of the kernel's proves a disk: the second LUN was gone by then.
        var states = Lines("uml-s2-024-lun-deleted-sd-left.txt").Select(line => line.Split(' ')).Select(part => (part[1], part[2][^1]));

        Assert.Equal([("running", '1'), ("running", '1'), ("running", '2'), ("running", '2')], states);
    }

    [Theory]
    [InlineData("uml-s1-028-initiatorname.txt")]
    [InlineData("qemu-s1-028-initiatorname.txt")]
    public void The_initiators_name_is_found_among_the_remarks(string file)
    {
        _host.Files.Write("etc/iscsi/initiatorname.iscsi", Capture.Read(Folder, file).Result.Output);

        Assert.Equal("iqn.1993-08.org.debian:01:3fdb16f160ba", HostInitiator.Read(_host.Roots).Iqn);
    }

    [Theory]
    [InlineData("uml-s1-035-node-tree.txt")]
    [InlineData("qemu-s1-035-node-tree.txt")]
    public void Of_open_iscsis_database_the_records_of_nodes_are_read_and_no_others(string file)
    {
        foreach (var path in Lines(file))
        {
            _host.Files.Write(path[1..], "");
        }

        Assert.Equal(
            [("10.99.0.1:3260", 1, "default"), ("10.99.1.1:3260", 1, "default")],
            new IscsiDatabase(_host.Roots, SimulatedHost.Patient).ReadNodes().Select(node => (node.Portal.ToString(), node.Tpgt, node.InterfaceName)));
    }

    [Theory]
    [InlineData("host2-017-iscsiadm-version.txt")]
    [InlineData("uml-s1-007-versions.txt")]
    [InlineData("qemu-s1-007-versions.txt")]
    public async Task The_version_of_open_iscsi_is_read(string file)
    {
        var output = Capture.Read(Folder, file).Lines("1-1");

        var findings = await new HostCheck(_host.Open(), new ScriptedTools(_ => ScriptedTools.Done(output)),
            () => true).RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal("Version 2.1.8.", findings.Single(finding => finding.Check == "open-iscsi").Finding);
    }

    private static string[] Lines(string file) => Capture.Read(Folder, file).Result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^/sys/block/(?<name>\w+) .* wwid=naa\.(?<wwid>\w+) vpd83=(?<page>\w+) state=running size=\d+$")]
    private static partial Regex SysfsDisk();

    /// <summary>From sg_inq's words on a page 0x83 back to its bytes.</summary>
    private static partial class SgInq
    {
        public static byte[] ToPage(string text)
        {
            var page = text[text.IndexOf("Device Identification page", StringComparison.Ordinal)..];
            var designators = page.Split("Designation descriptor number ").Skip(1).SelectMany(ToDesignator).ToArray();
            return [0, 0x83, (byte)(designators.Length >> 8), (byte)designators.Length, .. designators];
        }

        private static byte[] ToDesignator(string text)
        {
            var words = Words().Match(text);
            Assert.True(words.Success, text);
            byte association = words.Groups["whose"].Value switch { "Addressed logical unit" => 0, "Target port" => 1, _ => 2 };
            byte type = words.Groups["type"].Value switch
            {
                "T10 vendor identification" => 1,
                "NAA" => 3,
                "Relative target port" => 4,
                "Target port group" => 5,
                "Logical unit group" => 6,
                "SCSI name string" => 8,
                var other => throw new InvalidOperationException(other),
            };
            var rest = words.Groups["value"].Value;
            byte[] value = type switch
            {
                1 => Encoding.ASCII.GetBytes(VendorIdentity(rest)),
                8 => Encoding.ASCII.GetBytes(rest.Split('\n', StringSplitOptions.TrimEntries)[1]),
                3 => Convert.FromHexString(HexInBrackets().Match(rest).Groups[1].Value),
                _ => [0, 0, 0, 1],
            };
            return [1, (byte)((association << 4) | type), 0, (byte)value.Length, .. value];
        }

        private static string VendorIdentity(string rest)
        {
            var parts = rest.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": ", 2)[1]).ToList();
            return parts[0].PadRight(8) + parts[1];
        }

        [GeneratedRegex(@"designator_type: (?<type>[^,]+),.*?associated with the (?<whose>[^\n]+)\n(?<value>([ ]{6,}[^\n]*(\n|$))+)", RegexOptions.Singleline)]
        private static partial Regex Words();

        [GeneratedRegex(@"\[0x(\w+)\]")]
        private static partial Regex HexInBrackets();
    }
}
