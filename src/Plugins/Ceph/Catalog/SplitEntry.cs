using System.Text.Json.Serialization;

namespace StorageConnect.Plugins.Ceph.Catalog;

/// <summary>A split of a clone: under way, or ended without the image's map of objects being back.</summary>
internal sealed record SplitEntry
{
    /// <summary>Tells this split from an earlier one of the same image.</summary>
    public string Nonce { get; init; } = "";

    /// <summary>Who works on it, or did so last.</summary>
    public string Owner { get; init; } = "";

    /// <summary>How often it was begun: work that fails again and again must end.</summary>
    public int Attempts { get; init; }

    /// <summary>The cluster's manager has it, or is about to get it: a manager that takes over goes on with it.</summary>
    public bool ByManager { get; init; }

    /// <summary>The features that were switched off for it, and belong to the image.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Somebody stopped it.</summary>
    public bool Stopped { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>Nobody is to go on with it.</summary>
    [JsonIgnore]
    public bool IsOver => Stopped || Error is not null;
}
