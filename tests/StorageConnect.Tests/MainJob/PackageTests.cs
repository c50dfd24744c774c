using System.Collections;
using System.IO.Compression;
using System.Management.Automation.Language;
using System.Text.Json;
using System.Xml.Linq;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.MainJob;

/// <summary>What <c>dotnet pack</c> makes of the staged module: fit for a PowerShell gallery, complete, small, and the same bytes each time.</summary>
public sealed class PackageTests(PackageTests.Packages packages) : IClassFixture<PackageTests.Packages>
{
    [Fact]
    public void The_package_holds_the_staged_module_at_its_root_and_nothing_else()
    {
        using var package = ZipFile.OpenRead(packages.First("*.nupkg"));
        var ofThePackageFormat =
            new[] { "[Content_Types].xml", "_rels/.rels", "StorageConnect.nuspec", "package/services/metadata/core-properties/nuget.psmdcp" };

        var files = package.Entries.Select(entry => entry.FullName).Except(ofThePackageFormat).Order(StringComparer.Ordinal);

        Assert.Equal(Staged, files);
        Assert.Contains("LICENSE", Staged);
        Assert.Contains("THIRD-PARTY-NOTICES.txt", Staged);
        Assert.DoesNotContain(Staged, file => file.EndsWith(".pdb", StringComparison.Ordinal));
    }

