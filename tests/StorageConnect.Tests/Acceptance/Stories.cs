using System.Text.Json;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Acceptance;

/// <summary>Runs the stories, a fresh pwsh each, on one installed package.</summary>
internal static class Stories
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    public static IReadOnlyList<StoryResult> Run()
    {
        using var package = new InstalledPackage();
        using var results = new TemporaryFolder();
        var files = Directory.GetFiles(Path.Combine(StagedModule.Root, "tests", "Acceptance"), "*.Tests.ps1").Order(StringComparer.Ordinal);
        return [.. files.SelectMany(file => Run(file, package, results[Path.GetFileName(file) + ".json"]))];
    }

    private static IReadOnlyList<StoryResult> Run(string file, InstalledPackage package, string results)
    {
        var story = Path.GetFileName(file)[..^".Tests.ps1".Length];
        var script = Path.Combine(StagedModule.Root, "tests", "Acceptance", "Invoke-Story.ps1");
        var start = package.Start("-File", script, "-Story", file, "-Pester", Path.Combine(PowerShellTool.Pester, "tools", "Pester.psd1"), "-Result", results);
        var (exitCode, output) = InstalledPackage.Finish(start, Deadline);
        if (exitCode != 0 || !File.Exists(results))
        {
            return [new StoryResult(story, "Failed", $"pwsh ended with {exitCode}. {output}")];
        }

        var tests = JsonSerializer.Deserialize<List<StoryResult>>(File.ReadAllText(results))!;
        return tests.Count == 0
            ? [new StoryResult(story, "Failed", "The story has no test.")]
            : [.. tests.Select(test => test with { Name = $"{story}: {test.Name}" })];
    }
}
