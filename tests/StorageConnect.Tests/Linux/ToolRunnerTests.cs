using System.Globalization;
using System.Runtime.Versioning;
using StorageConnect.Host.Tools;
using StorageConnect.Tests.Host;
using Xunit;

namespace StorageConnect.Tests.Linux;

[SupportedOSPlatform("linux")]
public sealed class ToolRunnerTests
{
    // Where the deadline isn't what is tested, so that no busy machine makes a test fail.
    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(2);

    public ToolRunnerTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "It starts Linux programs.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Arguments_arrive_as_they_are_and_no_shell_looks_at_them()
    {
        using var tool = new FakeTool("for a in \"$@\"; do printf '[%s]' \"$a\"; done; echo oops >&2; exit 7");

        var result = await tool.Runner.RunAsync(new(HostTool.Iscsiadm, "a b", "$(id)", "*", ";reboot", "", "'\""), Ample, Cancellation);

        Assert.Equal(new(7, "[a b][$(id)][*][;reboot][]['\"]", "oops\n"), result);
    }

    [Fact]
    public async Task The_environment_holds_nothing_of_ours_but_who_started_it()
    {
        Environment.SetEnvironmentVariable("STORAGECONNECT_TEST_LEAK", "leak");
        using var tool = new FakeTool("tr '\\0' '\\n' < /proc/$$/environ; read line || echo no input");

        var result = await tool.Runner.RunAsync(new(HostTool.Iscsiadm), Ample, Cancellation);

        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
        Assert.Equal(["LC_ALL=C", $"PATH={string.Join(':', ToolRunner.SystemFolders)}", $"STORAGE_CONNECT_STARTED_BY={Environment.ProcessId}", "no input"],
            lines);
    }

    [Fact]
    public async Task A_tool_that_a_signal_ends_has_the_code_a_shell_would_give_it()
    {
        using var tool = new FakeTool("kill -KILL $$");

        Assert.Equal(137, (await tool.Runner.RunAsync(new(HostTool.Iscsiadm), Ample, Cancellation)).ExitCode);
    }

    [Fact]
    public async Task At_its_deadline_a_tool_is_killed_with_its_children()
    {
        using var tool = new FakeTool("sleep 1000 & echo $! > %DIR%/child.new; mv %DIR%/child.new %DIR%/child; wait");

        var error = await Assert.ThrowsAsync<ToolFailedException>(
            () => tool.Runner.RunAsync(new(HostTool.Iscsiadm, "-m", "node"), TimeSpan.FromSeconds(2), Cancellation));

        Assert.Equal("ToolTimeout", error.ErrorId);
        Assert.Contains("'iscsiadm -m node' did not end within 2 s", error.Message);
        Assert.True(error.Retryable);
        if (File.Exists(tool.At("child"))) // a busy machine may not have come so far
        {
            await GoneAsync(await tool.ReadAsync("child", Cancellation));
        }
    }

    [Fact]
    public async Task A_cancelled_run_kills_the_tool_with_its_children()
    {
        using var tool = new FakeTool("sleep 1000 & echo $! > %DIR%/child.new; mv %DIR%/child.new %DIR%/child; wait");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var run = tool.Runner.RunAsync(new(HostTool.Iscsiadm), Ample, stop.Token);
        var child = await tool.ReadAsync("child", Cancellation);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await GoneAsync(child);
    }

    [Fact]
    public async Task A_tool_that_never_stops_writing_is_killed()
    {
        using var tool = new FakeTool("echo $$ > %DIR%/child; exec cat /dev/zero");
        var runner = new HostToolRunner { Runner = new() { Folders = tool.Runner.Runner.Folders, OutputLimit = 100_000 } };

        var error = await Assert.ThrowsAsync<ToolFailedException>(() => runner.RunAsync(new(HostTool.Iscsiadm), Ample, Cancellation));

        Assert.Equal("ToolOutputTooLong", error.ErrorId);
        await GoneAsync(await tool.ReadAsync("child", Cancellation));
    }

