using System.Collections.Concurrent;
using StorageConnect.Engine.Settings;

namespace StorageConnect.Engine.Plugins;

/// <summary>Finds plug-ins: a folder each, in the module, in the user's data folder and in /opt. Reads metadata, runs nothing.</summary>
internal sealed class PluginFinder(EnginePaths paths)
{
    private static readonly ConcurrentDictionary<string, (FileStamp Stamp, IReadOnlyList<PluginCandidate> Candidates)> KnownFiles = new();

    /// <summary>All candidates, good and refused, in a stable order.</summary>
    /// <param name="className">Only those that may have this class: where others are, their metadata need not be read. Null for all.</param>
    public IEnumerable<PluginCandidate> Find(string? className = null) =>
        FindIn(paths.ModulePlugins, PluginOrigin.Module, className)
            .Concat(FindIn(paths.UserPlugins, PluginOrigin.User, className))
            .Concat(FindIn(paths.SystemPlugins, PluginOrigin.System, className));

    /// <summary>The candidates of one plug-in folder.</summary>
    /// <param name="folder">The folder of the plug-in itself.</param>
    /// <param name="trusted">True for the module's own: they are as trustworthy as the module that loads them.</param>
    /// <param name="className">Only those that may have this class; null for all.</param>
    public static IEnumerable<PluginCandidate> FindInFolder(string folder, bool trusted, string? className = null)
    {
        string[] files;
        PluginManifest? manifest;
        try
        {
            if (!trusted && PluginTrust.FindProblem(folder) is { } distrust)
            {
                return [new(folder, null, distrust)];
            }

            manifest = PluginManifest.Read(folder);
            if (manifest is { Kind: not PluginKind.Assembly })
            {
                return FindInManifest(folder, manifest);
            }

            files = [.. Directory.EnumerateFiles(folder, "*.dll").Order(StringComparer.Ordinal)];
        }
        catch (InvalidDataException e)
        {
            return [new(folder, null, e.Message)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [new(folder, null, $"Its folder can't be read: {e.Message}")];
        }

        var isIsolated = manifest?.IsIsolated is true;
        var candidates = files.SelectMany(file => FindInFile(file, className)).Select(candidate => candidate with { IsIsolated = isIsolated }).ToList();
        return candidates.Where(candidate => candidate.Descriptor is not null || candidate.IsUnreadable).ToList() is { Count: > 0 } found
            ? found
            : [new(folder, null, candidates.Count > 0
                ? candidates[0].Problem
                : $"'{folder}' holds no assembly with a class marked [StorageArrayPlugin]. Build the plug-in, and copy its output there.")];
    }

    /// <summary>The candidates of a folder with a manifest. No process is started.</summary>
    private static IEnumerable<PluginCandidate> FindInManifest(string folder, PluginManifest manifest)
    {
        var file = Path.Combine(folder, manifest.Command[0]);
        var problem = manifest.Plugins.Count == 0 ? $"'{folder}' was not registered: Register-OscPlugin reads the plug-in's descriptor."
            : manifest.FindChange(folder) ?? FindInterpreterProblem(manifest);
        return manifest.Plugins.Count == 0
            ? [new(file, null, problem) { Kind = manifest.Kind, IsIsolated = true }]
            : manifest.Plugins.Select(plugin => new PluginCandidate(file, plugin.Descriptor,
                problem ?? DescriptorRules.FindProblem(plugin.Descriptor, plugin.Descriptor.Version))
            { Kind = manifest.Kind, IsIsolated = true });
    }

    /// <summary>Why the program that runs a plug-in can't be used, or null.</summary>
    public static string? FindInterpreterProblem(PluginManifest manifest)
    {
        var interpreter = manifest.Interpreter ?? (manifest.Kind == PluginKind.Python ? PluginLaunch.FindPython() : null);
        if (interpreter is null)
        {
            return manifest.Kind == PluginKind.Python ? "There is no python3 on this machine: install it, or name one with -Interpreter." : null;
        }

        return !File.Exists(interpreter)
            ? $"Its interpreter '{interpreter}' does not exist."
            : PluginTrust.FindProgramProblem(interpreter);
    }

    /// <summary>The candidates in one file. One without a descriptor has the problem of the file. A file is read once, and again when it has changed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="className">None where the file can't have this class; null for all.</param>
    public static IReadOnlyList<PluginCandidate> FindInFile(string path, string? className = null)
    {
        try
        {
            var stamp = FileStamp.TryRead(path, DateTimeOffset.UtcNow);
            if (stamp is not null && KnownFiles.TryGetValue(path, out var known) && known.Stamp == stamp)
            {
                return known.Candidates;
            }

            if (className is not null && !AssemblyFile.MayDefine(path, className))
            {
                return [];
            }

            var candidates = ReadFile(path);
            if (stamp is not null)
            {
                KnownFiles[path] = (stamp.Value, candidates);
            }

            return candidates;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [new(path, null, $"The file can't be read: {e.Message}") { IsUnreadable = true }];
        }
    }

    private static IReadOnlyList<PluginCandidate> ReadFile(string path)
    {
        try
        {
            if (AssemblyFile.FindProblem(path) is { } problem)
            {
                return [new(path, null, problem)];
            }

            var (descriptors, assemblyVersion) = DescriptorReader.Read(path);
            return [.. descriptors.Select(descriptor => new PluginCandidate(path, descriptor, DescriptorRules.FindProblem(descriptor, assemblyVersion)))];
        }
        catch (Exception e) when (e is not (IOException or UnauthorizedAccessException))
        {
            // Damaged metadata can cause any exception. It must not hide the other plug-ins.
            return [new(path, null,
                $"Its descriptor can't be read: the file is damaged, or was built against another contract ({e.Message})") { IsUnreadable = true }];
        }
    }

    private IEnumerable<PluginCandidate> FindIn(string root, PluginOrigin origin, string? className)
    {
        try
        {
            var isolatesAll = origin != PluginOrigin.Module && paths.IsolatesPlugins;
            return Directory.Exists(root)
                ? [.. Directory.EnumerateDirectories(root).Where(folder => !Path.GetFileName(folder).StartsWith('.')).Order(StringComparer.Ordinal)
                    .SelectMany(folder => FindInFolder(folder, trusted: origin == PluginOrigin.Module, className)
                        .Select(candidate => candidate with { Folder = folder, Origin = origin, IsIsolated = candidate.IsIsolated || isolatesAll }))]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [new(root, null, $"The folder can't be read: {e.Message}") { Origin = origin }];
        }
    }
}
