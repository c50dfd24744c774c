using System.Diagnostics;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.MainJob;

/// <summary>The README's first command does what it says, as a newcomer runs it: in a process of its own.</summary>
public sealed class QuickstartTests : IDisposable
{
    private const int Nobody = 65534;
    private readonly UserProcesses _user = new();

    [Theory]
    [InlineData(PoolKind.Copy)]
    [InlineData(PoolKind.Xfs)]
    [InlineData(PoolKind.Btrfs)]
    public async Task It_works_twice_in_a_row_and_leaves_nothing_behind(PoolKind kind)
    {
        var pool = LoopMounts.NewFolder(kind);

        for (var run = 0; run < 2; run++)
        {
            var (exitCode, output, error) = await _user.RunAsync([], PowerShellTool.Folder, ["-File", Script, "-Pool", pool]);

            Assert.True(exitCode == 0, output + error);
            Assert.Empty(error);
            Assert.Contains("proved: what the clone holds is 'before the snapshot'", output, StringComparison.Ordinal);
            Assert.Contains("proved: what the LUN holds is 'after  the snapshot'", output, StringComparison.Ordinal);
            Assert.Matches(@"db01-test +quickstart +(SnapClone|Lun) +1 GiB +Online", output);
            Assert.Equal(kind == PoolKind.Copy, output.Contains("taking db01 offline", StringComparison.Ordinal));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(pool));
        Assert.DoesNotContain("quickstart",
            await File.ReadAllTextAsync(_user.Settings["storage-connect", "servers.json"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_refuses_a_folder_that_is_a_pool_already_and_a_server_of_its_name_and_leaves_both_as_they_are()
    {
        const string list = "(Get-OscStorageElement | ForEach-Object { \"$($_.StorageServerName) $_\" }) -join ' '";
        using var folder = new TemporaryFolder();
        var pool = Directory.CreateDirectory(folder["pool"]).FullName;
        var empty = Directory.CreateDirectory(folder["empty"]).FullName;
        await _user.RunAsync($"Register-OscStorageServer lab -Plugin Local -StorageType SAN -ExtraInfo 'Pool={pool}'; New-OscStorageElement mine 1MB");

        var (poolExitCode, poolOutput, poolError) = await _user.RunAsync([], PowerShellTool.Folder, ["-File", Script, "-Pool", pool]);
        Assert.Equal("lab mine", await _user.RunAsync(list));
        await _user.RunAsync("Set-OscStorageServer lab -NewName quickstart");
        var (nameExitCode, nameOutput, nameError) = await _user.RunAsync([], PowerShellTool.Folder, ["-File", Script, "-Pool", empty]);

        Assert.Equal("quickstart mine", await _user.RunAsync(list));
        Assert.True(poolExitCode != 0 && OneLine(poolError).Contains("is not empty", StringComparison.Ordinal), poolOutput + poolError);
        Assert.True(nameExitCode != 0 && OneLine(nameError).Contains("is registered already", StringComparison.Ordinal), nameOutput + nameError);
    }

    [Theory]
    [InlineData(PoolKind.Copy)]
    [InlineData(PoolKind.Xfs)]
    public async Task It_works_for_an_ordinary_user(PoolKind kind)
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can become another user; whoever else runs this is an ordinary user already.");
        Assert.SkipUnless(File.Exists("/usr/bin/setpriv"), "setpriv (util-linux) is needed to become an ordinary user.");
        var pool = LoopMounts.NewFolder(kind);
        await RunToolAsync("chown", [$"{Nobody}", pool, .. _user.Folders]);
        using var tool = PowerShellTool.CopyForEverybody();

        var (exitCode, output, error) = await _user.RunAsync(
            ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups"], tool.Path, ["-File", Script, "-Pool", pool]);

        Assert.True(exitCode == 0, output + error);
    }

    [Fact]
    public async Task Importing_the_module_loads_no_plug_in_and_touches_no_file_of_the_user()
    {
        var (exitCode, output, error) = await _user.RunCommandAsync([], "[AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { $_.GetName().Name }");

        Assert.True(exitCode == 0, output + error);
        Assert.Contains("StorageConnect", output.Split('\n').Select(line => line.Trim()));
        Assert.DoesNotContain("Plugins", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Sqlite", output, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_user.Settings.Path));
    }

    [Fact]
    public async Task A_new_process_sees_all_that_the_old_one_did()
    {
        var pool = LoopMounts.NewFolder(PoolKind.Copy);
        await _user.RunAsync(
            $"Register-OscStorageServer lab -Plugin Local -StorageType SAN -ExtraInfo 'Pool={pool}'; New-OscStorageElement db01 1GB; New-OscAccessGroup " +
                $"hosts 50:01:43:80:12:34:56:78; Grant-OscStorageElementAccess db01 hosts");

        Assert.Equal("db01 1073741824 hosts", await _user.RunAsync("$e = Get-OscStorageElement db01; \"$e $($e.SizeBytes) $($e.AccessGroupNames)\""));
    }

    public void Dispose() => _user.Dispose();

    private static string Script => Path.Combine(StagedModule.Root, "docs", "examples", "quickstart.ps1");

    // PowerShell breaks the lines of an error where they end on its screen.
    private static string OneLine(string error) => string.Join(' ', error.Split([' ', '\n', '|'], StringSplitOptions.RemoveEmptyEntries));

    private static async Task RunToolAsync(string tool, params string[] arguments)
    {
        using var process = Process.Start(tool, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
