using System.Reflection;
using System.Xml.Linq;
using StorageConnect.Tests.MainJob;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Author;

/// <summary>The template for plug-ins, as an author uses it: from the packages alone, outside of this repository.</summary>
public sealed class PluginTemplateTests : IDisposable
{
    private const string Kit = "xunit.v3.mtp-v2";
    private static readonly string Template = Path.Combine(StagedModule.Root, "docs", "examples", "PluginTemplate");

    private static readonly string Packages = typeof(PluginTemplateTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(data => data.Key == "Packages").Value!;

    private readonly UserProcesses _user = new();
    private readonly TemporaryFolder _home = new();

    /// <summary>The packages of others that the template needs are on this machine: no server is asked.</summary>
    public static bool CanRestore => Directory.Exists(Path.Combine(Packages, Kit, VersionsIn(StagedModule.Root)[Kit]));

    public void Dispose()
    {
        _user.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void It_names_the_versions_that_are_packed_and_tested_with()
    {
        var versions = VersionsIn(Template);

        Assert.Equal(StagedModule.Version, versions["StorageConnect.Abstractions"]);
        Assert.Equal(StagedModule.Version, versions["StorageConnect.Conformance"]);
        Assert.Equal(VersionsIn(StagedModule.Root)[Kit], versions[Kit]);
    }

    [Fact(Skip = "the packages for tests are not on this machine", SkipUnless = nameof(CanRestore))]
    public async Task From_the_packages_it_is_built_keeps_every_clause_and_is_registered()
    {
        foreach (var package in new[] { "StorageConnect.Abstractions", "StorageConnect.Conformance" })
        {
            await Packing.PackAsync(Path.Combine(StagedModule.Root, "src", package), _home["packages"], "--no-build -p:BuildProjectReferences=false");
        }

        // No package gets into the user's folder of packages, where a later build of the same version would find it.
        await DotNetTool.RunAsync(
            _home.Path,
            $"""
            dotnet new install '{Assert.Single(Directory.GetFiles(_home["packages"], "*.Conformance.*"))}' --debug:custom-hive '{_home["hive"]}'
            dotnet new osc-plugin --name Crate --vendor Example --packages '{_home["packages"]}' --debug:custom-hive '{_home["hive"]}'
            cd Crate
            dotnet test
            """,
            ("NUGET_PACKAGES", _home["cache"]), ("RestoreFallbackFolders", Packages));

        Assert.Contains(" 0 failed, ", await ReportAsync(), StringComparison.Ordinal);
        Directory.CreateDirectory(_home["array"]);
        var printed = await _user.RunAsync(
            $$"""
            $plugin = Register-OscPlugin '{{_home["Crate", "Crate", "bin", "Debug", "net10.0"]}}'
            "$($plugin.Name) of $($plugin.Vendor), $($plugin.State)"
            $null = Register-OscStorageServer lab -Plugin Crate -StorageType SAN -ExtraInfo 'Folder={{_home["array"]}}'
            $null = New-OscStorageElement db01 -Size 1GB
            Get-OscStorageElement | ForEach-Object { "$($_.Name) $($_.SizeBytes)" }
            """);
        Assert.Equal("Crate of Example, Ready\ndb01 1073741824", printed);
    }

    private async Task<string> ReportAsync() => await File.ReadAllTextAsync(
        Directory.GetFiles(_home["Crate"], "conformance.md", SearchOption.AllDirectories).Single(), TestContext.Current.CancellationToken);

    private static Dictionary<string, string> VersionsIn(string folder) =>
        XDocument.Load(Path.Combine(folder, "Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(package => (string)package.Attribute("Include")!, package => (string)package.Attribute("Version")!);
}
