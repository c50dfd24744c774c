using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>How an array is exported: by which daemon, and at which portals.</summary>
/// <param name="Control">Where the daemon is controlled, in whatever form the plug-in's daemon has it.</param>
/// <param name="Portals">The portals it must listen at; none: wherever it listens.</param>
public sealed record ExportSettings(string Control, ValueList<Portal> Portals)
{
    /// <summary>The array's part in the names of its targets. It is set once and never changes, so that hosts find the targets they know.</summary>
    public string Name { get; init; } = "";

    /// <summary>The identity of the daemon that has the whole export; null when no daemon is known to have it.</summary>
    public string? Daemon { get; init; }
}
