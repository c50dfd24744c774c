namespace StorageConnect.Tests;

/// <summary>Why one side can't break a rule, or why it isn't seen at a call when it does. docs/rules.md shows it.</summary>
internal static class OneSidedRules
{
    public static IReadOnlyList<OneSidedRule> All { get; } =
    [
        new(5, By.Caller, "The rule is about what a method answers; a caller answers nothing."),
        new(13, By.Plugin,
            "That online or offline changed the presentation is not looked for: they answer nothing, asking would take two more calls each, and a change of " +
                "another administrator's would look like the plug-in's."),
        new(17, By.Plugin, "Only the array knows whether the snapshot could have been removed, so that it stayed is no error of the call."),
        new(17, By.Caller, "The intermediate snapshot is the plug-in's own; no caller is told of it."),
    ];
}

/// <param name="Rule">Its number.</param>
/// <param name="Who">The side.</param>
/// <param name="Why">One or two sentences.</param>
internal sealed record OneSidedRule(int Rule, By Who, string Why);
