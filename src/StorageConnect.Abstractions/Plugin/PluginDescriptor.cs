namespace StorageConnect;

/// <summary>The guide's class variables of a plug-in, read from <see cref="StorageArrayPluginAttribute"/> without running plug-in code.</summary>
public sealed record PluginDescriptor : IExtensibleRecord
{
    /// <summary>Full name of the plug-in class; with <see cref="Version"/> the plug-in's identity.</summary>
    public required string ClassName { get; init; }

    /// <summary>The name users see (<c>plugin_name</c>).</summary>
    public required string Name { get; init; }

    /// <summary>Who made it (<c>vendor_name</c>).</summary>
    public required string Vendor { get; init; }

    /// <summary><c>Major.Minor.Patch-Release</c>, such as <c>1.0.1-1</c> (<c>plugin_version</c>).</summary>
    public required string Version { get; init; }

    /// <summary>What it is for (<c>plugin_desc</c>).</summary>
    public required string Description { get; init; }

    /// <summary>The types it serves, at least one (<c>storage_types</c>).</summary>
    public required ValueList<StorageType> StorageTypes { get; init; }

    /// <summary>The lowest API revision it works with, such as <c>1.2.7</c> (<c>required_api_vers</c>).</summary>
    public required string RequiredApiVersion { get; init; }

    /// <summary>The highest API revision it works with (<c>extended_api_version</c>).</summary>
    public required string ExtendedApiVersion { get; init; }

    /// <summary>Format and use of <see cref="StorageServer.ExtraInfo"/>, or null when it isn't used (<c>ss_extra_info_help</c>).</summary>
    public string? StorageServerExtraInfoHelp { get; init; }

    /// <summary>Format and use of <see cref="StorageElement.ExtraInfo"/>, or null when it isn't used (<c>se_extra_info_help</c>).</summary>
    public string? StorageElementExtraInfoHelp { get; init; }

    /// <summary>
    /// True when a LUN of this kind of array gets its page 0x83 identity from its presentation, not from its volume: another volume may carry the
    /// same identity later. Then <see cref="StorageElement.Page83Id"/> may be empty, and a host proves a disk by target and LUN number
    /// (<see cref="StorageElement.LunAddresses"/>) for as long as the presentation lasts. Not in the guide.
    /// </summary>
    public bool IdentityFromPresentation { get; init; }

    /// <summary>What the plug-in can do at all (<c>plugin_ability</c>).</summary>
    public required Capabilities Ability { get; init; }

    UnknownFields? IExtensibleRecord.Unknown { get; set; }
}
