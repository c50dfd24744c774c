using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.MainJob;

/// <summary>What travels from one process to another: records as CLIXML, which Export-Clixml, jobs and remoting use; secrets only when saved.</summary>
public sealed class TravelTests : IDisposable
{
    private const string Password = "array-password-5731";

    private readonly UserProcesses _user = new();
    private readonly TemporaryFolder _mail = new();
    private readonly string _pool = LoopMounts.NewFolder(PoolKind.Xfs);

    [Fact]
    public async Task Records_of_one_process_are_piped_to_cmdlets_in_another()
    {
        await _user.RunAsync(
            $$"""
            function Send($name, $record) { [IO.File]::WriteAllText("{{_mail.Path}}/$name", [System.Management.Automation.PSSerializer]::Serialize($record)) }
            Send server (Register-OscStorageServer lab -Plugin Local -StorageType SAN -ExtraInfo 'Pool={{_pool}}')
            Send luns (New-OscStorageElement db01, db02 16MB)
            Send group (New-OscAccessGroup hosts 50:01:43:80:12:34:56:78)
            Send snapshot (New-OscSnapshot db01 -SnapshotName nightly)
            """);

        var output = await _user.RunAsync(
            $$"""
            function Receive($name) { [System.Management.Automation.PSSerializer]::Deserialize([IO.File]::ReadAllText("{{_mail.Path}}/$name")) }
            $server, $luns, $group, $snapshot = (Receive server), (Receive luns), (Receive group), (Receive snapshot)
            $group | Add-OscAccessGroupMember -Initiator 50:01:43:80:12:34:56:79
            $luns | Grant-OscStorageElementAccess -AccessGroup $group
            $luns | Resize-OscStorageElement -Size 32MB | Where-Object SizeBytes -eq 32MB | ForEach-Object Name
            $snapshot | Restore-OscSnapshot -StorageElement $luns[0] -Force -Confirm:$false
            ($snapshot | Invoke-OscClone -Name copy).SourceUuids.Count
            $snapshot | Remove-OscSnapshot -Confirm:$false
            "$($server | Get-OscStorageElement | Sort-Object Name | ForEach-Object { "$_ $($_.AccessGroupNames)".Trim() })"
            $server | Test-OscStorageServer
            """);

        Assert.Equal(["db01", "db02", "1", "copy db01 hosts db02 hosts", "True"], output.Split(Environment.NewLine));
    }

    [Fact]
    public async Task Secrets_reach_another_process_when_saved_and_no_longer_when_not()
    {
        await File.WriteAllTextAsync(_mail["password"], Password, TestContext.Current.CancellationToken);
        var credential = $"[pscredential]::new('admin', [System.Net.NetworkCredential]::new('', [IO.File]::ReadAllText('{_mail["password"]}')).SecurePassword)";
        await _user.RunAsync(
            $"$null = Register-OscStorageServer lab -Plugin Local -StorageType SAN -ExtraInfo 'Pool={_pool}' " +
            $"-AdminHost h -Credential ({credential}) -SaveCredential");
        Assert.Equal("True", await _user.RunAsync("Test-OscStorageServer lab"));

        await _user.RunAsync("Set-OscStorageServer lab -SaveCredential:$false");

        var refusal = await _user.RunAsync(
            """
            Get-OscStorageElement -ErrorAction SilentlyContinue -ErrorVariable errors
            $e = $errors[0]
            $e.FullyQualifiedErrorId; "$($e.CategoryInfo.Category)"; $e.ErrorDetails.RecommendedAction
            """);
        Assert.Matches("^CredentialNeeded,.*\nAuthenticationError\nGive it with Set-OscStorageServer -Name 'lab' -Credential",
            refusal.ReplaceLineEndings("\n"));
        Assert.Equal("True", await _user.RunAsync($"Set-OscStorageServer -Name lab -Credential ({credential}); Test-OscStorageServer lab"));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_user.Settings.Path, "*", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains(Password, StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _user.Dispose();
        _mail.Dispose();
        Directory.Delete(_pool, recursive: true);
    }
}
