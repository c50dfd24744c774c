using System.Runtime.InteropServices;
using StorageConnect.Engine.Workers;
using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Plugins;

/// <summary>The command that starts a plug-in's process, by its kind.</summary>
internal static class PluginLaunch
{
    /// <summary>The environment variable with the plug-in's assembly, for a worker that runs assemblies.</summary>
    public const string PluginVariable = "STORAGE_CONNECT_PLUGIN";

    // Thirty days. A wait takes no more than 49.
    private const int LongestTimeout = 30 * 24 * 60 * 60;
    private const string StartupHooks = "DOTNET_STARTUP_HOOKS";

    // Python 2 sources are converted once: the result is kept there, by content.
    private const string CacheVariable = "XDG_CACHE_HOME";

    // Where distributions put Python. Not the user's PATH: another Python may be the first there.
    private static readonly string[] Pythons = ["/usr/bin/python3", "/usr/local/bin/python3", "/bin/python3"];

    private static string WorkerAssembly => PrecompiledFolder.Prefer(Path.Combine(OwnFolder, "StorageConnect.Worker.dll"));

    private static string OwnFolder { get; } = Path.GetDirectoryName(PrecompiledFolder.PortableOf(typeof(PluginLaunch).Assembly))!;

    /// <summary>The worker for assemblies is beside the engine.</summary>
    public static bool CanRunAssemblies => File.Exists(WorkerAssembly);

    /// <summary>The Python that is used where the administrator names none; null where there is none.</summary>
    public static string? FindPython() => Pythons.FirstOrDefault(File.Exists);

    /// <summary>How to start a plug-in's process.</summary>
    /// <param name="file">The plug-in's file: an assembly, a Python module, a program.</param>
    /// <param name="folder">The plug-in's folder, where its processes begin.</param>
    /// <param name="manifest">Its manifest.</param>
    public static WorkerCommand CommandFor(string file, string folder, PluginManifest manifest) => manifest.Kind switch
    {
        PluginKind.Python => new(manifest.Interpreter ?? FindPython() ?? Pythons[0],
            ["-B", "-E", "-s", Path.Combine(OwnFolder, "python", "osc_worker.py"), file, .. manifest.Command.Skip(1)], folder)
        {
            Environment = new Dictionary<string, string> { [CacheVariable] = CacheFolder() },
        },
        PluginKind.Program when manifest.Interpreter is { } interpreter => new(interpreter, [file, .. manifest.Command.Skip(1)], folder),
        PluginKind.Program => new(file, [.. manifest.Command.Skip(1)], folder),
        _ => ForAssembly(file, folder),
    };

    /// <summary>The limits of its processes.</summary>
    public static WorkerLimits LimitsFor(PluginManifest manifest) =>
        manifest.TimeoutSeconds is { } seconds and > 0 ? new() { CallTimeout = TimeSpan.FromSeconds(Math.Min(seconds, LongestTimeout)) } : new();

    private static string CacheFolder() => Environment.GetEnvironmentVariable(CacheVariable) is { Length: > 0 } path && Path.IsPathRooted(path)
        ? path
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache");

    /// <summary>
    /// This process's own program with a startup hook: the runtime calls the worker before the program itself begins. So a pwsh with a runtime of its
    /// own needs no other .NET, and a worker starts as fast as a runtime does.
    /// </summary>
    private static WorkerCommand ForAssembly(string assembly, string folder)
    {
        var program = Environment.ProcessPath!;
        var isMuxer = Path.GetFileNameWithoutExtension(program) == "dotnet";
        // Where hooks are switched off the program itself would begin: as a pwsh that ends at once.
        string[] arguments = [.. isMuxer ? [Environment.GetCommandLineArgs()[0]] : Array.Empty<string>(), "-NoProfile", "-NonInteractive", "-Command", "exit"];
        return new(program, arguments, folder)
        {
            Environment = new Dictionary<string, string>
            {
                [StartupHooks] = WorkerAssembly,
                [PluginVariable] = assembly,
                // The folder with shared/Microsoft.NETCore.App, for a program that looks for its runtime.
                ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")),
                ["DOTNET_EnableDiagnostics"] = "0",
                ["DOTNET_TieredPGO"] = "0",
            },
        };
    }
}
