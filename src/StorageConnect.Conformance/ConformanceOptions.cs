namespace StorageConnect.Conformance;

/// <summary>What a conformance run is to do.</summary>
public sealed record ConformanceOptions
{
    /// <summary>Numbers or tags of the clauses wanted, wildcards allowed; all when empty.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Numbers or tags of the clauses not wanted, wildcards allowed.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Check the clauses too that make, change and remove things, all under names of the run's own.</summary>
    public bool Destructive { get; init; }

    /// <summary>What is to go wrong meanwhile, or null.</summary>
    public PluginFault? Fault { get; init; }

    /// <summary>Use many objects where a few would do: hundreds of elements, tens of groups, entries and snapshots. Takes longer.</summary>
    public bool Many { get; init; }

    /// <summary>The time one clause may take.</summary>
    public TimeSpan ClauseTimeLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The size in bytes of the elements made: at least the smallest that the array has.</summary>
    public long SizeBytes { get; init; } = 64L << 20;

    /// <summary>The volume group in which they are made, and no other; when not given the server's first, and an element in each of three others.</summary>
    public string? VolumeGroup { get; init; }
}