    [Fact]
    public void The_zip_holds_the_same_in_a_folder_of_the_modules_name()
    {
        using var zip = ZipFile.OpenRead(packages.First("*.zip"));

        Assert.Equal(Staged.Select(file => "StorageConnect/" + file), zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
        Assert.All(zip.Entries, entry =>
        {
            using var content = entry.Open();
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            Assert.Equal(File.ReadAllBytes(Path.Combine(StagedModule.Folder, entry.FullName["StorageConnect/".Length..])), copy.ToArray());
        });
    }

    [Fact]
    public void What_a_plug_in_author_needs_is_in_it()
    {
        Assert.Contains("plugin-author-guide.md", Staged);
        var documented = XDocument.Load(Path.Combine(StagedModule.Folder, "StorageConnect.Abstractions.xml")).Descendants("member")
            .Select(member => (string)member.Attribute("name")!).ToHashSet();
        Assert.All(typeof(StorageArrayPlugin).Assembly.GetExportedTypes(), type => Assert.Contains("T:" + type.FullName, documented));
    }

    [Fact]
    public void It_is_smaller_than_10_MiB_and_runs_on_three_systems()
    {
        Assert.True(new FileInfo(packages.First("*.nupkg")).Length < 10 << 20);
        Assert.Equal(
            ["plugins/Local/runtimes/linux-arm64/native/libe_sqlite3.so", "plugins/Local/runtimes/linux-x64/native/libe_sqlite3.so",
                "plugins/Local/runtimes/win-x64/native/e_sqlite3.dll"],
            Staged.Where(file => file.Contains("/native/", StringComparison.Ordinal)));
    }

    [Fact]
    public void It_says_of_itself_what_the_manifest_says()
    {
        using var package = ZipFile.OpenRead(packages.First("*.nupkg"));
        using var nuspec = package.GetEntry("StorageConnect.nuspec")!.Open();
        var metadata = XDocument.Load(nuspec).Root!.Elements().Single();
        string Say(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
        var manifest = (Hashtable)Parser.ParseFile(StagedModule.Manifest, out _, out _).Find(ast => ast is HashtableAst, false).SafeGetValue();
        var data = (Hashtable)((Hashtable)manifest["PrivateData"]!)["PSData"]!;

        Assert.Equal("StorageConnect", Say("id"));
        Assert.Equal(manifest["ModuleVersion"], Say("version"));
        Assert.Equal(manifest["Description"], Say("description"));
        Assert.Equal(manifest["Author"], Say("authors"));
        Assert.Equal("Apache-2.0", Say("license"));
        Assert.DoesNotContain(metadata.Elements(), element => element.Name.LocalName == "dependencies");
        Assert.NotEmpty((string)data["ReleaseNotes"]!);
        Assert.NotEmpty((string)data["LicenseUri"]!);

        var tags = Say("tags").Split(' ');
        Assert.Contains("PSModule", tags);
        Assert.Subset(tags.ToHashSet(), ((object[])data["Tags"]!).Cast<string>().ToHashSet());
        Assert.Equal(((object[])manifest["CmdletsToExport"]!).Select(name => "PSCommand_" + name).Order(),
            tags.Where(tag => tag.StartsWith("PSCommand_", StringComparison.Ordinal)).Order());
        Assert.True(Say("tags").Length < 4000, "Galleries take no more than 4000 characters of tags.");
    }

    [Fact]
    public void The_notices_name_every_library_of_others_with_its_version()
    {
        var notices = File.ReadAllText(Path.Combine(StagedModule.Folder, "THIRD-PARTY-NOTICES.txt"));
        foreach (var file in Directory.GetFiles(Path.Combine(StagedModule.Folder, "plugins"), "*.deps.json", SearchOption.AllDirectories))
        {
            using var dependencies = JsonDocument.Parse(File.ReadAllText(file));
            var libraries = dependencies.RootElement.GetProperty("targets").EnumerateObject().Single().Value.EnumerateObject()
                .Where(library => library.Value.TryGetProperty("runtime", out var runtime)
                    && !library.Name.StartsWith("StorageConnect", StringComparison.Ordinal));
            Assert.All(libraries, library =>
            {
                Assert.Contains(library.Name.Split('/')[1], notices, StringComparison.Ordinal);
                Assert.All(library.Value.GetProperty("runtime").EnumerateObject(),
                    assembly => Assert.Contains(Path.GetFileName(assembly.Name), notices, StringComparison.Ordinal));
            });
        }
    }

    [Theory]
    [InlineData("*.nupkg")]
    [InlineData("*.zip")]
    public void Packed_again_it_has_the_same_bytes(string pattern) =>
        Assert.Equal(File.ReadAllBytes(packages.First(pattern)), File.ReadAllBytes(packages.Second(pattern)));

    [Fact]
    public async Task Packed_where_nothing_was_built_before_it_holds_the_same_files()
    {
        using var clone = new TemporaryFolder();
        Copy(StagedModule.Root, clone.Path, "*", SearchOption.TopDirectoryOnly);
        Copy(Path.Combine(StagedModule.Root, "src"), clone["src"], "*", SearchOption.AllDirectories);
        Copy(Path.Combine(StagedModule.Root, "docs"), clone["docs"], "*.md", SearchOption.TopDirectoryOnly);

        await Packing.PackAsync(Path.Combine(clone.Path, "src", "StorageConnect"), clone["packages"]);

        using var zip = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(clone["packages"], "*.zip")));
        Assert.Equal(Staged.Select(file => "StorageConnect/" + file), zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
    }

    private static void Copy(string from, string to, string pattern, SearchOption depth)
    {
        foreach (var file in Directory.EnumerateFiles(from, pattern, depth))
        {
            var name = Path.GetRelativePath(from, file);
            if (!name.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            {
                var target = Path.Combine(to, name);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }

    private static IReadOnlyList<string> Staged { get; } =
    [
        .. Directory.GetFiles(StagedModule.Folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(StagedModule.Folder, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The module packed twice.</summary>
    public sealed class Packages : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        public async ValueTask InitializeAsync()
        {
            await Packing.PackStagedAsync(_folder["first"]);
            await Packing.PackStagedAsync(_folder["second"]);
        }

        public string First(string pattern) => Assert.Single(Directory.GetFiles(_folder["first"], pattern));

        public string Second(string pattern) => Assert.Single(Directory.GetFiles(_folder["second"], pattern));

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
