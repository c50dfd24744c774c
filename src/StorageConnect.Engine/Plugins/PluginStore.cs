using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Plugins;

/// <summary>The user's own plug-ins: puts them into their folder and takes them out.</summary>
internal sealed class PluginStore(EnginePaths paths)
{
    /// <summary>Looks at a plug-in that is to be registered. Runs none of its code.</summary>
    /// <param name="path">The plug-in's folder, or its assembly.</param>
    /// <exception cref="NotFoundException">There is nothing at the path.</exception>
    /// <exception cref="InvalidStorageArrayException">What is there is no usable plug-in.</exception>
    /// <exception cref="AlreadyExistsException">This version is registered already.</exception>
    public PluginSource Prepare(string path)
    {
        var isFolder = Directory.Exists(path);
        if (!isFolder && !File.Exists(path))
        {
            throw PluginErrors.PluginNotFound(path);
        }

        var source = Path.GetFullPath(path);
        List<PluginCandidate> candidates = [.. isFolder ? PluginFinder.FindInFolder(source, trusted: true) : PluginFinder.FindInFile(source)];
        if (candidates.Find(candidate => candidate.Problem is not null) is { } refused)
        {
            throw PluginErrors.PluginUnusableAt(path, refused.Problem);
        }

        if (candidates.Count == 0)
        {
            throw PluginErrors.PluginUnusableAt(path, $"'{source}' holds no class marked [StorageArrayPlugin].");
        }

        var first = candidates[0].Descriptor!;
        var target = Path.Combine(paths.UserPlugins, $"{first.ClassName}-{first.Version}");
        return Directory.Exists(target)
            ? throw PluginErrors.PluginExists(first.Name, first.Version, target)
            : new(isFolder ? source : Path.GetDirectoryName(source)!, FilesOf(source, isFolder), target, [.. candidates.Select(candidate =>
                candidate.Descriptor!)]);
    }

    /// <summary>Copies a plug-in to where this user's plug-ins are looked for. Versions stand side by side, a folder each.</summary>
    /// <returns>The folder it is in now.</returns>
    public string Add(PluginSource source)
    {
        // Under a name that is no plug-in's until all files are there.
        var partial = Path.Combine(paths.UserPlugins, $".{Guid.NewGuid():n}");
        try
        {
            PrivateFile.EnsureFolder(paths.UserPlugins);
            Copy(source, partial);
            Directory.Move(partial, source.Target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }

            throw PluginErrors.PluginFolderNotWritable(source.Plugins[0].Name, source.Folder, paths.UserPlugins, e);
        }

        return source.Target;
    }

    /// <summary>The folder that a plug-in is in.</summary>
    public static string FolderOf(OscPlugin plugin) => Directory.Exists(plugin.Path) ? plugin.Path : Path.GetDirectoryName(plugin.Path)!;

    /// <summary>Deletes a plug-in's folder.</summary>
    /// <exception cref="AccessDeniedException">It is not one of this user's.</exception>
    public void Remove(OscPlugin plugin)
    {
        var folder = FolderOf(plugin);
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

    private IReadOnlyCollection<string> FilesOf(string source, bool isFolder)
    {
        try
        {
            return isFolder ? FilesOfFolder(source) : PluginFiles.Of(source);
        }
        catch (InvalidDataException e)
        {
            throw PluginErrors.PluginUnusableAt(source, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PluginErrors.PluginUnusableAt(source, $"Its files can't be read: {e.Message}");
        }
    }

    private List<string> FilesOfFolder(string folder)
    {
        var plugins = Path.GetFullPath(paths.UserPlugins);
        if ((plugins + Path.DirectorySeparatorChar).StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar,
            StringComparison.Ordinal))
        {
            throw PluginErrors.PluginFolderUnfit(folder, $"it contains the folder of your plug-ins, '{plugins}'");
        }

        var files = new List<string>();
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            if (entry.LinkTarget is not null && Directory.Exists(entry.FullName))
            {
                throw PluginErrors.PluginFolderUnfit(folder, $"'{entry.FullName}' is a link to a folder");
            }

            if (entry is not DirectoryInfo)
            {
                files.Add(AssemblyFile.KindOf(entry.FullName) is { } kind
                    ? throw PluginErrors.PluginFolderUnfit(folder, $"'{entry.FullName}' is {kind}, not a file")
                    : Path.GetRelativePath(folder, entry.FullName));
            }
        }

        return files;
    }

    private static void Copy(PluginSource source, string target)
    {
        foreach (var file in source.Files)
        {
            var copy = Path.Combine(target, file);
            PrivateFile.EnsureFolder(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(source.Folder, file), copy);
            if (!OperatingSystem.IsWindows())
            {
                // Whatever the build left: only this user may change what will run with this user's rights.
                File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
    }
}

/// <summary>A plug-in that is to be registered.</summary>
/// <param name="Folder">The folder it is in.</param>
/// <param name="Files">What is copied, relative to the folder.</param>
/// <param name="Target">The folder it is copied to.</param>
/// <param name="Plugins">The plug-ins it holds.</param>
internal sealed record PluginSource(string Folder, IReadOnlyCollection<string> Files, string Target, IReadOnlyList<PluginDescriptor> Plugins);
