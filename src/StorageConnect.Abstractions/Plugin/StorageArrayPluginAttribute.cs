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
    private Capabilities _ability = new();

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

    /// <inheritdoc cref="PluginDescriptor.IdentityFromPresentation"/>
    public bool IdentityFromPresentation { get; set; }

    /// <summary>The abilities given, as one record: what <see cref="StorageArrayPlugin.GetCapabilitiesAsync"/> returns unless overridden.</summary>
    public Capabilities Ability => _ability;

    /// <inheritdoc cref="Capabilities.Snapshot"/>
    public Ability Snapshot
    {
        get => _ability.Snapshot;
        set => _ability = new(_ability) { Snapshot = value };
    }

    /// <inheritdoc cref="Capabilities.CustomSnapName"/>
    public Ability CustomSnapName
    {
        get => _ability.CustomSnapName;
        set => _ability = new(_ability) { CustomSnapName = value };
    }

    /// <inheritdoc cref="Capabilities.SnapIsSync"/>
    public Ability SnapIsSync
    {
        get => _ability.SnapIsSync;
        set => _ability = new(_ability) { SnapIsSync = value };
    }

    /// <inheritdoc cref="Capabilities.Clone"/>
    public Ability Clone
    {
        get => _ability.Clone;
        set => _ability = new(_ability) { Clone = value };
    }

    /// <inheritdoc cref="Capabilities.CustomCloneName"/>
    public Ability CustomCloneName
    {
        get => _ability.CustomCloneName;
        set => _ability = new(_ability) { CustomCloneName = value };
    }

    /// <inheritdoc cref="Capabilities.CloneIsSync"/>
    public Ability CloneIsSync
    {
        get => _ability.CloneIsSync;
        set => _ability = new(_ability) { CloneIsSync = value };
    }

    /// <inheritdoc cref="Capabilities.Resize"/>
    public Ability Resize
    {
        get => _ability.Resize;
        set => _ability = new(_ability) { Resize = value };
    }

    /// <inheritdoc cref="Capabilities.ResizeIsSync"/>
    public Ability ResizeIsSync
    {
        get => _ability.ResizeIsSync;
        set => _ability = new(_ability) { ResizeIsSync = value };
    }

    /// <inheritdoc cref="Capabilities.SplitClone"/>
    public Ability SplitClone
    {
        get => _ability.SplitClone;
        set => _ability = new(_ability) { SplitClone = value };
    }

    /// <inheritdoc cref="Capabilities.SplitCloneIsSync"/>
    public Ability SplitCloneIsSync
    {
        get => _ability.SplitCloneIsSync;
        set => _ability = new(_ability) { SplitCloneIsSync = value };
    }

    /// <inheritdoc cref="Capabilities.SplitCloneWhileOpen"/>
    public Ability SplitCloneWhileOpen
    {
        get => _ability.SplitCloneWhileOpen;
        set => _ability = new(_ability) { SplitCloneWhileOpen = value };
    }

    /// <inheritdoc cref="Capabilities.SnapClone"/>
    public Ability SnapClone
    {
        get => _ability.SnapClone;
        set => _ability = new(_ability) { SnapClone = value };
    }

    /// <inheritdoc cref="Capabilities.SnapCloneIsSync"/>
    public Ability SnapCloneIsSync
    {
        get => _ability.SnapCloneIsSync;
        set => _ability = new(_ability) { SnapCloneIsSync = value };
    }

    /// <inheritdoc cref="Capabilities.RequireStorageName"/>
    public Ability RequireStorageName
    {
        get => _ability.RequireStorageName;
        set => _ability = new(_ability) { RequireStorageName = value };
    }

    /// <inheritdoc cref="Capabilities.AccessControl"/>
    public Ability AccessControl
    {
        get => _ability.AccessControl;
        set => _ability = new(_ability) { AccessControl = value };
    }

    /// <inheritdoc cref="Capabilities.MaxAccessEntries"/>
    public int MaxAccessEntries
    {
        get => _ability.MaxAccessEntries;
        set => _ability = new(_ability) { MaxAccessEntries = value };
    }
}
