using System.Diagnostics;
using StorageConnect.Tests.MainJob;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Acceptance;

/// <summary>The module packed, and installed by Install-PSResource for a user of its own, who has nothing else.</summary>
internal sealed class InstalledPackage : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);
    private readonly TemporaryFolder _folder = new();

    public InstalledPackage()
    {
        try
        {
            Packing.PackStagedAsync(Packages).GetAwaiter().GetResult();
            Directory.CreateDirectory(Home);
            var (exitCode, output) = Finish(Start("-Command", $$"""
                $ErrorActionPreference = 'Stop'
                Register-PSResourceRepository -Name packages -Uri '{{Packages}}' -Trusted
                Install-PSResource StorageConnect -Repository packages -Scope CurrentUser
                """), Deadline);
            if (exitCode != 0 || !File.Exists(Manifest))
            {
                throw new InvalidOperationException($"The package was not installed as '{Manifest}'. {output}");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private string Packages => _folder["packages"];

    private string Home => _folder["home"];

    private string Modules => Path.Combine(Home, ".local", "share", "powershell", "Modules");

    private string Manifest => Path.Combine(Modules, "StorageConnect", StagedModule.Version, "StorageConnect.psd1");

    /// <summary>pwsh for that user.</summary>
    public ProcessStartInfo Start(params string[] arguments)
    {
        var start = PowerShellTool.Start(arguments);
        foreach (var variable in new[] { "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME" })
        {
            start.Environment.Remove(variable);
        }

        start.Environment["HOME"] = Home;
        start.Environment["TMPDIR"] = TemporaryFiles.Usual; // the stories' pools are on a disk
        start.Environment["STORAGECONNECT_MODULE"] = Manifest;
        start.Environment["STORAGECONNECT_PACKAGES"] = Packages;
        return start;
    }

    /// <summary>Runs a process to its end, and kills it at the deadline.</summary>
    public static (int ExitCode, string Output) Finish(ProcessStartInfo start, TimeSpan deadline)
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(deadline))
        {
            process.Kill(entireProcessTree: true);
        }

        process.WaitForExit();
        return (process.ExitCode, output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult());
    }

    public void Dispose() => _folder.Dispose();
}
