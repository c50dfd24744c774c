using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Settings;
using StorageConnect.Engine.Workers;
using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Plugins;

/// <summary>The plug-ins of this user and of all users: adds them to their folder and removes them.</summary>
internal sealed class PluginStore(EnginePaths paths)
{
    private const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode ExecutableByAll = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Longer than a process that is being started keeps copies of descriptors; a program that can't be started after that says so itself.</summary>
    private static readonly TimeSpan StillWritten = TimeSpan.FromSeconds(30);

    /// <summary>Reads a plug-in that is to be registered. Runs none of its code.</summary>
    /// <param name="path">The plug-in's folder, or its assembly.</param>
    /// <exception cref="NotFoundException">There is nothing at the path.</exception>
    /// <exception cref="InvalidStorageArrayException">What is there is no usable plug-in.</exception>
    /// <exception cref="AlreadyExistsException">This version is registered already.</exception>
    public PluginSource Prepare(string path) => Prepare(path, new());

    /// <inheritdoc cref="Prepare(string)"/>
    /// <param name="path">The plug-in's folder, or its file.</param>
    /// <param name="options">How it is to run.</param>
    public PluginSource Prepare(string path, PluginOptions options)
    {
        var isFolder = Directory.Exists(path);
        if (!isFolder && !File.Exists(path))
        {
            throw PluginErrors.PluginNotFound(path);
        }

        var source = Path.GetFullPath(path);
        if (ManifestFor(source, isFolder, options) is { Kind: not PluginKind.Assembly } manifest)
        {
            return new(isFolder ? source : Path.GetDirectoryName(source)!, isFolder ? FilesOf(source, isFolder) : [Path.GetFileName(source)], "", [])
            {
                Manifest = manifest,
                IsForAll = options.AllUsers,
            };
        }

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
        var target = Path.Combine(RootOf(options.AllUsers), $"{first.ClassName}-{first.Version}");
        return Directory.Exists(target)
            ? throw PluginErrors.PluginExists(first.Name, first.Version, target)
            : new(isFolder ? source : Path.GetDirectoryName(source)!, FilesOf(source, isFolder), target, [.. candidates.Select(candidate =>
                candidate.Descriptor!)])
            {
                Manifest = options.Isolated || candidates[0].IsIsolated ? ((isFolder ? ReadManifest(source) : null) ?? new()) with { Isolated = true } : null,
                IsForAll = options.AllUsers,
            };
    }

    /// <summary>Copies a plug-in into the folder of this user's plug-ins, or of all users'. Each version has a folder of its own.</summary>
    /// <param name="source">What to copy.</param>
    /// <param name="introduce">
    /// Reads the descriptor of a copied plug-in that is not an assembly, from the copy's folder and manifest. Throws where it can't be registered.
    /// </param>
    /// <returns>The folder it is in now.</returns>
    public string Add(PluginSource source, Func<string, PluginManifest, IReadOnlyList<IntroducedPlugin>> introduce)
    {
        // Under a temporary name until all files are copied.
        var root = RootOf(source.IsForAll);
        var partial = Path.Combine(root, $".{Guid.NewGuid():n}");
        try
        {
            if (source.IsForAll)
            {
                EnsureSharedFolder(root);
            }
            else
            {
                PrivateFile.EnsureFolder(root);
            }

            Copy(source, partial);
            source = Complete(source, partial, introduce);
            if (source.IsForAll)
            {
                OpenToAll(partial);
            }

            Directory.Move(partial, source.Target);
        }
        catch (StorageConnectException)
        {
            Directory.Delete(partial, recursive: true);
            throw;
        }
        catch (InvalidDataException e)
        {
            Directory.Delete(partial, recursive: true);
            throw PluginErrors.PluginUnusableAt(source.Folder, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }

            var name = source.Plugins is [var first, ..] ? first.Name : Path.GetFileName(source.Folder);
            throw PluginErrors.PluginFolderNotWritable(name, source.Folder, root, e);
        }

        return source.Target;
    }

    /// <summary>The folder that a plug-in is in. Its file may be in a folder below.</summary>
    public string FolderOf(OscPlugin plugin)
    {
        string[] roots = [paths.ModulePlugins, paths.UserPlugins, paths.SystemPlugins];
        for (var folder = plugin.Path; Path.GetDirectoryName(folder) is { } parent; folder = parent)
        {
            if (roots.Contains(parent))
            {
                return folder;
            }
        }

        return Directory.Exists(plugin.Path) ? plugin.Path : Path.GetDirectoryName(plugin.Path)!;
    }

    /// <summary>Refuses a plug-in that is neither this user's nor all users'.</summary>
    /// <exception cref="AccessDeniedException">It belongs to the module.</exception>
    public void CheckRemovable(OscPlugin plugin)
    {
        var folder = FolderOf(plugin);
        if (Path.GetDirectoryName(folder) is var root && root != paths.UserPlugins && root != paths.SystemPlugins)
        {
            throw PluginErrors.PluginNotYours(plugin.Name, folder);
        }
    }

