namespace StorageConnect.Tests;

/// <summary>Who breaks a rule in a test.</summary>
public enum By
{
    /// <summary>A plug-in, or the array behind it.</summary>
    Plugin,

    /// <summary>Whoever calls: a script, a user, the engine's own caller.</summary>
    Caller,
}

/// <summary>Marks a test, or a class of tests, that breaks a rule on purpose and shows what becomes of it. docs/rules.md lists them.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class BreaksAttribute(int rule, By who) : Attribute
{
    public int Rule { get; } = rule;

    public By Who { get; } = who;
}
