using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;

namespace StorageConnect.Engine.Plugins;

/// <summary>Finds the files that belong to a plug-in's assembly, among other files in its folder.</summary>
internal static class PluginFiles
{
    private static readonly string[] AssetKinds = ["runtime", "native", "resources", "runtimeTargets"];

    /// <summary>
    /// The assembly and what its deps.json names. Without a deps.json: the assembly and the assemblies beside it that it references, and theirs.
    /// </summary>
    /// <returns>Paths relative to the assembly's folder.</returns>
    /// <exception cref="InvalidDataException">The deps.json is damaged.</exception>
    public static IReadOnlyCollection<string> Of(string assembly)
    {
        var folder = Path.GetDirectoryName(assembly)!;
        var depsFile = Path.ChangeExtension(assembly, ".deps.json");
        var files = new SortedSet<string>(StringComparer.Ordinal) { Path.GetFileName(assembly) };
        if (File.Exists(depsFile))
        {
            files.Add(Path.GetFileName(depsFile));
            files.UnionWith(AssetsIn(depsFile).Select(asset => Locate(folder, asset)).OfType<string>());
        }
        else
        {
            AddReferences(folder, assembly, files);
        }

        return files;
    }

    private static List<string> AssetsIn(string depsFile)
    {
        try
        {
            using var deps = JsonDocument.Parse(File.ReadAllBytes(depsFile));
            var target = deps.RootElement.GetProperty("runtimeTarget").GetProperty("name").GetString()!;
            var libraries = deps.RootElement.GetProperty("targets").GetProperty(target).EnumerateObject();
            return [.. from library in libraries
                       from kind in AssetKinds
                       where library.Value.TryGetProperty(kind, out _)
                       from asset in library.Value.GetProperty(kind).EnumerateObject()
                       select asset.Name];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{depsFile}' is damaged: {e.Message}", e);
        }
    }

    /// <summary>Where the build put an asset: by its whole path, in its language's folder, or beside the assembly. Null where it isn't there.</summary>
    private static string? Locate(string folder, string asset)
    {
        var parts = asset.Split('/');
        if (parts.Any(part => part is "" or "." or ".."))
        {
            return null;
        }

        string[] places = [asset, string.Join('/', parts[^Math.Min(2, parts.Length)..]), parts[^1]];
        return places.FirstOrDefault(place => File.Exists(Path.Combine(folder, place)));
    }

    private static void AddReferences(string folder, string assembly, SortedSet<string> files)
    {
        using var image = new PEReader(new FileStream(assembly, FileMode.Open, FileAccess.Read, FileShare.Read));
        var metadata = image.GetMetadataReader();
        foreach (var reference in metadata.AssemblyReferences)
        {
            var file = metadata.GetString(metadata.GetAssemblyReference(reference).Name) + ".dll";
            var path = Path.Combine(folder, file);
            if (Path.GetFileName(file) == file && File.Exists(path) && AssemblyFile.FindProblem(path) is null && files.Add(file))
            {
                AddReferences(folder, path, files);
            }
        }
    }
}
