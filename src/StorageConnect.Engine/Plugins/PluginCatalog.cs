using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Servers;
using StorageConnect.Engine.Settings;
using StorageConnect.Engine.Workers;

namespace StorageConnect.Engine.Plugins;

/// <summary>The installed plug-ins, and which of them serves a server. Reads the disk at each call, loads only what is needed.</summary>
public sealed class PluginCatalog
{
    private readonly PluginFinder _finder;
    private readonly PluginLoader _loader;
    private readonly PluginStore _store;

    internal PluginCatalog(EnginePaths paths, IHostServices host, TimeProvider clock, Func<IReadOnlyList<RegisteredServer>> servers)
    {
        _finder = new(paths);
        _loader = new(host, clock, servers, paths.State);
        _store = new(paths);
    }

    /// <summary>All plug-ins, usable or not, with their problems.</summary>
    /// <param name="load">
    /// Load and construct each, which runs its code, to find out whether it is usable. Otherwise only files are read, and none of their code runs.
    /// </param>
    public IReadOnlyList<OscPlugin> GetAll(bool load = false) => [.. _finder.Find().Select(candidate => ToOscPlugin(candidate, load))];

    /// <summary>The descriptors of the plug-ins that are well-formed, from metadata alone: no code of theirs runs.</summary>
    public IReadOnlyList<PluginDescriptor> GetDescriptors() =>
        [.. _finder.Find().Where(candidate => candidate.Problem is null).Select(candidate => candidate.Descriptor!)];

    /// <summary>Checks that a plug-in can be registered. Changes nothing and runs none of its code.</summary>
    /// <inheritdoc cref="Add"/>
    public void CheckAdd(string path, bool force = false, PluginOptions? options = null) => Prepare(path, force, options ?? new());

    /// <summary>
    /// Copies a plug-in into the folder of this user's plug-ins, or of all users'. Runs none of an assembly's code; a Python class or a program is
    /// started once, for its descriptor.
    /// </summary>
    /// <param name="path">
    /// The plug-in's folder, which is copied as a whole; or its assembly, which is copied with the files that it needs; or its Python file or program,
    /// which is copied alone.
    /// </param>
    /// <param name="force">Register it even if another plug-in has its name.</param>
    /// <param name="options">How it is to run.</param>
    /// <exception cref="NotFoundException">There is nothing at the path.</exception>
    /// <exception cref="InvalidStorageArrayException">What is there is no usable plug-in.</exception>
    /// <exception cref="AlreadyExistsException">It is registered already, or another plug-in has its name.</exception>
    public IReadOnlyList<OscPlugin> Add(string path, bool force = false, PluginOptions? options = null)
    {
        var folder = _store.Add(Prepare(path, force, options ?? new()), (copy, manifest) => Introduce(path, copy, manifest, force));
        List<OscPlugin> added = [.. GetAll().Where(plugin => _store.FolderOf(plugin) == folder)];
        if (added.Find(static plugin => plugin.State == PluginState.Refused) is not { } refused)
        {
            return added;
        }

        // For example in a folder that others can write: the next session would not use it either.
        _store.Remove(refused);
        throw PluginErrors.PluginUnusableAt(path, refused.Problem);
    }

    /// <summary>The plug-ins in the same folder as one, which are removed with it.</summary>
    public IReadOnlyList<OscPlugin> GetOthersInFolder(OscPlugin plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        var folder = _store.FolderOf(plugin);
        return [.. GetAll().Where(other => _store.FolderOf(other) == folder && (other.ClassName, other.Path) != (plugin.ClassName, plugin.Path))];
    }

    /// <summary>Refuses a plug-in that can't be unregistered because the module brings it.</summary>
    /// <exception cref="AccessDeniedException">It belongs to the module.</exception>
    public void CheckRemovable(OscPlugin plugin) => _store.CheckRemovable(plugin);

    /// <summary>Deletes a plug-in of this user or of all users. A process that has loaded it goes on with it until it ends.</summary>
    public void Remove(OscPlugin plugin) => _store.Remove(plugin);

    /// <summary>The abilities of a plug-in, by its name or class name.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public Capabilities GetAbility(string name) => Find(name).Descriptor.Ability;

    /// <summary>The newest usable plug-in of a name, as a user gives it: the descriptor's name or the class name.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    /// <exception cref="InvalidStorageArrayException">There is one, but it can't be used.</exception>
    internal LoadedPlugin Find(string name)
    {
        bool IsMeant(string? text) => string.Equals(text, name, StringComparison.OrdinalIgnoreCase);

        var all = _finder.Find().ToList();
        var meant = all.Where(candidate => IsMeant(candidate.Descriptor?.Name) || IsMeant(candidate.Descriptor?.ClassName)).ToList();
        if (meant.Count == 0)
        {
            throw PluginErrors.PluginNotFound(name, all.Where(candidate => candidate.Problem is null).Select(candidate => candidate.Descriptor!.Name));
        }

        return LoadNewest(SelectClass(name, meant), $"The plug-in '{name}'");
    }

