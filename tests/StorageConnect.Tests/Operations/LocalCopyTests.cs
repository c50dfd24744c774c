using System.Diagnostics;
using System.Globalization;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Operations;

/// <summary>Copies of the Local array on a pool that shares no blocks, by real processes: begun, killed, taken over, stopped.</summary>
public sealed class LocalCopyTests : IDisposable
{
    private const int Killed = 137;

    // 640 MiB of data on 2 GiB: enough to be killed in the middle, to have noted a position before, and to outlast the start of the next process.
    private const string Prepare =
        """
        $ErrorActionPreference = 'Stop'
        Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$env:TEST_POOL" | Out-Null
        if ((Get-OscCapability).Clone -ne 'Offline') { 'SHARES'; exit }
        $source = New-OscStorageElement source 2GB
        $path = ($source | Update-OscStorageElement).DevicePaths[0]
        $file = [IO.File]::Open($path, 'Open', 'Write', 'ReadWrite')
        $bytes = [byte[]]::new(4MB)
        $random = [Random]::new(7)
        for ($i = 0; $i -lt 160; $i++) { $random.NextBytes($bytes); $file.Position = [long] $i * 12MB; $file.Write($bytes, 0, $bytes.Length) }
        $file.Flush($true); $file.Dispose()
        $source | Disable-OscStorageElement -Confirm:$false
        """;

    // Where setsid isn't found, no keeper goes on with the copy: what is tested here is the next process.
    private const string WithoutKeeper = "$env:PATH = '';";

    // 64 MB are 10 %, and then the worker notes for the first time.
    private const string BeginAndDie =
        $$"""
        {{WithoutKeeper}}
        Get-OscStorageElement source | Invoke-OscClone -Name copy -NoWait | Out-Null
        while ((Get-OscOperation).PercentComplete -lt 11) { [Threading.Thread]::Sleep(1) }
        [Diagnostics.Process]::GetCurrentProcess().Kill()
        """;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Pool => _folder["pool"];

    [Fact]
    public async Task Killed_in_the_middle_the_next_process_finishes_it_from_where_it_stopped()
    {
        await PrepareAsync();
        var killed = await RunAsync(BeginAndDie, Killed);
        Assert.Empty(killed);
        var before = Jobs("state, done").Select(text => long.Parse(text, CultureInfo.InvariantCulture)).Single();
        Assert.True(before > 0, "The worker had noted nothing; the copy was too small or too fast.");

        var output = await RunAsync(
            WithoutKeeper +
            """
            try { Get-OscStorageElement source | Enable-OscStorageElement -ErrorAction Stop } catch { "$($_.CategoryInfo.Category)" }
            (Get-OscOperation | Wait-OscOperation -Timeout 600).Name
            @(Get-OscOperation).Count
            Get-OscStorageElement source | Enable-OscStorageElement
            """);

        Assert.Equal(["ResourceBusy", "copy", "0"], output);
        Assert.Equal("1", Jobs("takeovers").Single());

        // What was copied before was not copied again: all workers together copied each byte once.
        Assert.Equal(Jobs("total").Single(), Jobs("copied").Single());
        AssertSameBytesAndHoles();
    }

    [Fact]
    public async Task NoWait_returns_before_the_copy_is_done_and_the_record_is_the_one_of_the_waiting_call()
    {
        await PrepareAsync();

        var output = await RunAsync(
            """
            $waited = Get-OscStorageElement source | Invoke-OscClone -Name waited
            $operation = Get-OscStorageElement source | Invoke-OscClone -Name fetched -NoWait
            $fetched = $operation | Wait-OscOperation
            "$($operation.State)"
            foreach ($property in $waited.psobject.Properties.Name) {
                if ("$($waited.$property)" -cne "$($fetched.$property)") { $property }
            }
            """);

        Assert.Equal("Running", output[0]);
        Assert.Empty(output.Skip(1).Except(["Uuid", "Name", "Page83Id", "CreatedAt"]));
    }

    [Fact]
    public async Task Stopped_from_another_process_nothing_half_made_is_left_and_the_source_is_free()
    {
        await PrepareAsync();
        await RunAsync(BeginAndDie, Killed);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(Pool, "volumes")).Length + Directory.GetFiles(Path.Combine(Pool, "offline")).Length);

        var output = await RunAsync(
            WithoutKeeper +
            """
            $id = [IO.Path]::GetFileNameWithoutExtension([IO.Directory]::GetFiles("$env:XDG_STATE_HOME/storage-connect/operations", '*.json')[0])
            $stopped = Stop-OscOperation $id -PassThru
            "$($stopped.State)"
            Get-OscStorageElement copy -ErrorAction SilentlyContinue
            $stopped | Remove-OscOperation
            Get-OscStorageElement source | Enable-OscStorageElement
            @(Get-OscOperation).Count
            """);

        Assert.Equal(["Stopped", "0"], output);
        Assert.Single(Directory.GetFiles(Path.Combine(Pool, "volumes")));
    }

    [Fact]
    public async Task Two_hundred_clones_are_begun_at_once_and_worked_off_two_at_a_time()
    {
        Assert.Equal(
            ["200", "200", "0"],
            (await RunAsync(
                """
                Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$env:TEST_POOL" | Out-Null
                $source = New-OscStorageElement source 1MB
                $source | Disable-OscStorageElement -Confirm:$false
                $operations = 1..200 | ForEach-Object { $source | Invoke-OscClone -Name "copy$_" -NoWait }
                $operations.Count
                @($operations | Wait-OscOperation).Count
                @(Get-OscOperation).Count
                """)).TakeLast(3));
    }

    public void Dispose() => _folder.Dispose();

    private async Task PrepareAsync()
    {
        var output = await RunAsync(Prepare);
        Assert.SkipWhen(output.Contains("SHARES"), "The temporary folder's file system shares blocks: nothing is copied there.");
    }

    private List<string> Jobs(string columns) => Sqlite.Column(Path.Combine(Pool, "local.db"), $"SELECT {columns} FROM jobs");

    private void AssertSameBytesAndHoles()
    {
        var files = Directory.GetFiles(Path.Combine(Pool, "volumes"));
        Assert.Equal(2, files.Length);
        using var one = LinuxFile.Open(files[0], write: false);
        using var other = LinuxFile.Open(files[1], write: false);
        Assert.Equal(LinuxFile.CountData(one), LinuxFile.CountData(other));
        var (left, right) = (new byte[1 << 20], new byte[1 << 20]);
        var length = RandomAccess.GetLength(one);
        Assert.Equal(length, RandomAccess.GetLength(other));
        for (long offset = 0; offset < length; offset += left.Length)
        {
            _ = RandomAccess.Read(one, left, offset);
            _ = RandomAccess.Read(other, right, offset);
            Assert.True(left.AsSpan().SequenceEqual(right), $"They differ in the megabyte at {offset}.");
        }
    }

    private async Task<string[]> RunAsync(string script, int exitCode = 0)
    {
        using var process = Start(script);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == exitCode, $"{process.ExitCode}: {output}{await errors}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private Process Start(string script)
    {
        var start = PowerShellTool.Start("-Command", PowerShellTool.ImportModule + script);
        UserFolders.Set(start.Environment, _folder["settings"]);
        Directory.CreateDirectory(Pool);
        start.Environment["TEST_POOL"] = Pool;
        return Process.Start(start)!;
    }
}
