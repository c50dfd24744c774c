using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using StorageConnect.Worker;

/// <summary>
/// The runtime calls it before the program itself, because DOTNET_STARTUP_HOOKS names this assembly: the program, a pwsh, never begins. The runtime
/// requires this class name without a namespace.
/// </summary>
#pragma warning disable CA1050 // The runtime wants no namespace.
internal static class StartupHook
#pragma warning restore CA1050
{
    private const string PluginVariable = "STORAGE_CONNECT_PLUGIN";
    private static readonly string Folder = Path.GetDirectoryName(typeof(StartupHook).Assembly.Location)!;

    /// <summary>Serves the engine until the connection ends.</summary>
    public static void Initialize()
    {
        var plugin = Environment.GetEnvironmentVariable(PluginVariable);
        // Not for the programs that the plug-in starts.
        foreach (var name in new[] { PluginVariable, "DOTNET_STARTUP_HOOKS", "DOTNET_EnableDiagnostics", "DOTNET_TieredPGO" })
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        AssemblyLoadContext.Default.Resolving += static (context, name) =>
            Path.Combine(Folder, name.Name + ".dll") is var path && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
        Run(plugin);
        Environment.Exit(0);
    }

    // A method of its own, so that the engine's assembly is resolved only after the resolver is set.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run(string? plugin) => WorkerProgram.Run(plugin ?? throw new InvalidOperationException($"{PluginVariable} is not set."));
}
