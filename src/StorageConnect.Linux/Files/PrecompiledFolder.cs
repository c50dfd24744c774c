using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace StorageConnect.Linux.Files;

/// <summary>
/// The folder with assemblies that were compiled ahead of time for this processor: <c>precompiled/linux-x64</c> beside the portable ones. The runtime
/// refuses an assembly with code for another processor, so the portable ones stay where they are, and are used where there is no such folder.
/// </summary>
public static class PrecompiledFolder
{
    private static readonly string? Name = !OperatingSystem.IsLinux() ? null : RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => "precompiled/linux-x64",
        Architecture.Arm64 => "precompiled/linux-arm64",
        _ => null,
    };

    /// <summary>The precompiled one of a portable assembly; the portable one where there is none.</summary>
    /// <param name="assembly">The path of the portable assembly.</param>
    public static string Prefer(string assembly)
    {
        if (Name is null || Path.GetDirectoryName(assembly) is not { } folder)
        {
            return assembly;
        }

        var precompiled = Path.Combine(folder, Name, Path.GetFileName(assembly));
        return File.Exists(precompiled) ? precompiled : assembly;
    }

    /// <summary>Loads the precompiled one of a portable assembly; the portable one where the runtime refuses that, or there is none.</summary>
    /// <param name="context">What loads it.</param>
    /// <param name="assembly">The path of the portable assembly.</param>
    public static Assembly Load(AssemblyLoadContext context, string assembly)
    {
        ArgumentNullException.ThrowIfNull(context);
        var precompiled = Prefer(assembly);
        try
        {
            return context.LoadFromAssemblyPath(precompiled);
        }
        catch (BadImageFormatException) when (precompiled != assembly)
        {
            return context.LoadFromAssemblyPath(assembly);
        }
    }

    /// <summary>The portable one of an assembly that may be precompiled: what belongs to it is beside that one.</summary>
    /// <param name="assembly">A loaded assembly.</param>
    /// <returns>Its path; empty where it was not loaded from a file.</returns>
    public static string PortableOf(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var path = assembly.Location;
        var folder = Path.GetDirectoryName(path);
        return Name is not null && folder is not null && folder.EndsWith('/' + Name, StringComparison.Ordinal)
            ? Path.Combine(folder[..^(Name.Length + 1)], Path.GetFileName(path))
            : path;
    }
}
