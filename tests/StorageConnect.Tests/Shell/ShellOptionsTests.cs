using StorageConnect.Shell;
using Xunit;

namespace StorageConnect.Tests.Shell;

public class ShellOptionsTests
{
    [Theory]
    [InlineData("-Command")]
    [InlineData("-c")]
    [InlineData("--command")]
    [InlineData("-COMM")]
    public void Command_may_be_shortened_and_takes_all_that_follows(string option)
    {
        var options = ShellOptions.Parse(["-NonInteractive", option, "Get-Thing", "-File", "x"]);

        Assert.Equal("Get-Thing -File x", options.Command);
        Assert.True(options.NonInteractive);
        Assert.Null(options.File);
    }

    [Fact]
    public void File_leaves_what_follows_to_the_script()
    {
        var options = ShellOptions.Parse(["-noprofile", "-nologo", "-f", "a.ps1", "-Command", "-Name", "x"]);

        Assert.Equal(Path.GetFullPath("a.ps1"), options.File);
        Assert.Equal(["-Command", "-Name", "x"], options.Arguments);
        Assert.Null(options.Command);
    }

    [Fact]
    public void A_script_needs_no_option_name()
    {
        var options = ShellOptions.Parse(["a.ps1", "-Force"]);

        Assert.Equal(Path.GetFullPath("a.ps1"), options.File);
        Assert.Equal(["-Force"], options.Arguments);
    }

    [Fact]
    public void A_lone_dash_is_standard_input() => Assert.True(ShellOptions.Parse(["-Command", "-"]).CommandFromInput);

    [Theory]
    [InlineData("-Help")]
    [InlineData("-h")]
    [InlineData("-?")]
    [InlineData("--help")]
    public void Help_is_asked_for(string option) => Assert.True(ShellOptions.Parse([option]).Help);

    [Theory]
    [InlineData("-Bogus")]
    [InlineData("-Command")]
    [InlineData("-File")]
    [InlineData("-File", "")]
    [InlineData("-Module")]
    [InlineData("-Command", "-", "more")]
    [InlineData("-n")]
    [InlineData("-")]
    public void A_line_that_means_nothing_is_refused_in_one_line(params string[] args)
    {
        var problem = Assert.Throws<UsageException>(() => ShellOptions.Parse(args));

        Assert.DoesNotContain('\n', problem.Message);
    }
}
