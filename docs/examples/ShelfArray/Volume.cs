namespace ShelfArray;

/// <summary>A volume, a clone or a snapshot, as the array's REST API tells of it.</summary>
public sealed record Volume
{
    /// <summary>32 lower-case hex digits, never used again.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>"volume", "clone" or "snapshot".</summary>
    public required string Kind { get; init; }

    public required string Pool { get; init; }

    public required long Size { get; init; }

    public bool Thin { get; init; }

    public bool Online { get; init; } = true;

    /// <summary>The NAA identity that hosts see, 32 hex digits; a snapshot has none.</summary>
    public string? Wwn { get; init; }

    /// <summary>How many percent of its making, or of its splitting, are done; null when nothing goes on.</summary>
    public int? Progress { get; init; }

    public DateTimeOffset Created { get; init; }

    /// <summary>Names of the groups it is presented to.</summary>
    public string[] Groups { get; init; } = [];

    /// <summary>Ids of what it was made of.</summary>
    public string[] Sources { get; init; } = [];
}

/// <summary>A group of hosts, by their WWNs.</summary>
public sealed record Group(string Name, string[] Members);

/// <summary>What the array tells of itself.</summary>
public sealed record SystemInfo(string Model, string Firmware, string Health, long Total, long Used, long Free, long Allocated,
    string[] Pools, string[] Licences);

/// <summary>A request that can't be fulfilled: the HTTP status, a code for programs and a text for people.</summary>
public sealed class ShelfException(int status, string code, string message) : Exception(message)
{
    public int Status => status;

    public string Code => code;
}
