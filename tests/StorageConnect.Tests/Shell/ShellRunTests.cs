using Xunit;

namespace StorageConnect.Tests.Shell;

/// <summary>What runs, with which arguments, and the exit code it leaves.</summary>
public class ShellRunTests(ShellFixture fixture) : IClassFixture<ShellFixture>
{
    [Fact]
    public async Task The_module_is_imported_already()
    {
        var result = await Run("-Command", "Get-Thing | ForEach-Object Name");

        Assert.Equal("thing1\nthing2\n", result.Output);
        Assert.Equal((0, string.Empty), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task A_script_gets_its_parameters_and_knows_where_it_is()
    {
        var script = fixture.Script(
            """
            param([string] $Name, [switch] $Force, [switch] $Quiet = $true)
            "$Name|$Force|$Quiet|$args|$PSScriptRoot|$PSCommandPath|$($MyInvocation.MyCommand.Path)"
            """);

        var result = await Run("-File", script, "-Name", "a b", "-Force", "-Quiet:$false", "rest", "");

        Assert.Equal($"a b|True|False|rest |{fixture.Folder}|{script}|{script}\n", result.Output);
    }

    [Theory]
    [InlineData("-Command", "-")]
    [InlineData()]
    public async Task A_script_may_come_on_standard_input(params string[] args)
    {
        var result = await ShellProcess.RunAsync(fixture, "if ($true) {\n  'first'\n}\n'second'\n", args);

        Assert.Equal("first\nsecond\n", result.Output);
    }

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 0", 0)]
    [InlineData("throw 'up'", 1)]
    [InlineData("No-SuchThing; 'fine'", 0)]
    [InlineData("'fine'; No-SuchThing", 1)]
    [InlineData("if (1) {", 1)]
    public async Task A_command_leaves_the_exit_code_it_leaves_in_pwsh(string command, int exitCode) =>
        Assert.Equal(exitCode, (await Run("-Command", command)).ExitCode);

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("throw 'up'", 1)]
    [InlineData("'fine'; No-SuchThing", 0)]
    [InlineData("sh -c 'exit 5'; No-SuchThing", 0)]
    [InlineData("& { exit 6 }; exit 5", 6)]
    [InlineData("#requires -version 99\n'never'", 1)]
    public async Task A_script_leaves_the_exit_code_it_leaves_in_pwsh(string script, int exitCode) =>
        Assert.Equal(exitCode, (await Run("-File", fixture.Script(script))).ExitCode);

    [Fact]
    public async Task Exit_in_a_script_that_a_script_runs_ends_only_that()
    {
        var inner = fixture.Script("exit 3");

        var result = await Run("-File", fixture.Script($"& '{inner}'; \"inner: $LASTEXITCODE\"; exit 4"));

        Assert.Equal("inner: 3\n", result.Output);
        Assert.Equal(4, result.ExitCode);
    }

    [Fact]
    public async Task A_script_may_have_any_name()
    {
        var result = await Run("-File", fixture.Script("param($Name) \"hello $Name\"; exit 3", ""), "-Name", "you");

        Assert.Equal(("hello you\n", 3), (result.Output, result.ExitCode));
    }

    [Theory]
    [InlineData("-Bogus")]
    [InlineData("-File")]
    [InlineData("no-such-script.ps1")]
    public async Task A_bad_command_line_is_one_line_on_standard_error(params string[] args)
    {
        var result = await Run(args);

        Assert.Equal((64, string.Empty), (result.ExitCode, result.Output));
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Help_needs_no_module()
    {
        var result = await Run("-Help");

        Assert.Equal((0, string.Empty), (result.ExitCode, result.Error));
        Assert.StartsWith("Usage:", result.Output);
    }

    [Fact]
    public async Task A_module_that_cannot_be_imported_is_shown_and_ends_the_shell()
    {
        var broken = fixture.Script("@{ RootModule = 'gone.dll'; ModuleVersion = '1.0' }", ".psd1");

        var result = await Run("-Module", broken, "-Command", "'never'");

        Assert.Equal((1, string.Empty), (result.ExitCode, result.Output));
        Assert.Contains("gone.dll", result.Error);
    }

    private Task<ShellResult> Run(params string[] args) => ShellProcess.RunAsync(fixture, null, args);
}
