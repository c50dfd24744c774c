namespace StorageConnect.Engine.Plugins;

/// <summary>Finds plug-ins: a folder each, in the module, in the user's data folder and in /opt. Reads metadata, runs nothing.</summary>
internal sealed class PluginFinder(EnginePaths paths)
{
    /// <summary>All candidates, good and refused, in a stable order.</summary>
    public IEnumerable<PluginCandidate> Find() =>
        FindIn(paths.ModulePlugins, PluginOrigin.Module)
            .Concat(FindIn(paths.UserPlugins, PluginOrigin.User))
            .Concat(FindIn(EnginePaths.SystemPlugins, PluginOrigin.System));

    /// <summary>The candidates of one plug-in folder.</summary>
    /// <param name="folder">The folder of the plug-in itself.</param>
    /// <param name="trusted">True for the module's own: they are as trustworthy as the module that loads them.</param>
    public static IEnumerable<PluginCandidate> FindInFolder(string folder, bool trusted)
    {
        string[] files;
        try
        {
            if (!trusted && PluginTrust.FindProblem(folder) is { } distrust)
            {
                return [new(folder, null, distrust)];
            }

            files = [.. Directory.EnumerateFiles(folder, "*.dll").Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [new(folder, null, $"Its folder can't be read: {e.Message}")];
        }

        var candidates = files.SelectMany(FindInFile).ToList();
        return candidates.Where(candidate => candidate.Descriptor is not null || candidate.IsUnreadable).ToList() is { Count: > 0 } found
            ? found
            : [new(folder, null, candidates.Count > 0
                ? candidates[0].Problem
                : $"'{folder}' holds no assembly with a class marked [StorageArrayPlugin]. Build the plug-in, and copy its output there.")];
    }

    /// <summary>The candidates in one file. One without a descriptor says what the file is.</summary>
    public static IEnumerable<PluginCandidate> FindInFile(string path)
    {
        try
        {
            if (AssemblyFile.FindProblem(path) is { } problem)
            {
                return [new(path, null, problem)];
            }

            var (descriptors, assemblyVersion) = DescriptorReader.Read(path);
            return descriptors.Select(descriptor => new PluginCandidate(path, descriptor, DescriptorRules.FindProblem(descriptor, assemblyVersion)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [new(path, null, $"The file can't be read: {e.Message}") { IsUnreadable = true }];
        }
        catch (Exception e)
        {
            // Metadata that holds together only halfway fails in any way there is; it must not hide the other plug-ins.
            return [new(path, null,
                $"Its descriptor can't be read: the file is damaged, or was built against another contract ({e.Message})") { IsUnreadable = true }];
        }
    }

    private static IEnumerable<PluginCandidate> FindIn(string root, PluginOrigin origin)
    {
        try
        {
            return Directory.Exists(root)
                ? [.. Directory.EnumerateDirectories(root).Where(folder => !Path.GetFileName(folder).StartsWith('.')).Order(StringComparer.Ordinal)
                    .SelectMany(folder => FindInFolder(folder, trusted: origin == PluginOrigin.Module)).Select(candidate => candidate with { Origin = origin })]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [new(root, null, $"The folder can't be read: {e.Message}") { Origin = origin }];
        }
    }
}