    /// <summary>Deletes a plug-in's folder.</summary>
    /// <exception cref="AccessDeniedException">It is neither this user's nor all users', or this user may not change it.</exception>
    public void Remove(OscPlugin plugin)
    {
        CheckRemovable(plugin);
        var folder = FolderOf(plugin);
        var root = Path.GetDirectoryName(folder)!;
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PluginErrors.PluginFolderNotWritable(plugin.Name, folder, root, e);
        }
    }

    private string RootOf(bool isForAll) => isForAll ? paths.SystemPlugins : paths.UserPlugins;

    /// <summary>Writes the manifest of a copy, where it has one, and determines its folder.</summary>
    private PluginSource Complete(PluginSource source, string copy, Func<string, PluginManifest, IReadOnlyList<IntroducedPlugin>> introduce)
    {
        if (source.Manifest is not { } manifest)
        {
            return source;
        }

        if (manifest.Kind == PluginKind.Assembly)
        {
            manifest.Write(copy);
            return source;
        }

        var file = Path.Combine(copy, manifest.Command[0]);
        if (manifest is { Kind: PluginKind.Program, Interpreter: null } && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.Delete(Path.Combine(copy, PluginManifest.FileName));
        var plugins = introduce(copy, manifest);
        var first = plugins[0].Descriptor;
        var target = Path.Combine(RootOf(source.IsForAll), $"{first.ClassName}-{first.Version}");
        if (Directory.Exists(target))
        {
            throw PluginErrors.PluginExists(first.Name, first.Version, target);
        }

        (manifest with { Plugins = plugins, Files = PluginManifest.HashFiles(copy) }).Write(copy);
        return source with { Target = target, Plugins = [.. plugins.Select(plugin => plugin.Descriptor)] };
    }

    /// <summary>The manifest of a plug-in that is to be registered: the one in its folder, or one from its file and the options.</summary>
    private static PluginManifest? ManifestFor(string source, bool isFolder, PluginOptions options)
    {
        var manifest = isFolder ? ReadManifest(source) : FromFile(source, options);
        if (manifest is null or { Kind: PluginKind.Assembly })
        {
            return manifest;
        }

        manifest = manifest with { Interpreter = options.Interpreter ?? manifest.Interpreter, Isolated = true };
        if (manifest is { Kind: PluginKind.Python, Interpreter: null })
        {
            manifest = manifest with { Interpreter = PluginLaunch.FindPython() };
        }

        var file = isFolder ? Path.Combine(source, manifest.Command[0]) : source;
        var problem = !File.Exists(file) || AssemblyFile.KindOf(file) is not null ? $"'{file}' is no file." : PluginFinder.FindInterpreterProblem(manifest);
        return problem is null ? manifest : throw PluginErrors.PluginUnusableAt(source, problem);
    }

    private static PluginManifest? ReadManifest(string folder)
    {
        try
        {
            return PluginManifest.Read(folder);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw PluginErrors.PluginUnusableAt(folder, e.Message);
        }
    }

    private static PluginManifest? FromFile(string file, PluginOptions options)
    {
        var kind = Path.GetExtension(file) switch
        {
            ".dll" => PluginKind.Assembly,
            ".py" => PluginKind.Python,
            _ => options.Interpreter is not null || IsExecutable(file) ? PluginKind.Program : PluginKind.Assembly,
        };
        return kind == PluginKind.Assembly ? null : new() { Kind = kind, Command = [Path.GetFileName(file)] };
    }

    private static bool IsExecutable(string file) => !OperatingSystem.IsWindows() && File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute);

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
        foreach (var plugins in new[] { paths.UserPlugins, paths.SystemPlugins }.Select(Path.GetFullPath))
        {
            if ((plugins + Path.DirectorySeparatorChar).StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar,
                StringComparison.Ordinal))
            {
                throw PluginErrors.PluginFolderUnfit(folder, $"it contains the folder where plug-ins are registered, '{plugins}'");
            }
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

    private static void EnsureSharedFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            EnsureSharedFolder(Path.GetDirectoryName(folder)!);
            Directory.CreateDirectory(folder);
            OpenToAll(folder);
        }
    }

    /// <summary>Whatever this user's mask says: all may read it, and only its owner may change it.</summary>
    private static void OpenToAll(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.SetUnixFileMode(folder, ReadableByAll | ExecutableByAll);
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
        {
            var isExecutable = Directory.Exists(entry) || File.GetUnixFileMode(entry).HasFlag(UnixFileMode.UserExecute);
            File.SetUnixFileMode(entry, isExecutable ? ReadableByAll | ExecutableByAll : ReadableByAll);
        }
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
                // Whatever modes the build left: only this user may change files that run with this user's rights. What is run by the plug-in stays a program.
                var execute = File.GetUnixFileMode(copy) & UnixFileMode.UserExecute;
                File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite | execute);
                if (execute != 0 && OperatingSystem.IsLinux())
                {
                    _ = FileLease.WaitForWriters(copy, StillWritten);
                }
            }
        }
    }
}

/// <summary>A plug-in that is to be registered.</summary>
/// <param name="Folder">The folder it is in.</param>
/// <param name="Files">What is copied, relative to the folder.</param>
/// <param name="Target">The folder it is copied to.</param>
/// <param name="Plugins">The plug-ins it holds.</param>
internal sealed record PluginSource(string Folder, IReadOnlyCollection<string> Files, string Target, IReadOnlyList<PluginDescriptor> Plugins)
{
    /// <summary>It is registered for all users.</summary>
    public bool IsForAll { get; init; }

    /// <summary>How it runs in processes of its own; null for an assembly that runs in this process. Its plug-ins are known once it has started.</summary>
    public PluginManifest? Manifest { get; init; }
}
