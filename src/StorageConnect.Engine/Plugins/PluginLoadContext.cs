using System.Reflection;
using System.Runtime.Loader;

namespace StorageConnect.Engine.Plugins;

/// <summary>
/// Keeps one plug-in with its dependencies apart from all others. It shares the contract assembly alone, and always the engine's own copy:
/// one shipped inside a plug-in's folder would make its types strangers to the engine.
/// </summary>
internal sealed class PluginLoadContext(string pluginPath) : AssemblyLoadContext($"StorageConnect plug-in {pluginPath}")
{
    private static readonly Assembly Contract = typeof(StorageArrayPlugin).Assembly;
    private readonly AssemblyDependencyResolver _resolver = new(pluginPath);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (string.Equals(assemblyName.Name, Contract.GetName().Name, StringComparison.OrdinalIgnoreCase))
        {
            return Contract;
        }

        // Null sends the runtime to the default context: that is where the framework is.
        return _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
    }

    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : IntPtr.Zero;
}
