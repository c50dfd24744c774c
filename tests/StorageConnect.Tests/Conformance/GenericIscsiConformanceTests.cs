using System.Globalization;
using System.Text.RegularExpressions;
using StorageConnect.Conformance;
using StorageConnect.Plugins.GenericIscsi;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Conformance;

/// <summary>The passive plug-in keeps every clause that an array without management can keep, on LUNs that a real tgtd serves.</summary>
public sealed partial class GenericIscsiConformanceTests : IDisposable
{
    private const string Target = "iqn.2001-04.com.example:plain";
    private const int Luns = 3;
    private readonly TestBed _bed = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _bed.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_keeps_every_clause_over_what_a_real_daemon_serves()
    {
        TgtDaemon.Require("iscsi-inq", "libiscsi-bin");
        await using var daemon = await TgtDaemon.StartAsync();
        await ServeAsync(daemon);
        await RegisterAsync(daemon);
        using var run = new ConformanceRun(_bed.Engine, "lab", new() { Destructive = true });

        var results = await run.RunAsync(Cancellation).ToListAsync(Cancellation);

        Assert.Empty(results.Where(result => result.Outcome == ConformanceOutcome.Failed)
            .Select(result => $"{result.Clause}: expected {result.Expected}, seen {result.Seen}"));
        var passed = results.Where(result => result.Outcome == ConformanceOutcome.Passed).Select(result => result.Clause).ToList();
        string[] reached = ["LIST-1", "LIST-2", "LIST-3", "LIST-4", "LIST-6", "LIST-9", "LIST-11", "INFO-1", "INFO-4", "UPDATE-3"];
        Assert.Empty(reached.Except(passed));
        Assert.Empty(run.Remains);
    }

    private async Task ServeAsync(TgtDaemon daemon)
    {
        daemon.Adm("--mode", "target", "--op", "new", "--tid", "1", "--targetname", Target);
        for (var lun = 1; lun <= Luns; lun++)
        {
            var number = lun.ToString(CultureInfo.InvariantCulture);
            await using (var volume = File.Create(_folder[number]))
            {
                volume.SetLength(lun << 20);
            }

            daemon.Adm("--mode", "logicalunit", "--op", "new", "--tid", "1", "--lun", number, "--backing-store", _folder[number]);
            daemon.Adm("--mode", "logicalunit", "--op", "update", "--tid", "1", "--lun", number, "--params", $"scsi_id=6{number.PadLeft(31, '0')}");
        }

        daemon.Adm("--mode", "target", "--op", "bind", "--tid", "1", "--initiator-address", "ALL");
    }

    /// <summary>Registers the daemon on a host that sees what an initiator of libiscsi sees of it.</summary>
    private async Task RegisterAsync(TgtDaemon daemon)
    {
        var names = await IscsiTool.DiscoverAsync(daemon.FirstPortal, IscsiArray.Host1);
        _bed.Host.Portals["127.0.0.1"] = [.. names.Select(name => new IscsiTarget { TargetName = name, Portal = daemon.FirstPortal })];
        for (var lun = 1; lun <= Luns; lun++)
        {
            var url = $"iscsi://{daemon.FirstPortal}/{Target}/{lun}";
            var identities = await IscsiTool.RunAsync("iscsi-inq", "-i", IscsiArray.Host1, "-e", "1", "-c", "131", url);
            var capacity = await IscsiTool.RunAsync("iscsi-readcapacity16", "-s", "-i", IscsiArray.Host1, url);
            _bed.Host.Luns.Add(new()
            {
                Page83Id = "3" + Naa().Matches(identities.Output).Select(match => match.Groups[1].Value.ToLowerInvariant()).First(id => id[0] == '6'),
                SizeBytes = long.Parse(capacity.Output.Trim(), CultureInfo.InvariantCulture),
                Model = "IET VIRTUAL-DISK",
                TargetNames = [Target],
                Paths = 1,
                UsablePaths = 1,
            });
        }

        var folder = Directory.CreateDirectory(_bed.FolderOf("GenericIscsi")).FullName;
        File.Copy(typeof(GenericIscsiPlugin).Assembly.Location, Path.Combine(folder, "StorageConnect.Plugins.GenericIscsi.dll"));
        await _bed.Engine.RegisterAsync(new() { Name = "lab", StorageType = StorageType.iSCSI, AccessContexts = [new() { Host = "127.0.0.1" }] },
            "GenericIscsi",
            saveCredential: false, Cancellation);
        await _bed.Engine.DiscoverAsync("lab", Cancellation);
        await _bed.Engine.GetArray("lab").StartAsync(null, null, Cancellation);
    }

    [GeneratedRegex("(6[0-9a-fA-F]{31})")]
    private static partial Regex Naa();
}
