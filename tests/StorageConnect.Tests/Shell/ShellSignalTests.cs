using System.Runtime.InteropServices;
using Xunit;

namespace StorageConnect.Tests.Shell;

public class ShellSignalTests(ShellFixture fixture) : IClassFixture<ShellFixture>
{
    [Theory]
    [InlineData(PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGTERM, 143)]
    public async Task A_signal_stops_the_pipeline_tidily_and_ends_the_script(PosixSignal signal, int exitCode)
    {
        using var shell = ShellProcess.Start(fixture, "-File", fixture.Script("Wait-Thing; 'never'"));
        await shell.WaitForAsync("waiting\n");

        shell.Signal(signal);
        var result = await shell.FinishAsync();

        Assert.Equal("waiting\ntidied up\n", result.Output);
        Assert.Equal((exitCode, string.Empty), (result.ExitCode, result.Error));
    }
}
