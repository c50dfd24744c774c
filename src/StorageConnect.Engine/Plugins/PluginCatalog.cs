using StorageConnect.Engine.Servers;

namespace StorageConnect.Engine.Plugins;

/// <summary>Which plug-ins there are, and which one serves whom. Looks at the disk at each call, loads only what is asked for.</summary>
public sealed class PluginCatalog
{
    private readonly PluginFinder _finder;
    private readonly PluginLoader _loader;
    private readonly PluginStore _store;

    internal PluginCatalog(EnginePaths paths, IHostServices host, TimeProvider clock, Func<IReadOnlyList<RegisteredServer>> servers)
    {
        _finder = new(paths);
        _loader = new(host, clock, servers);
        _store = new(paths);
    }

    /// <summary>All plug-ins, good and bad, with what is wrong with the bad ones. Loads each, so that what it says is true.</summary>
    public IReadOnlyList<OscPlugin> GetAll() =>
        [.. _finder.Find().Select(candidate => candidate.ToOscPlugin(candidate.Problem is null ? _loader.TryLoad(candidate).Problem : null))];

    /// <summary>The descriptors of the plug-ins that are well-formed, from metadata alone: no code of theirs runs.</summary>
    public IReadOnlyList<PluginDescriptor> GetDescriptors() =>
        [.. _finder.Find().Where(candidate => candidate.Problem is null).Select(candidate => candidate.Descriptor!)];

    /// <summary>Copies a plug-in to where this user's plug-ins are looked for.</summary>
    /// <param name="path">The plug-in's folder, or its assembly.</param>
    public IReadOnlyList<OscPlugin> Add(string path)
    {
        var folder = _store.Add(path);
        return [.. GetAll().Where(plugin => Path.GetDirectoryName(plugin.Path) == folder)];
    }

    /// <summary>Deletes a plug-in that this user registered. A process that has loaded it goes on with it until it ends.</summary>
    public void Remove(OscPlugin plugin) => _store.Remove(plugin);

    /// <summary>What a plug-in can do at all, by its name or class name.</summary>
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

        return LoadNewest(meant, $"The plug-in '{name}'");
    }

    /// <summary>The newest usable plug-in that may serve a server registered with this class and version (the same major version).</summary>
    /// <exception cref="NotFoundException">There is none of a compatible version.</exception>
    /// <exception cref="InvalidStorageArrayException">There is one, but it can't be used.</exception>
    internal LoadedPlugin FindFor(string serverName, string className, string version)
    {
        var bound = PluginVersion.TryParse(version) ?? default;
        var sameClass = _finder.Find().Where(candidate => candidate.Descriptor?.ClassName == className).ToList();
        var compatible = sameClass.Where(candidate => candidate.Version.Serves(bound)).ToList();
        if (compatible.Count == 0)
        {
            var found = sameClass.Count == 0 ? "none is installed" : $"installed are {string.Join(", ", sameClass.Select(candidate => candidate.Version))}";
            throw PluginErrors.PluginNotFound(serverName, className, bound.Major, found);
        }

        return LoadNewest(compatible, $"The plug-in class {className}");
    }

    [Rule(2, "A server is bound to a plug-in's name and a compatible version range: the newest usable version of the same major version serves it.", "Class variables")]
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
