using System.Reflection;
using System.Runtime.Loader;
using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Plugins;

/// <summary>
/// Keeps one plug-in with its dependencies apart from all others. It shares the contract assembly alone, and always the engine's own copy:
/// with a copy from the plug-in's folder its types would not be the engine's.
/// </summary>
/// <param name="pluginPath">The plug-in's assembly.</param>
/// <param name="fromMemory">
/// Read assemblies into memory instead of mapping their files: the runtime keeps one image for each path, so a new build at the path of an old one that
/// is in use would be the old one again.
/// </param>
internal sealed class PluginLoadContext(string pluginPath, bool fromMemory) : AssemblyLoadContext($"StorageConnect plug-in {pluginPath}")
{
    private static readonly Assembly Contract = typeof(StorageArrayPlugin).Assembly;
    private readonly AssemblyDependencyResolver _resolver = new(pluginPath);

    /// <summary>The plug-in's assembly.</summary>
    public Assembly LoadPlugin() => LoadFile(pluginPath);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (string.Equals(assemblyName.Name, Contract.GetName().Name, StringComparison.OrdinalIgnoreCase))
        {
            return Contract;
        }

        // Null means the default context, which has the framework.
        return _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFile(path) : null;
    }

    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : IntPtr.Zero;

    private Assembly LoadFile(string path)
    {
        if (!fromMemory)
        {
            return PrecompiledFolder.Load(this, path);
        }

        using var content = new MemoryStream(File.ReadAllBytes(path));
        return LoadFromStream(content);
    }
}
