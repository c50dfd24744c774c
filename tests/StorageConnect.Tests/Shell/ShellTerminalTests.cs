using Xunit;

namespace StorageConnect.Tests.Shell;

/// <summary>What a person at a terminal sees.</summary>
public class ShellTerminalTests(ShellFixture fixture) : IClassFixture<ShellFixture>
{
    private const string Prompt = "PS /";
    private const string CtrlC = "\x03";
    private const string CtrlD = "\x04";

    [Fact]
    public async Task The_prompt_runs_statements_of_several_lines_and_exit_ends_it()
    {
        using var shell = ShellProcess.StartOnTerminal(fixture);
        await shell.WaitForAsync(Prompt);
        await shell.TypeAsync("if ($true) {\r");
        await shell.WaitForAsync(">> ");
        await shell.TypeAsync("'six' + 'teen'\r");
        await shell.WaitForAsync(">> ");
        await shell.TypeAsync("}\r");
        await shell.WaitForAsync("sixteen");
        await shell.WaitForAsync(Prompt);
        await shell.TypeAsync("exit 4\r");

        Assert.Equal(4, (await shell.FinishAsync()).ExitCode);
    }

    [Fact]
    public async Task Ctrl_C_gives_up_the_line_and_not_the_shell()
    {
        using var shell = ShellProcess.StartOnTerminal(fixture);
        await shell.WaitForAsync(Prompt);
        await shell.TypeAsync("'abandoned';" + CtrlC);
        await shell.WaitForAsync(Prompt);
        await shell.TypeAsync("'ki' + 'ng'\r");
        await shell.WaitForAsync("\nking");
        await shell.WaitForAsync(Prompt);
        await shell.TypeAsync(CtrlD);
        var result = await shell.FinishAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain("\nabandoned", result.Output);
    }

    [Fact]
    public async Task Ctrl_C_stops_the_pipeline_and_not_the_shell()
    {
        using var shell = ShellProcess.StartOnTerminal(fixture);
        await shell.WaitForAsync(Prompt);
        await shell.TypeAsync("Wait-Thing\r");
        await shell.WaitForAsync("waiting");
        await shell.TypeAsync(CtrlC);
        await shell.WaitForAsync("tidied up");
        await shell.WaitForAsync(Prompt);
        await shell.TypeAsync("exit\r");

        Assert.Equal(0, (await shell.FinishAsync()).ExitCode);
    }

    [Fact]
    public async Task Ctrl_C_at_a_question_stops_what_asked_it()
    {
        using var shell = ShellProcess.StartOnTerminal(fixture, "-Command", "Remove-Thing a; 'ne' + 'ver'");
        await shell.WaitForAsync("(default is \"Y\"): ");
        await shell.TypeAsync(CtrlC);
        var result = await shell.FinishAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.DoesNotContain("removed", result.Output);
        Assert.DoesNotContain("never", result.Output);
    }

    [Fact]
    public async Task Suspend_opens_a_prompt_inside_the_command()
    {
        using var shell = ShellProcess.StartOnTerminal(fixture, "-Command", "Remove-Thing a");
        await shell.WaitForAsync("(default is \"Y\"): ");
        await shell.TypeAsync("s\r");
        await shell.WaitForAsync(">> ");
        await shell.TypeAsync("'with' + 'in'\r");
        await shell.WaitForAsync("within");
        await shell.WaitForAsync(">> ");
        await shell.TypeAsync("exit\r");
        await shell.WaitForAsync("(default is \"Y\"): ");
        await shell.TypeAsync("y\r");
        var result = await shell.FinishAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("removed a", result.Output);
    }

    [Fact]
    public async Task A_password_is_not_shown()
    {
        using var shell = ShellProcess.StartOnTerminal(fixture, "-Command", "New-Login");
        await shell.WaitForAsync("User: ");
        await shell.TypeAsync("joe\r");
        await shell.WaitForAsync("Password for user joe: ");
        await shell.TypeAsync("secretx\x7f\r");
        var result = await shell.FinishAsync();

        Assert.Contains("joe has 6 letters", result.Output);
        Assert.DoesNotContain("secret", result.Output);
    }

    [Fact]
    public async Task Errors_are_red_and_progress_is_erased()
    {
        using var shell = ShellProcess.StartOnTerminal(
            fixture,
            "-Command",
            "function f { [CmdletBinding()] param() $PSCmdlet.WriteProgress([System.Management.Automation.ProgressRecord]::new(1, 'Waiting', 'long')) }; f; Write-Thing");
        var result = await shell.FinishAsync();

        Assert.Contains("Waiting [", result.Output);
        Assert.Contains("\r\e[K\e[33;1mWARNING: careful\e[0m", result.Output);
        Assert.Contains("\e[31;1mWrite-Thing: \e[31;1mbad thing\e[0m", result.Output);
    }
}
