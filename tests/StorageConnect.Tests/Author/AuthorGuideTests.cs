using System.Text.RegularExpressions;
using StorageConnect.Tests.MainJob;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Author;

/// <summary>The plug-in author's guide, followed to the letter: its files written, its commands run, what they print compared.</summary>
public sealed partial class AuthorGuideTests : IDisposable
{
    private const string AddressInGuide = "http://127.0.0.1:8080";
    private static readonly string Guide = Path.Combine(StagedModule.Root, "docs", "plugin-author-guide.md");
    private static readonly string Sample = Path.Combine(StagedModule.Root, "docs", "examples", "ShelfPlugin");

    // What an array without data, QoS and iSCSI can't show; no clause may be skipped for another reason.
    private static readonly string[] TrueReasons =
    [
        "there is nothing to refuse", "no qualities of service", "no file through which", "discover is never called", "has no extra info",
        "has no storage name", "Identities don't belong",
        "The limit is -1", "IsSync is No", "can't stop what goes on", "doesn't see the element",
        "no secret that could be told", "neither used nor unique bytes", "nothing on the array, and in what", "no line to its log", "WWNs have the same length",
    ];

    private readonly UserProcesses _user = new();
    private readonly TemporaryFolder _home = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _user.Dispose();
        _home.Dispose();
    }

    [Fact]
    public async Task Followed_to_the_letter_it_ends_with_a_plug_in_that_keeps_every_clause()
    {
        using var array = await ShelfArrayProcess.StartAsync();
        var folder = Directory.CreateDirectory(_home["ShelfPlugin"]).FullName;
        var (document, printed) = (await File.ReadAllTextAsync(Guide, Cancellation), "");
        var updated = document;

        foreach (var block in GuideBlock.Read(BeforePython(document)))
        {
            switch (block)
            {
                case { File: { } file }:
                    var path = Path.Combine(folder, file);
                    await File.WriteAllTextAsync(path, block.ApplyTo(File.Exists(path) ? await File.ReadAllTextAsync(path, Cancellation) : null), Cancellation);
                    break;
                case { Language: "sh" }:
                    await DotNetTool.RunAsync(folder, block.Text, ("StorageConnectModule", StagedModule.Folder));
                    break;
                case { Language: "powershell" }:
                    printed = await RunPowerShellAsync(folder, block.Text.Replace(AddressInGuide, array.Address, StringComparison.Ordinal));
                    break;
                case { Language: "text" }:
                    updated = updated.Replace($"```text\n{block.Text}```", $"```text\n{Plain(printed)}\n```", StringComparison.Ordinal);
                    break;
            }
        }

        if (Environment.GetEnvironmentVariable("STORAGECONNECT_UPDATE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(Guide, updated, Cancellation);
            document = updated;
        }

        Assert.Equal(WithoutNumbersThatGrow(updated), WithoutNumbersThatGrow(document));
        var report = await File.ReadAllTextAsync(Path.Combine(folder, "report.md"), Cancellation);
        Assert.Contains(" 0 failed, ", report, StringComparison.Ordinal);
        var untrue = SkippedClause().Matches(report).Select(match => match.Value).Where(line => !TrueReasons.Any(line.Contains));
        Assert.True(!untrue.Any(), string.Join('\n', untrue));
    }

    [Fact]
    public void The_sample_is_what_it_ends_with()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var block in GuideBlock.Read(BeforePython(File.ReadAllText(Guide))))
        {
            if (block.File is { } file)
            {
                files[file] = block.ApplyTo(files.GetValueOrDefault(file));
            }
            else if (block.Language == "sh")
            {
                foreach (Match removed in Removal().Matches(block.Text))
                {
                    files.Remove(removed.Groups[1].Value);
                }
            }
        }

        Assert.Equal(files.Keys, Directory.EnumerateFiles(Sample).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(File.ReadAllText(Path.Combine(Sample, file.Key)), file.Value));
    }

    // The chapter on Python has a plug-in, and a test, of its own.
    private static string BeforePython(string document) => document[..document.IndexOf(PythonChapterTests.Heading, StringComparison.Ordinal)];

    private async Task<string> RunPowerShellAsync(string folder, string script)
    {
        var (exitCode, output, error) = await _user.RunCommandAsync(["env", $"--chdir={folder}"], script);
        Assert.True(exitCode == 0 && error.Length == 0, script + output + error);
        return output.Trim();
    }

    // Tables are filled up with spaces to the right, which no editor keeps.
    private static string Plain(string printed) => string.Join('\n', printed.Split('\n').Select(line => line.TrimEnd()));

    // With each clause that the kit gains, more pass and more are skipped.
    private static string WithoutNumbersThatGrow(string text) => GrowingNumber().Replace(text, "$1 …");

    [GeneratedRegex("^(Passed|Skipped|Advised) [0-9]+$", RegexOptions.Multiline)]
    private static partial Regex GrowingNumber();

    [GeneratedRegex(@"^\| \S+ \| Skipped .*$", RegexOptions.Multiline)]
    private static partial Regex SkippedClause();

    [GeneratedRegex(@"^rm (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Removal();
}