    [Fact]
    public async Task However_much_a_tool_writes_to_one_pipe_while_the_other_is_open_it_arrives_whole()
    {
        // Far more than a pipe holds: a tool that nobody reads from would stop here.
        using var tool = new FakeTool("head -c 300000 /dev/zero | tr '\\0' e >&2; head -c 200000 /dev/zero | tr '\\0' o; echo é >&2");

        var result = await tool.Runner.RunAsync(new(HostTool.Iscsiadm), Ample, Cancellation);

        Assert.Equal(new(0, new('o', 200_000), new string('e', 300_000) + "é\n"), result);
    }

    [Fact]
    public async Task A_tool_that_closes_its_pipes_and_goes_on_is_waited_for()
    {
        using var tool = new FakeTool("exec >&- 2>&-; sleep 0.3; exit 3");

        Assert.Equal(new(3, "", ""), await tool.Runner.RunAsync(new(HostTool.Iscsiadm), Ample, Cancellation));
    }

    [Fact]
    public async Task What_a_tool_wrote_is_read_whole_however_slowly()
    {
        using var tool = new FakeTool("head -c 60000 /dev/zero | tr '\\0' x >&2");

        // Longer in all than what comes after a tool's end is waited for.
        var result = await Task.Run(
            () => tool.Runner.Runner.Run(new(HostTool.Iscsiadm), Ample, Cancellation, static _ => Thread.Sleep(600)), Cancellation);

        Assert.Equal((0, 60000), (result.ExitCode, result.Error.Length));
    }

    [Fact]
    public async Task A_daemon_that_a_tool_leaves_behind_does_not_hold_up_its_caller()
    {
        using var tool = new FakeTool("sleep 1000 & echo $! > %DIR%/child; echo answer");

        var result = await tool.Runner.RunAsync(new(HostTool.Iscsiadm), Ample, Cancellation);

        Assert.Equal("answer\n", result.Output);
        using var daemon = System.Diagnostics.Process.GetProcessById(int.Parse(await tool.ReadAsync("child", Cancellation), CultureInfo.InvariantCulture));
        Assert.False(daemon.HasExited);
        daemon.Kill();
    }

    [Fact]
    public async Task A_tool_that_is_not_installed_is_an_error_that_names_its_package()
    {
        var error = await Assert.ThrowsAsync<NotFoundException>(
            () => new HostToolRunner().RunAsync(new(new("no-such-tool", "its-package")), Ample, Cancellation));

        Assert.Equal("ToolNotFound", error.ErrorId);
        Assert.Contains("its-package", error.Recommendation);
    }

    [Fact]
    public async Task A_file_that_is_no_program_is_an_error_and_not_a_crash()
    {
        using var tool = new FakeTool("");
        File.SetUnixFileMode(tool.At("iscsiadm"), UnixFileMode.UserRead);

        var error = await Assert.ThrowsAsync<ToolFailedException>(() => tool.Runner.RunAsync(new(HostTool.Iscsiadm), Ample, Cancellation));

        Assert.Equal("ToolNotStarted", error.ErrorId);
    }

    [Fact]
    public void A_secret_is_no_argument()
    {
        using var secret = new Secret("chapsecret123");

        var error = Assert.Throws<ArgumentException>(() => new ToolCommand(HostTool.Iscsiadm, "-v", $"{secret}"));

        Assert.Contains("every user could read it", error.Message);
        Assert.DoesNotContain(typeof(ToolCommand).GetConstructors().SelectMany(made => made.GetParameters()),
            parameter => parameter.ParameterType == typeof(Secret));
        Assert.Throws<ArgumentException>(() => new ToolCommand(HostTool.Iscsiadm, "a\0b"));
    }

    private static async Task GoneAsync(string process)
    {
        // Killed, it may still wait for somebody to take note of its end.
        while (File.Exists($"/proc/{process.Trim()}/stat") && !(await StateAsync(process)).StartsWith('Z'))
        {
            await Task.Delay(5, Cancellation);
        }
    }

    private static async Task<string> StateAsync(string process)
    {
        try
        {
            var stat = await File.ReadAllTextAsync($"/proc/{process.Trim()}/stat", Cancellation);
            return stat[(stat.LastIndexOf(')') + 2)..];
        }
        catch (IOException)
        {
            return "Z";
        }
    }
}
