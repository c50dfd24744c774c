namespace StorageConnect.Engine.Plugins;

/// <summary>A plug-in as found on disk, before any of its code runs.</summary>
/// <param name="Path">Its assembly, or its folder where there is none to name.</param>
/// <param name="Descriptor">What it declares; null where nothing could be read.</param>
/// <param name="Problem">Why it is refused, or null.</param>
internal sealed record PluginCandidate(string Path, PluginDescriptor? Descriptor, string? Problem)
{
    /// <summary>The plug-in's own folder. Its file may be in a folder below.</summary>
    public string Folder { get; init; } = System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Where it was found.</summary>
    public PluginOrigin Origin { get; init; } = PluginOrigin.User;

    /// <summary>The kind of plug-in.</summary>
    public PluginKind Kind { get; init; }

    /// <summary>It runs in processes of its own.</summary>
    public bool IsIsolated { get; init; }

    /// <summary>The file may be a plug-in's but can't be read: reported even where there are other plug-ins beside it.</summary>
    public bool IsUnreadable { get; init; }

    public PluginVersion Version => PluginVersion.TryParse(Descriptor?.Version) ?? default;

    /// <summary>The revision it is called with. Only for candidates without a problem.</summary>
    public ApiVersion NegotiatedApiVersion =>
        ApiVersion.TryParse(Descriptor?.RequiredApiVersion, out var required) && ApiVersion.TryParse(Descriptor?.ExtendedApiVersion, out var extended)
            ? ApiVersion.Negotiate(required, extended) ?? default
            : default;

    /// <summary>What users see of it.</summary>
    /// <param name="failure">Why it couldn't be loaded, or null.</param>
    /// <param name="workers">The processes that run it.</param>
    public OscPlugin ToOscPlugin(string? failure, IEnumerable<OscPluginWorker> workers) => new()
    {
        Name = Descriptor is { Name.Length: > 0 } ? Descriptor.Name : System.IO.Path.GetFileNameWithoutExtension(Path),
        Vendor = Descriptor?.Vendor ?? "",
        Version = Descriptor?.Version ?? "",
        Description = Descriptor?.Description ?? "",
        ClassName = Descriptor?.ClassName ?? "",
        Path = Path,
        Origin = Origin,
        Kind = Kind,
        Isolated = IsIsolated,
        Workers = workers.ToValueList(),
        StorageTypes = Descriptor?.StorageTypes ?? [],
        RequiredApiVersion = Descriptor?.RequiredApiVersion ?? "",
        ExtendedApiVersion = Descriptor?.ExtendedApiVersion ?? "",
        NegotiatedApiVersion = Problem is null ? NegotiatedApiVersion.ToString() : null,
        StorageServerExtraInfoHelp = Descriptor?.StorageServerExtraInfoHelp,
        StorageElementExtraInfoHelp = Descriptor?.StorageElementExtraInfoHelp,
        Ability = Descriptor?.Ability,
        State = Problem is not null ? PluginState.Refused : failure is not null ? PluginState.Failed : PluginState.Ready,
        Problem = Problem ?? failure,
    };
}