    /// <summary>The newest usable plug-in that may serve a server registered with this class and version (the same major version).</summary>
    /// <exception cref="NotFoundException">There is none of a compatible version.</exception>
    /// <exception cref="InvalidStorageArrayException">There is one, but it can't be used.</exception>
    internal LoadedPlugin FindFor(string serverName, string className, string version)
    {
        var bound = PluginVersion.TryParse(version) ?? default;
        var sameClass = _finder.Find(className).Where(candidate => candidate.Descriptor?.ClassName == className).ToList();
        var compatible = sameClass.Where(candidate => candidate.Version.Serves(bound)).ToList();
        if (compatible.Count == 0)
        {
            var found = sameClass.Count == 0 ? "none is installed" : $"installed are {string.Join(", ", sameClass.Select(candidate => candidate.Version))}";
            throw PluginErrors.PluginNotFound(serverName, className, bound.Major, found);
        }

        return LoadNewest(compatible, $"The plug-in class {className}");
    }

    /// <summary>A class name is unique. A display name that several classes have means the module's own, or is ambiguous.</summary>
    private static List<PluginCandidate> SelectClass(string name, List<PluginCandidate> meant)
    {
        var classes = meant.GroupBy(candidate => candidate.Descriptor!.ClassName).ToList();
        if (classes.Count == 1)
        {
            return meant;
        }

        var chosen = classes.Find(group => string.Equals(group.Key, name, StringComparison.OrdinalIgnoreCase))
            ?? classes.Find(group => group.Any(candidate => candidate.Origin == PluginOrigin.Module))
            ?? throw PluginErrors.PluginNameAmbiguous(name, classes.Select(group => group.Key));
        return [.. chosen];
    }

    private OscPlugin ToOscPlugin(PluginCandidate candidate, bool load) =>
        candidate.ToOscPlugin(FindFailure(candidate, load), _loader.FindWorkers(candidate));

    private PluginSource Prepare(string path, bool force, PluginOptions options)
    {
        var source = _store.Prepare(path, options);
        CheckNames(source.Plugins, force);
        return source;
    }

    /// <summary>Starts the process of a plug-in that is to be registered, and ends it when it has sent its descriptor.</summary>
    private IReadOnlyList<IntroducedPlugin> Introduce(string path, string copy, PluginManifest manifest, bool force)
    {
        var file = Path.Combine(copy, manifest.Command[0]);
        var name = Path.GetFileName(file);
        try
        {
            var worker = Task.Run(() => Worker.StartAsync(name, PluginLaunch.CommandFor(file, copy, manifest), new(null, null), new(),
                _loader.ServicesForIntroduction(name), CancellationToken.None)).GetAwaiter().GetResult();
            worker.Close();
            IReadOnlyList<IntroducedPlugin> plugins = worker.Introduction.Plugins!;
            var problem = plugins.Select(plugin => DescriptorRules.FindProblem(plugin.Descriptor, plugin.Descriptor.Version)
                ?? DescriptorRules.FindClassNameProblem(plugin.Descriptor.ClassName)).FirstOrDefault(found => found is not null);
            if (problem is not null)
            {
                throw PluginErrors.PluginUnusableAt(path, problem);
            }

            CheckNames([.. plugins.Select(plugin => plugin.Descriptor)], force);
            return plugins;
        }
        catch (WorkerFailedException e)
        {
            throw PluginErrors.PluginUnusableAt(path, $"Its process can't be used: {e.Message}.");
        }
    }

    private void CheckNames(IReadOnlyList<PluginDescriptor> plugins, bool force)
    {
        if (force)
        {
            return;
        }

        foreach (var other in _finder.Find())
        {
            var taken = plugins.FirstOrDefault(plugin => other.Descriptor is { } descriptor
                && (descriptor.ClassName == plugin.ClassName
                    ? other.Origin == PluginOrigin.Module
                    : string.Equals(descriptor.Name, plugin.Name, StringComparison.OrdinalIgnoreCase)));
            if (taken is not null)
            {
                throw PluginErrors.PluginNameTaken(taken.Name, other.Descriptor!.ClassName, other.Path);
            }
        }
    }

    private string? FindFailure(PluginCandidate candidate, bool load) =>
        candidate.Problem is not null ? null : load ? _loader.TryLoad(candidate).Problem : _loader.FindKnownProblem(candidate);

    [Rule(2, "A server is bound to a plug-in's name and a compatible version range: the newest usable version of the same major version serves it.",
        "Class variables")]
    private LoadedPlugin LoadNewest(List<PluginCandidate> candidates, string subject)
    {
        string? problem = null;
        foreach (var candidate in candidates.OrderByDescending(candidate => candidate.Version))
        {
            var (plugin, failure) = candidate.Problem is null ? _loader.TryLoad(candidate) : (null, candidate.Problem);
            if (plugin is not null)
            {
                return plugin;
            }

            problem ??= $"{candidate.Path}: {failure}";
        }

        throw PluginErrors.PluginUnusable(subject, problem);
    }
}
