namespace StorageConnect;

/// <summary>What became of a clause.</summary>
public enum ConformanceOutcome
{
    /// <summary>The plug-in keeps it.</summary>
    Passed,

    /// <summary>It does not: see what was expected and what was seen.</summary>
    Failed,

    /// <summary>It does not apply here, or was not asked for: see the reason.</summary>
    Skipped,

    /// <summary>The guide allows it, and users miss something that is usual: see the reason. Never a failure.</summary>
    Advised,
}

/// <summary>How a plug-in and the array behind it stand to one clause of the guide.</summary>
public sealed record OscConformanceResult
{
    /// <summary>The clause's number, such as <c>CREATE-3</c>: it stays the same from version to version.</summary>
    public required string Clause { get; init; }

    /// <summary>The chapter it belongs to, which is also a tag to choose it by.</summary>
    public required string Chapter { get; init; }

    /// <summary>The section of the guide that says so.</summary>
    public required string GuideSection { get; init; }

    /// <summary>The number of the rule (docs/rules.md), or null where no rule speaks of it.</summary>
    public int? Rule { get; init; }

    /// <summary>What it demands.</summary>
    public required string Text { get; init; }

    /// <summary>Kept, broken, not tried, or advice.</summary>
    public ConformanceOutcome Outcome { get; init; }

    /// <summary>How many comparisons it made, where it passed: at least one.</summary>
    public int Observations { get; init; }

    /// <summary>Why it was skipped, or what is missed; null where it passed or failed.</summary>
    public string? Reason { get; init; }

    /// <summary>What should have been seen, where it failed.</summary>
    public string? Expected { get; init; }

    /// <summary>What was seen instead.</summary>
    public string? Seen { get; init; }

    /// <summary>The earlier clause that failed by the same error of the same call, and tells its text; null where there is none.</summary>
    public string? SameCauseAs { get; init; }

    /// <summary>How long it took, without cleaning up.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The server tested.</summary>
    public string StorageServerName { get; init; } = "";

    /// <summary>The plug-in tested.</summary>
    public string PluginName { get; init; } = "";

    /// <summary>Its version.</summary>
    public string PluginVersion { get; init; } = "";

    /// <summary>The fault that was injected meanwhile, or null.</summary>
    public PluginFault? Fault { get; init; }
}
