using System.Text.RegularExpressions;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>The folders of the host's project use each other one way only, and a namespace is a folder.</summary>
public sealed partial class HostFolderTests
{
    private static readonly string Project = Path.Combine(StagedModule.Root, "src", "StorageConnect.Host");

    // Public records are everybody's, so they are in the product's own namespace.
    private static List<(string Folder, string Text)> Files { get; } =
    [
        .. from path in Directory.EnumerateFiles(Project, "*.cs", SearchOption.AllDirectories)
           let folder = Path.GetRelativePath(Project, Path.GetDirectoryName(path)!)
           where folder.Split('/')[0] is not ("bin" or "obj" or "Records")
           select (folder, File.ReadAllText(path))
    ];

    [Fact]
    public void A_namespace_is_a_folder()
    {
        Assert.NotEmpty(Files);
        Assert.All(Files, file => Assert.Contains(
            file.Folder == "."
                ? "namespace StorageConnect.Host;"
                : $"namespace StorageConnect.Host.{file.Folder.Replace('/', '.')};", file.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void No_folder_uses_one_that_uses_it()
    {
        var uses = Files
            .SelectMany(file => UsedFolder().Matches(file.Text).Select(match => (file.Folder, Used: match.Groups["folder"].Value)))
            .Distinct()
            .ToLookup(use => use.Folder, use => use.Used);
        Assert.NotEmpty(uses["Attaching"]);

        var reached = new HashSet<string>();
        Assert.All(uses.Select(use => use.Key), folder => Walk(folder, []));

        void Walk(string folder, string[] way)
        {
            Assert.DoesNotContain(folder, way);
            if (reached.Contains(folder))
            {
                return;
            }

            foreach (var used in uses[folder])
            {
                Walk(used, [.. way, folder]);
            }

            reached.Add(folder);
        }
    }

    [GeneratedRegex(@"^using (static )?StorageConnect\.Host\.(?<folder>\w+)", RegexOptions.Multiline)]
    private static partial Regex UsedFolder();
}
