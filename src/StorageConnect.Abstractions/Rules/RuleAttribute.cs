namespace StorageConnect;

/// <summary>
/// Marks the home of a rule of the guide: the one place that checks it, or the contract's own method where only a plug-in can keep it.
/// docs/rules.md is made of these.
/// </summary>
/// <param name="number">The rule's number.</param>
/// <param name="sentence">What it demands.</param>
/// <param name="guide">The guide's section it comes from.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = false)]
internal sealed class RuleAttribute(int number, string sentence, string guide) : Attribute
{
    public int Number { get; } = number;

    public string Sentence { get; } = sentence;

    public string Guide { get; } = guide;
}
