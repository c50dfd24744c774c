namespace StorageConnect.Host.Tools;

/// <summary>A tool with its arguments. Any user of the machine can read them in /proc while it runs, so no secret may be among them.</summary>
internal sealed record ToolCommand
{
    // What a Secret prints as: an argument with it was made from one.
    private static readonly string Mask = new Secret([]).ToString();

    /// <exception cref="ArgumentException">An argument was made from a <see cref="Secret"/>, or holds what no argument list can carry.</exception>
    public ToolCommand(Tool tool, params IReadOnlyList<string> arguments)
    {
        foreach (var argument in arguments)
        {
            if (argument.Contains(Mask, StringComparison.Ordinal))
            {
                throw new ArgumentException($"A secret has no place among the arguments of {tool.Name}: everybody could read it.", nameof(arguments));
            }

            if (argument.Contains('\0', StringComparison.Ordinal))
            {
                throw new ArgumentException($"An argument of {tool.Name} holds a NUL character.", nameof(arguments));
            }
        }

        Tool = tool;
        Arguments = [.. arguments];
    }

    public Tool Tool { get; }

    public ValueList<string> Arguments { get; }

    /// <summary>As a user would type it, for errors.</summary>
    public override string ToString() => string.Join(' ', [Tool.Name, .. Arguments]);
}
