using StorageConnect.Engine.Workers;
using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Plugins;

/// <summary>A plug-in that can be called.</summary>
internal sealed record LoadedPlugin(PluginDescriptor Descriptor, ApiVersion ApiVersion, StorageArrayPlugin Instance)
{
    /// <summary>The plug-in has its own discover, start and stop; else the engine's generic versions are used.</summary>
    public bool OverridesDiscovery { get; } = Instance.Implements(GuideMethod.Discover);

    /// <summary>The plug-in has its own refresh.</summary>
    public bool OverridesRefresh { get; } = Instance.Implements(GuideMethod.Refresh);

    /// <summary>The plug-in has its own updateSERecords.</summary>
    public bool OverridesUpdate { get; } = Instance.Implements(GuideMethod.UpdateStorageElements);

    /// <summary>Clears all caches of the plug-in: the engine doesn't know which of them belong to a server.</summary>
    public void ClearCache()
    {
        (Instance as WorkerPlugin)?.Retire();
        Instance.Services.Cache.Clear();
    }

    /// <summary>It runs in processes of its own; its class is not loaded here.</summary>
    public bool RunsElsewhere => Instance is WorkerPlugin;

    /// <summary>Another instance of the plug-in, as another process has: it shares nothing with this one.</summary>
    public StorageArrayPlugin NewInstance() =>
        Instance is WorkerPlugin worker ? worker.Another() : (StorageArrayPlugin)Activator.CreateInstance(Instance.GetType())!;

    /// <summary>The plug-in in processes of its own, which share nothing with this one; null where no process can run it.</summary>
    public async Task<WorkerPlugin?> StartElsewhereAsync(CancellationToken cancellationToken)
    {
        WorkerPlugin plugin;
        if (Instance is WorkerPlugin worker)
        {
            plugin = worker.Another();
        }
        else if (PrecompiledFolder.PortableOf(Instance.GetType().Assembly) is { Length: > 0 } file && PluginLaunch.CanRunAssemblies)
        {
            plugin = new(Descriptor, ApiVersion.ToString(), PluginLaunch.CommandFor(file, Path.GetDirectoryName(file)!, new() { Isolated = true }), new());
        }
        else
        {
            return null;
        }

        plugin.Services = Instance.Services with { Cache = new PluginCache() };
        if (await plugin.IntroduceAsync(cancellationToken) is null)
        {
            return plugin;
        }

        plugin.Retire();
        return null;
    }

    /// <summary>What is wrong with the class itself, or null.</summary>
    [Rule(3, "A plug-in overrides discover, start and stop, or none of them.", "discover()")]
    public string? FindProblem()
    {
        string[] unit = [GuideMethod.Discover, GuideMethod.Start, GuideMethod.Stop];
        var missing = unit.Where(method => !Instance.Implements(method)).ToList();
        return missing.Count is 0 or 3
            ? null
            : $"It overrides {string.Join(" and ", unit.Except(missing))} but not {string.Join(" and ", missing)}: discover, start and stop go together.";
    }
}
