using Xunit;

namespace StorageConnect.Tests.Shell;

/// <summary>Questions where standard input is no terminal, or nobody may be asked.</summary>
public class ShellQuestionTests(ShellFixture fixture) : IClassFixture<ShellFixture>
{
    [Fact]
    public async Task A_confirmation_is_asked_as_pwsh_asks_it()
    {
        var result = await ShellProcess.RunAsync(fixture, "maybe\nn\ny\n", "-Command", "Remove-Thing a, b");

        var question =
            "\nConfirm\nAre you sure you want to perform this action?\nPerforming the operation \"Remove-Thing\" on target \"{0}\".\n{1}";
        const string menu = "[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [S] Suspend  [?] Help \n(default is \"Y\"): ";
        Assert.Equal(
            string.Format(null, question, "a", menu) + menu + string.Format(null, question, "b", menu) + "removed b\n",
            result.Output);
    }

    [Fact]
    public async Task A_question_nobody_can_answer_is_an_error()
    {
        var result = await ShellProcess.RunAsync(fixture, null, "-Command", "Remove-Thing a");

        Assert.Contains("standard input has ended", result.Error.ReplaceLineEndings(" "));
        Assert.DoesNotContain("removed", result.Output);
    }

    [Fact]
    public async Task Noninteractive_never_asks()
    {
        var result = await ShellProcess.RunAsync(
            fixture, "y\n", "-NonInteractive", "-Command", "try { Remove-Thing a } catch { $_.Exception.InnerException.GetType().Name; $_.Exception.InnerException.Message }");

        Assert.Equal(
            "PSInvalidOperationException\nPowerShell is in NonInteractive mode. Read and Prompt functionality is not available.\n",
            result.Output);
    }

    [Fact]
    public async Task Missing_parameters_are_asked_for()
    {
        var result = await ShellProcess.RunAsync(fixture, "a\nb\n\ny\ny\n", "-Command", "Remove-Thing");

        Assert.Contains("cmdlet Remove-Thing at command pipeline position 1\nSupply values for the following parameters:\nName[0]: Name[1]: Name[2]: ", result.Output);
        Assert.Contains("removed a", result.Output);
        Assert.Contains("removed b", result.Output);
    }

    [Fact]
    public async Task A_password_is_never_read_from_a_pipe()
    {
        var result = await ShellProcess.RunAsync(
            fixture, "joe\nsecret\n", "-Command", "try { $Host.UI.PromptForCredential('', '', 'joe', '') } catch { $_.Exception.InnerException.GetType().Name }");

        Assert.Equal("PSInvalidOperationException\n", result.Output);
    }
}
