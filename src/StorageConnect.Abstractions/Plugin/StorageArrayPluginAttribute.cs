namespace StorageConnect;

/// <summary>
/// Declares a plug-in on its class: the guide's class variables. The engine reads it from the assembly's metadata before any
/// code of the plug-in runs, so give it constants.
/// </summary>
/// <remarks>
/// <see cref="Version"/> must be the assembly's informational version (<c>&lt;Version&gt;1.0.1-1&lt;/Version&gt;</c> in the project file).
/// Abilities not given are <see cref="StorageConnect.Ability.Invalid"/>. See <see cref="PluginDescriptor"/> and <see cref="Capabilities"/>
/// for what each value means.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class StorageArrayPluginAttribute(string name, string vendor, string version, string description, params StorageType[] storageTypes)
    : Attribute
{
    /// <inheritdoc cref="PluginDescriptor.Name"/>
    public string Name { get; } = name;

    /// <inheritdoc cref="PluginDescriptor.Vendor"/>
    public string Vendor { get; } = vendor;

    /// <inheritdoc cref="PluginDescriptor.Version"/>
    public string Version { get; } = version;

    /// <inheritdoc cref="PluginDescriptor.Description"/>
    public string Description { get; } = description;

    /// <inheritdoc cref="PluginDescriptor.StorageTypes"/>
    public IReadOnlyList<StorageType> StorageTypes { get; } = storageTypes;

    /// <inheritdoc cref="PluginDescriptor.RequiredApiVersion"/>
    public string RequiredApiVersion { get; set; } = "1.2.10";

    /// <summary>The highest API revision it works with; when not given, <see cref="RequiredApiVersion"/>.</summary>
    public string? ExtendedApiVersion { get; set; }

    /// <inheritdoc cref="PluginDescriptor.StorageServerExtraInfoHelp"/>
    public string? StorageServerExtraInfoHelp { get; set; }

    /// <inheritdoc cref="PluginDescriptor.StorageElementExtraInfoHelp"/>
    public string? StorageElementExtraInfoHelp { get; set; }

    /// <inheritdoc cref="Capabilities.Snapshot"/>
    public Ability Snapshot { get; set; }

    /// <inheritdoc cref="Capabilities.CustomSnapName"/>
    public Ability CustomSnapName { get; set; }

    /// <inheritdoc cref="Capabilities.SnapIsSync"/>
    public Ability SnapIsSync { get; set; }

    /// <inheritdoc cref="Capabilities.Clone"/>
    public Ability Clone { get; set; }

    /// <inheritdoc cref="Capabilities.CustomCloneName"/>
    public Ability CustomCloneName { get; set; }

    /// <inheritdoc cref="Capabilities.CloneIsSync"/>
    public Ability CloneIsSync { get; set; }

    /// <inheritdoc cref="Capabilities.Resize"/>
    public Ability Resize { get; set; }

    /// <inheritdoc cref="Capabilities.ResizeIsSync"/>
    public Ability ResizeIsSync { get; set; }

    /// <inheritdoc cref="Capabilities.SplitClone"/>
    public Ability SplitClone { get; set; }

    /// <inheritdoc cref="Capabilities.SplitCloneIsSync"/>
    public Ability SplitCloneIsSync { get; set; }

    /// <inheritdoc cref="Capabilities.SplitCloneWhileOpen"/>
    public Ability SplitCloneWhileOpen { get; set; }

    /// <inheritdoc cref="Capabilities.SnapClone"/>
    public Ability SnapClone { get; set; }

    /// <inheritdoc cref="Capabilities.SnapCloneIsSync"/>
    public Ability SnapCloneIsSync { get; set; }

    /// <inheritdoc cref="Capabilities.RequireStorageName"/>
    public Ability RequireStorageName { get; set; }

    /// <inheritdoc cref="Capabilities.AccessControl"/>
    public Ability AccessControl { get; set; }

    /// <inheritdoc cref="Capabilities.MaxAccessEntries"/>
    public int MaxAccessEntries { get; set; }
}
