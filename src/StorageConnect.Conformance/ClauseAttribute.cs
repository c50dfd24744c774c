namespace StorageConnect.Conformance;

/// <summary>Marks the check of a clause. docs/conformance.md is made of these.</summary>
/// <param name="number">Chapter and number, never given to another clause.</param>
/// <param name="guide">The section of the guide.</param>
/// <param name="rule">The rule it belongs to; 0 for none.</param>
/// <param name="text">What it demands.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ClauseAttribute(string number, string guide, int rule, string text) : Attribute
{
    public string Number { get; } = number;

    public string Guide { get; } = guide;

    public int Rule { get; } = rule;

    public string Text { get; } = text;

    /// <summary>It asks questions alone and changes nothing on the array.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>The abilities without which there is nothing to check.</summary>
    public AbilityKey[] Needs { get; set; } = [];

    /// <summary>The ability with which there is nothing to check, as its number; -1 for none.</summary>
    public int Lacks { get; set; } = -1;
}
