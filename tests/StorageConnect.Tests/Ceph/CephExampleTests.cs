using System.Globalization;
using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.MainJob;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>The example on a cluster does what it says, as a newcomer runs it: in a process of its own.</summary>
public sealed class CephExampleTests : IDisposable
{
    private readonly UserProcesses _user = new();

    [Fact]
    public async Task It_proves_the_bytes_and_cleans_up()
    {
        CephCluster.Require();
        CephArray.RequireTgt();
        TgtDaemon.Require("qemu-io", "qemu-utils");
        Assert.SkipUnless(Environment.UserName == "root", "tgtd needs root.");
        var script = Path.Combine(StagedModule.Root, "docs", "examples", "ceph.ps1");

        var (exitCode, output, error) = await _user.RunAsync([], PowerShellTool.Folder,
            ["-File", script, "-Port", Text(FreePorts.Take()), "-PortalPort", Text(FreePorts.Take())]);

        Assert.True(exitCode == 0, output + error);
        Assert.Contains("proved: the clone holds what was written before the snapshot", output, StringComparison.Ordinal);
        Assert.Contains("proved: the LUN holds what was written after the snapshot", output, StringComparison.Ordinal);
        Assert.Contains("proved: the number of LUNs left is '0'", output, StringComparison.Ordinal);
    }

    public void Dispose() => _user.Dispose();

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
