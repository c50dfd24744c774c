using System.Diagnostics;
using System.Reflection;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests;

/// <summary>The pwsh that the repository's tool manifest names, and Pester, in the package folder where the build put them.</summary>
internal static class PowerShellTool
{
    private static readonly string[] Quiet = ["-NoLogo", "-NoProfile", "-NonInteractive"];

    /// <summary>The folder with pwsh.dll and the modules that come with it.</summary>
    public static string Folder { get; } = Metadata("PowerShell");

    public static string Pester { get; } = Metadata("Pester");

    /// <summary>The command that imports the staged module.</summary>
    public static string ImportModule { get; } = $"Import-Module '{StagedModule.Manifest}'; ";

    /// <summary>How to start pwsh without profile and with nobody to ask.</summary>
    /// <param name="arguments">What follows: -Command or -File, and their arguments.</param>
    public static ProcessStartInfo Start(params string[] arguments) => Start([], Folder, arguments);

    /// <summary>How to start pwsh through another program.</summary>
    /// <param name="prefix">The program and its arguments, such as setpriv.</param>
    /// <param name="folder">Where pwsh.dll is: <see cref="Folder"/>, or a copy that the user to become can read.</param>
    /// <param name="arguments">What follows: -Command or -File, and their arguments.</param>
    public static ProcessStartInfo Start(string[] prefix, string folder, string[] arguments)
    {
        string[] command = [.. prefix, "dotnet", Path.Combine(folder, "pwsh.dll"), .. Quiet, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["POWERSHELL_UPDATECHECK"] = "Off";
        start.Environment["NO_COLOR"] = "1";

        // The test host has a path of its own in it, for the engine that the tests run in.
        start.Environment.Remove("PSModulePath");
        UserFolders.Restore(start.Environment);
        return start;
    }

    /// <summary>A copy of pwsh for users who can't read the folder with the packages.</summary>
    public static TemporaryFolder CopyForEverybody()
    {
        var copy = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var target = copy[Path.GetRelativePath(Folder, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(copy.Path, (UnixFileMode)0b111_101_101);
        }

        return copy;
    }

    private static string Metadata(string key) =>
        typeof(PowerShellTool).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
