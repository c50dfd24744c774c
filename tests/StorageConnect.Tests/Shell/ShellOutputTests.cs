using Xunit;

namespace StorageConnect.Tests.Shell;

/// <summary>What is written where, when there is no terminal.</summary>
public class ShellOutputTests(ShellFixture fixture) : IClassFixture<ShellFixture>
{
    [Fact]
    public async Task Objects_come_as_tables_in_plain_text()
    {
        var result = await Run("-Command", "Get-Thing");

        Assert.Equal("\nName   Size\n----   ----\nthing1   10\nthing2   20\n\n", result.Output);
    }

    [Fact]
    public async Task Each_stream_has_its_prefix_and_errors_go_to_standard_error()
    {
        var result = await Run("-Command", "$DebugPreference = 'Continue'; Write-Thing -Verbose");

        Assert.Equal("WARNING: careful\nVERBOSE: detail\nDEBUG: deep\nafter\n", result.Output);
        Assert.Equal("Write-Thing: bad thing\n", result.Error);
    }

    [Fact]
    public async Task An_error_in_a_script_shows_the_line()
    {
        var script = fixture.Script("'first'\nthrow 'up'\n");

        var result = await Run("-File", script);

        Assert.Equal($"Exception: {script}:2\nLine |\n   2 |  throw 'up'\n     |  ~~~~~~~~~~\n     | up\n\n", result.Error);
        Assert.Equal("first\n", result.Output);
    }

    [Theory]
    [InlineData("if (1) {", "Missing closing '}'")]
    [InlineData("1 +* 2", "You must provide a value expression")]
    public async Task A_text_that_cannot_be_parsed_says_where(string text, string problem)
    {
        var result = await Run("-Command", text);

        Assert.StartsWith("ParserError: \nLine |\n   1 |  " + text, result.Error);
        Assert.Contains(problem, result.Error);
    }

    [Fact]
    public async Task Progress_is_not_written()
    {
        var result = await Run("-Command", "function f { [CmdletBinding()] param() $PSCmdlet.WriteProgress([System.Management.Automation.ProgressRecord]::new(1, 'Waiting', 'long')) }; f; 'done'");

        Assert.Equal(("done\n", string.Empty), (result.Output, result.Error));
    }

    [Fact]
    public async Task The_session_is_one_of_PowerShell_7()
    {
        var result = await Run("-Command", "$Host.Name; $PSVersionTable.PSVersion.Major; $ErrorView");

        Assert.Equal("StorageConnect.Shell\n7\nConciseView\n", result.Output);
    }

    private Task<ShellResult> Run(params string[] args) => ShellProcess.RunAsync(fixture, null, args);
}
