using System.Runtime.InteropServices;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.MainJob;

/// <summary>
/// A package may have assemblies that were compiled ahead of time for this processor, in folders of their own. Here they are copies of the portable ones:
/// what matters is which are loaded, and that they find what is beside the portable ones.
/// </summary>
public sealed class PrecompiledTests : IDisposable
{
    private readonly UserProcesses _user = new();
    private readonly TemporaryFolder _copy = new();
    private readonly TemporaryFolder _pool = new();

    private static string Here => $"precompiled/linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    private string Module => _copy["StorageConnect"];

    public PrecompiledTests()
    {
        foreach (var file in Directory.EnumerateFiles(StagedModule.Folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(Module, Path.GetRelativePath(StagedModule.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    [Fact]
    public async Task Precompiled_assemblies_are_loaded_and_find_what_is_beside_the_portable_ones()
    {
        Precompile("", File.Copy);
        Precompile("plugins/Local", File.Copy);

        var output = await RunAsync($$"""
            $null = Register-OscStorageServer lab -Plugin Local -StorageType SAN -ExtraInfo 'Pool={{_pool.Path}}'
            $null = New-OscStorageElement db01 -Size 1MB
            (Get-OscStorageElement db01).Name
            $wanted = 'StorageConnect.Engine', 'StorageConnect.Abstractions', 'StorageConnect.Plugins.Local', 'Microsoft.Data.Sqlite'
            [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -in $wanted } | ForEach-Object Location | Sort-Object
            """);

        Assert.Equal(
            [
                "db01",
                Path.Combine(Module, "plugins", "Local", Here, "Microsoft.Data.Sqlite.dll"),
                Path.Combine(Module, "plugins", "Local", Here, "StorageConnect.Plugins.Local.dll"),
                Path.Combine(Module, Here, "StorageConnect.Abstractions.dll"),
                Path.Combine(Module, Here, "StorageConnect.Engine.dll"),
            ],
            output);
    }

    [Fact]
    public async Task The_portable_ones_are_used_where_the_precompiled_ones_are_for_another_processor()
    {
        // What the runtime says of them is the same: no assembly for this processor.
        Precompile("", static (_, target) => File.WriteAllText(target, "no assembly"));
        Precompile("plugins/Local", static (_, target) => File.WriteAllText(target, "no assembly"));

        var output = await RunAsync($$"""
            $null = Register-OscStorageServer lab -Plugin Local -StorageType SAN -ExtraInfo 'Pool={{_pool.Path}}'
            (New-OscStorageElement db01 -Size 1MB).Name
            [StorageConnect.StorageElement].Assembly.Location
            """);

        Assert.Equal(["db01", Path.Combine(Module, "StorageConnect.Abstractions.dll")], output);
    }

    public void Dispose()
    {
        _user.Dispose();
        _copy.Dispose();
        _pool.Dispose();
    }

    private void Precompile(string folder, Action<string, string> make)
    {
        var target = Directory.CreateDirectory(Path.Combine(Module, folder, Here)).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Module, folder), "*.dll"))
        {
            make(file, Path.Combine(target, Path.GetFileName(file)));
        }
    }

    private async Task<string[]> RunAsync(string script)
    {
        var (exitCode, output, error) = await _user.RunAsync([], PowerShellTool.Folder,
            ["-Command", $"$ErrorActionPreference = 'Stop'; Import-Module '{Path.Combine(Module, "StorageConnect.psd1")}'; {script}"]);
        Assert.True(exitCode == 0 && error.Length == 0, output + error);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
