using System.Reflection;
using System.Runtime.Loader;

namespace StorageConnect.PluginKit.Jobs;

/// <summary>
/// A process of its own in which an array's jobs go on when the process that began them ends: a detached PowerShell that loads the plug-in
/// and calls one static method of it. There is none where the jobs were begun by a process that isn't PowerShell; the next process that uses
/// the array goes on with the jobs then.
/// </summary>
public static class KeeperProcess
{
    private const string Shell = "pwsh";
    private const string Host = "dotnet";

    /// <summary>Starts the process.</summary>
    /// <param name="entry">A public static class of the plug-in with a public method <c>Run</c> that takes a text and ends when no job is left.</param>
    /// <param name="argument">The text.</param>
    /// <returns>False when it can't be started.</returns>
    public static bool TryStart(Type entry, string argument)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (Assembly.GetEntryAssembly() is not { } program || program.GetName().Name != Shell || Environment.ProcessPath is not { } process)
        {
            return false;
        }

        string[] shell = Path.GetFileNameWithoutExtension(process) == Host ? [process, program.Location] : [process];
        var script = string.Join(
            "; ",
            $"$null = [Reflection.Assembly]::LoadFrom({Quote(typeof(StorageArrayPlugin).Assembly.Location)})",
            $"$null = [Reflection.Assembly]::LoadFrom({Quote(typeof(KeeperProcess).Assembly.Location)})",
            $"[{typeof(KeeperProcess).FullName}]::Run({Quote(PrecompiledFolder.PortableOf(entry.Assembly))}, {Quote(entry.FullName!)}, {Quote(argument)})");

        return DetachedProcess.TryStart([.. shell, "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", script], new Dictionary<string, string>
        {
            ["POWERSHELL_UPDATECHECK"] = "Off",
            ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
        });
    }

    /// <summary>What the process does: loads the plug-in as the engine does, and calls its method.</summary>
    /// <param name="assembly">The plug-in's assembly.</param>
    /// <param name="type">The class.</param>
    /// <param name="argument">The text.</param>
    public static void Run(string assembly, string type, string argument) =>
        PrecompiledFolder.Load(new PluginContext(assembly), assembly).GetType(type, throwOnError: true)!.GetMethod(nameof(Run))!.Invoke(null, [argument]);

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>The plug-in's own assemblies and native libraries; the contract is the one that is loaded already.</summary>
    private sealed class PluginContext(string assembly) : AssemblyLoadContext("keeper")
    {
        private readonly AssemblyDependencyResolver _resolver = new(assembly);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name != typeof(StorageArrayPlugin).Assembly.GetName().Name && _resolver.ResolveAssemblyToPath(assemblyName) is { } path
                ? PrecompiledFolder.Load(this, path)
                : null;

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
