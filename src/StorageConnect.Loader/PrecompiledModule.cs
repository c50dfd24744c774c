using System.Management.Automation;
using System.Reflection;
using StorageConnect.Linux.Files;

namespace StorageConnect.Loader;

/// <summary>
/// PowerShell imports this assembly after it has loaded the module's own, and before that one needs what it refers to: those are loaded here, precompiled
/// where the package has them so. The module's own stays portable, because PowerShell loads a root module before anything else.
/// </summary>
public sealed class PrecompiledModule : IModuleAssemblyInitializer
{
    // Those that the cmdlets refer to.
    private static readonly string[] Assemblies = ["Abstractions", "Linux", "Engine", "Host", "Conformance"];

    /// <summary>Runs at the import, before any of the module's other code.</summary>
    public void OnImport()
    {
        var folder = Path.GetDirectoryName(typeof(PrecompiledModule).Assembly.Location)!;
        foreach (var name in Assemblies)
        {
            var portable = Path.Combine(folder, $"StorageConnect.{name}.dll");
            if (PrecompiledFolder.Prefer(portable) is var precompiled && precompiled != portable)
            {
                Load(precompiled);
            }
        }
    }

    private static void Load(string path)
    {
        try
        {
            Assembly.LoadFrom(path);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException)
        {
            // Damaged, or another build is loaded already: the portable one is used.
        }
    }
}
