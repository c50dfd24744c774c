namespace StorageConnect.Conformance;

/// <summary>One statement of the guide, and how to find out whether a plug-in keeps it.</summary>
/// <param name="Number">Stable: chapter and number, such as <c>CREATE-3</c>.</param>
/// <param name="Chapter">What it is about.</param>
/// <param name="GuideSection">The section of the guide that says so.</param>
/// <param name="Rule">The rule it belongs to, or null.</param>
/// <param name="Text">What it demands.</param>
/// <param name="Destructive">It makes, changes and removes things, under names of its own.</param>
/// <param name="Needs">The abilities without which there is nothing to check.</param>
/// <param name="Lacks">The ability with which there is nothing to check.</param>
/// <param name="RunAsync">Checks it: returns when it is kept, throws when it isn't.</param>
internal sealed record Clause(
    string Number,
    string Chapter,
    string GuideSection,
    int? Rule,
    string Text,
    bool Destructive,
    ValueList<AbilityKey> Needs,
    AbilityKey? Lacks,
    Func<ClauseContext, Task> RunAsync)
{
    /// <summary>What it can be chosen by, beside its number.</summary>
    public IEnumerable<string> Tags =>
    [
        Chapter,
        GuideSection.Replace("()", "", StringComparison.Ordinal),
        .. Needs.Select(key => key.ToString()),
        .. Destructive ? new[] { "Destructive" } : [],
    ];
}
