using System.Text.RegularExpressions;

namespace StorageConnect.Tests;

/// <summary>The importable module as the build staged it.</summary>
internal static class StagedModule
{
    public static string Root { get; } = FindRoot();

    public static string Folder { get; } = Path.Combine(Root, "out", "StorageConnect");

    public static string Manifest { get; } = Path.Combine(Folder, "StorageConnect.psd1");

    /// <summary>Major.Minor.Patch, as the manifest has it.</summary>
    public static string Version { get; } = Regex.Match(File.ReadAllText(Manifest), "ModuleVersion *= '([^']+)'").Groups[1].Value;

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "StorageConnect.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run in a build of the repository.");
        }

        return folder;
    }
}
