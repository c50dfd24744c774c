using System.Diagnostics;
using System.Text.RegularExpressions;
using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.MainJob;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>The commands of docs/ceph.md, run in their order. Only addresses, and the question for the key, are other ones.</summary>
[Collection(nameof(CephCluster))]
public sealed partial class CephDocumentTests(CephCluster cluster) : IDisposable
{
    private readonly UserProcesses _user = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_lead_from_nothing_to_an_exported_LUN()
    {
        await cluster.StartAsync();
        CephArray.RequireTgt();
        await using var daemon = await TgtDaemon.StartAsync();
        var blocks = Block().Matches(await File.ReadAllTextAsync(Path.Combine(StagedModule.Root, "docs", "ceph.md"), Token))
            .Select(match => (IsPowerShell: match.Groups[1].Value == "powershell", Text: match.Groups[2].Value)).ToList();
        Assert.Equal([false, true, true, false], blocks.Select(block => block.IsPowerShell));

        await ShellAsync(blocks[0].Text);
        var key = (await cluster.CephAsync("auth", "print-key", "client.storage")).Trim();
        var monitors = MonitorHost().Match(await File.ReadAllTextAsync(cluster.Configuration, Token)).Groups[1].Value;
        var script = (blocks[1].Text + blocks[2].Text)
            .Replace("'10.0.0.1,10.0.0.2,10.0.0.3'", $"'{monitors}'", StringComparison.Ordinal)
            .Replace("Portals=10.0.0.5:3260", $"Portals={daemon.FirstPortal};TgtControl={daemon.ControlPath}", StringComparison.Ordinal)
            .Replace("10.0.0.5", "127.0.0.1", StringComparison.Ordinal)
            .Replace(
                "Get-Credential storage", $"[pscredential]::new('storage', (ConvertTo-SecureString '{key}' -AsPlainText -Force))", StringComparison.Ordinal);
        var output = await _user.RunAsync($"$ErrorActionPreference = 'Stop'\n{script}");
        Assert.Contains("db01", output, StringComparison.Ordinal);
        await ShellAsync(blocks[3].Text);

        var target = Assert.Single(daemon.GetTargets()).Name;
        Assert.Equal([target], await IscsiTool.DiscoverAsync(daemon.FirstPortal, CephArray.Host1));
        Assert.Equal(10L << 30, await IscsiTool.SizeAsync(daemon.FirstPortal, target, CephArray.Host1));
        Assert.Contains("osc.qos.silver", await cluster.RbdAsync("image-meta", "ls", "storage/osc.catalog"), StringComparison.Ordinal);
    }

    public void Dispose() => _user.Dispose();

    private async Task ShellAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-e", "-c", script]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["CEPH_CONF"] = cluster.Configuration;
        using var shell = Process.Start(start)!;
        var error = shell.StandardError.ReadToEndAsync(Token);
        await shell.StandardOutput.ReadToEndAsync(Token);
        await shell.WaitForExitAsync(Token);
        Assert.True(shell.ExitCode == 0, await error);
    }

    [GeneratedRegex(@"^```(\w*)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^mon_host = (.*)$", RegexOptions.Multiline)]
    private static partial Regex MonitorHost();
}
