using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Plugins;

/// <summary>The user's own plug-ins: puts them into their folder and takes them out.</summary>
internal sealed class PluginStore(EnginePaths paths)
{
    /// <summary>Copies a plug-in to where this user's plug-ins are looked for. Versions stand side by side, a folder each.</summary>
    /// <param name="path">The plug-in's folder, or its assembly.</param>
    /// <returns>The folder it is in now.</returns>
    public string Add(string path)
    {
        var source = Directory.Exists(path) ? Path.GetFullPath(path) : File.Exists(path)
            ? Path.GetDirectoryName(Path.GetFullPath(path))!
            : throw PluginErrors.PluginNotFound(path);
        var candidate = Pick([.. PluginFinder.FindInFolder(source, trusted: true)], path);
        var target = Path.Combine(paths.UserPlugins, $"{candidate.Descriptor!.ClassName}-{candidate.Descriptor.Version}");
        if (Directory.Exists(target))
        {
            throw PluginErrors.PluginExists(candidate.Descriptor.Name, candidate.Descriptor.Version, target);
        }

        // Under a name that is no plug-in's until it is whole.
        var half = Path.Combine(paths.UserPlugins, $".{Guid.NewGuid():n}");
        try
        {
            PrivateFile.EnsureFolder(paths.UserPlugins);
            Copy(source, half);
            Directory.Move(half, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(half))
            {
                Directory.Delete(half, recursive: true);
            }

            throw PluginErrors.PluginFolderNotWritable(candidate.Descriptor.Name, source, paths.UserPlugins, e);
        }

        return target;
    }

    /// <summary>Deletes a plug-in's folder.</summary>
    /// <exception cref="AccessDeniedException">It is not one of this user's.</exception>
    public void Remove(OscPlugin plugin)
    {
        var folder = Directory.Exists(plugin.Path) ? plugin.Path : Path.GetDirectoryName(plugin.Path)!;
        if (Path.GetDirectoryName(folder) != paths.UserPlugins)
        {
            throw PluginErrors.PluginNotYours(plugin.Name, folder);
        }

        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PluginErrors.PluginFolderNotWritable(plugin.Name, folder, paths.UserPlugins, e);
        }
    }

    private static PluginCandidate Pick(List<PluginCandidate> candidates, string path)
    {
        if (candidates.FirstOrDefault(candidate => candidate.Problem is not null) is { } refused)
        {
            throw PluginErrors.PluginUnusableAt(path, refused.Problem);
        }

        return candidates[0];
    }

    private static void Copy(string source, string target)
    {
        PrivateFile.EnsureFolder(target);
        foreach (var file in Directory.EnumerateFiles(source))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            if (!OperatingSystem.IsWindows())
            {
                // Whatever the build left: only this user may change what will run with this user's rights.
                File.SetUnixFileMode(Path.Combine(target, Path.GetFileName(file)), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        foreach (var folder in Directory.EnumerateDirectories(source))
        {
            Copy(folder, Path.Combine(target, Path.GetFileName(folder)));
        }
    }
}
