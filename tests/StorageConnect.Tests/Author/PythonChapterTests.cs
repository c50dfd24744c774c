using StorageConnect.Tests.Engine.Workers;
using StorageConnect.Tests.MainJob;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Author;

/// <summary>The Python chapter of the author's guide, followed to the letter.</summary>
public sealed class PythonChapterTests : IDisposable
{
    /// <summary>What the chapter begins with. The pages before it are another plug-in's.</summary>
    public const string Heading = "\n## In Python\n";

    private readonly UserProcesses _user = new();
    private readonly TemporaryFolder _home = new();

    public static bool HasPython => PythonPluginTests.HasPython;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _user.Dispose();
        _home.Dispose();
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task Followed_to_the_letter_it_prints_what_it_says()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(StagedModule.Root, "docs", "plugin-author-guide.md"), Cancellation);
        var printed = "";
        var compared = 0;
        foreach (var block in GuideBlock.Read(guide[guide.IndexOf(Heading, StringComparison.Ordinal)..]))
        {
            if (block.File is { } file)
            {
                await File.WriteAllTextAsync(_home[file], block.Text, Cancellation);
            }
            else if (block.Language == "powershell")
            {
                var (exitCode, output, error) = await _user.RunCommandAsync(["env", $"--chdir={_home.Path}"], block.Text);
                Assert.True(exitCode == 0 && error.Length == 0, output + error);
                printed = output;
            }
            else if (block.Language == "text")
            {
                Assert.Equal(block.Text.Trim(), printed.Trim());
                compared++;
            }
        }

        Assert.Equal(1, compared);
    }
}
