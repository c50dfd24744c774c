namespace StorageConnect;

/// <summary>Whether a plug-in can be used.</summary>
public enum PluginState
{
    /// <summary>It can be used.</summary>
    Ready,

    /// <summary>The engine won't load it: it isn't trusted, is malformed, or has no common API revision.</summary>
    Refused,

    /// <summary>It couldn't be loaded or constructed.</summary>
    Failed,
}

/// <summary>Where a plug-in was found.</summary>
public enum PluginOrigin
{
    /// <summary>It came with the module.</summary>
    Module,

    /// <summary>The user registered it.</summary>
    User,

    /// <summary>It was installed for all users of this machine.</summary>
    System,
}

/// <summary>The kind of plug-in.</summary>
public enum PluginKind
{
    /// <summary>A .NET assembly.</summary>
    Assembly,

    /// <summary>A Python class, as the guide has it.</summary>
    Python,

    /// <summary>A program that implements the plug-in protocol.</summary>
    Program,
}

/// <summary>A process of this session that runs a plug-in.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="IsBusy">True while it serves a call.</param>
public sealed record OscPluginWorker(int ProcessId, bool IsBusy)
{
    /// <summary>The process id and what it does.</summary>
    public override string ToString() => $"{ProcessId} ({(IsBusy ? "busy" : "idle")})";
}

/// <summary>A plug-in that was found, usable or not.</summary>
public sealed record OscPlugin
{
    /// <inheritdoc cref="PluginDescriptor.Name"/>
    public required string Name { get; init; }

    /// <inheritdoc cref="PluginDescriptor.Vendor"/>
    public string Vendor { get; init; } = "";

    /// <inheritdoc cref="PluginDescriptor.Version"/>
    public string Version { get; init; } = "";

    /// <inheritdoc cref="PluginDescriptor.Description"/>
    public string Description { get; init; } = "";

    /// <inheritdoc cref="PluginDescriptor.ClassName"/>
    public string ClassName { get; init; } = "";

    /// <summary>The file it is in, or its folder where no file could be read.</summary>
    public required string Path { get; init; }

    /// <summary>An assembly, a Python class, or a program.</summary>
    public PluginKind Kind { get; init; }

    /// <summary>True when it runs in processes of its own. Python classes and programs always do.</summary>
    public bool Isolated { get; init; }

    /// <summary>The processes of this session that run it now.</summary>
    public ValueList<OscPluginWorker> Workers { get; init; } = [];

    /// <summary>Whether it came with the module, was registered by the user, or was installed for all users.</summary>
    public PluginOrigin Origin { get; init; }

    /// <inheritdoc cref="PluginDescriptor.StorageTypes"/>
    public ValueList<StorageType> StorageTypes { get; init; } = [];

    /// <inheritdoc cref="PluginDescriptor.RequiredApiVersion"/>
    public string RequiredApiVersion { get; init; } = "";

    /// <inheritdoc cref="PluginDescriptor.ExtendedApiVersion"/>
    public string ExtendedApiVersion { get; init; } = "";

    /// <summary>The API revision it is called with, or null when it is refused.</summary>
    public string? NegotiatedApiVersion { get; init; }

    /// <inheritdoc cref="PluginDescriptor.StorageServerExtraInfoHelp"/>
    public string? StorageServerExtraInfoHelp { get; init; }

    /// <inheritdoc cref="PluginDescriptor.StorageElementExtraInfoHelp"/>
    public string? StorageElementExtraInfoHelp { get; init; }

    /// <inheritdoc cref="PluginDescriptor.Ability"/>
    public Capabilities? Ability { get; init; }

    /// <summary>Whether its files are usable; whether it can be loaded is known after its first use in this process.</summary>
    public PluginState State { get; init; }

    /// <summary>Why it can't be used, and what to do; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>The name, so that a record can be passed where a name is expected.</summary>
    public override string ToString() => Name;
}
