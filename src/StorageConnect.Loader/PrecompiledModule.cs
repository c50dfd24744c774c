using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;
using StorageConnect.Linux.Files;

namespace StorageConnect.Loader;

/// <summary>
/// PowerShell imports this assembly after it has loaded the module's own, and before that one needs what it refers to: from then on, those are loaded
/// precompiled where the package has them so. The module's own stays portable, because PowerShell loads a root module before anything else.
/// </summary>
public sealed class PrecompiledModule : IModuleAssemblyInitializer
{
    private static readonly string Folder = Path.GetDirectoryName(typeof(PrecompiledModule).Assembly.Location)!;
    private static int _isAdded;

    /// <summary>Runs at the import, before any of the module's other code.</summary>
    public void OnImport()
    {
        if (Interlocked.Exchange(ref _isAdded, 1) == 0)
        {
            AssemblyLoadContext.Default.Resolving += Resolve;
        }
    }

    // The runtime asks here before it looks beside the assembly that needs another: nothing is loaded that isn't needed.
    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name)
    {
        if (name.Name is not { } simple || !simple.StartsWith("StorageConnect.", StringComparison.Ordinal))
        {
            return null;
        }

        var portable = Path.Combine(Folder, simple + ".dll");
        var precompiled = PrecompiledFolder.Prefer(portable);
        if (precompiled == portable)
        {
            return null;
        }

        try
        {
            // By LoadFrom, so that what it refers to is looked for in its folder too.
            return Assembly.LoadFrom(precompiled);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException)
        {
            return null; // Damaged, or another build is loaded already: the portable one is used.
        }
    }
}
