namespace StorageConnect.Engine.Plugins;

/// <summary>A plug-in that can be called.</summary>
internal sealed record LoadedPlugin(PluginDescriptor Descriptor, ApiVersion ApiVersion, StorageArrayPlugin Instance)
{
    /// <summary>The plug-in has its own discover, start and stop; else the engine's generic versions serve.</summary>
    public bool OverridesDiscovery { get; } = Overrides(Instance, nameof(StorageArrayPlugin.DiscoverAsync));

    /// <summary>The plug-in has its own refresh.</summary>
    public bool OverridesRefresh { get; } = Overrides(Instance, nameof(StorageArrayPlugin.RefreshAsync));

    /// <summary>The plug-in has its own updateSERecords.</summary>
    public bool OverridesUpdate { get; } = Overrides(Instance, nameof(StorageArrayPlugin.UpdateStorageElementsAsync));

    /// <summary>What is wrong with the class itself, or null.</summary>
    [Rule(3, "A plug-in overrides discover, start and stop, or none of them.", "discover()")]
    public string? FindProblem()
    {
        string[] unit = [nameof(StorageArrayPlugin.DiscoverAsync), nameof(StorageArrayPlugin.StartAsync), nameof(StorageArrayPlugin.StopAsync)];
        var missing = unit.Where(method => !Overrides(Instance, method)).ToList();
        return missing.Count is 0 or 3
            ? null
            : $"It overrides {string.Join(" and ", unit.Except(missing))} but not {string.Join(" and ", missing)}: discover, start and stop go together.";
    }

    // By definition, not by name: a class may have other methods of the same name, or hide one without overriding it.
    private static bool Overrides(StorageArrayPlugin plugin, string name)
    {
        var method = typeof(StorageArrayPlugin).GetMethod(name)!;
        return plugin.GetType().GetMethods().Any(own => own.DeclaringType != typeof(StorageArrayPlugin) && own.GetBaseDefinition() == method);
    }
}
