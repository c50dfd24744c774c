using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using StorageConnect.Worker;

/// <summary>
/// What the runtime calls before the program itself begins, because DOTNET_STARTUP_HOOKS names this assembly: the program, a pwsh, never does. The
/// runtime looks for a class of this name without a namespace.
/// </summary>
#pragma warning disable CA1050 // The runtime wants no namespace.
internal static class StartupHook
#pragma warning restore CA1050
{
    private const string PluginVariable = "STORAGE_CONNECT_PLUGIN";
    private static readonly string Folder = Path.GetDirectoryName(typeof(StartupHook).Assembly.Location)!;

    /// <summary>Serves the engine until it is gone.</summary>
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

    // By itself, so that the engine is looked for after there is a way to find it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run(string? plugin) => WorkerProgram.Run(plugin ?? throw new InvalidOperationException($"{PluginVariable} is not set."));
}
