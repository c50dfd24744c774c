namespace StorageConnect.Linux.Tools;

/// <summary>A tool with its arguments. Any user of the machine can read them in /proc while it runs, so no secret may be among them.</summary>
public sealed class ToolCommand
{
    /// <summary>The text that a secret prints as: an argument that contains it was made from a secret.</summary>
    public const string SecretMask = "******";

    /// <summary>A command.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="arguments">Its arguments, each by itself: no shell ever sees them.</param>
    /// <exception cref="ArgumentException">An argument was made from a secret, or has a character that an argument list can't contain.</exception>
    public ToolCommand(Tool tool, params IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(tool);
        ArgumentNullException.ThrowIfNull(arguments);
        foreach (var argument in arguments)
        {
            Check(tool, argument, nameof(arguments));
        }

        Tool = tool;
        Arguments = [.. arguments];
    }

    /// <summary>The tool.</summary>
    public Tool Tool { get; }

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Environment variables for it, besides those that every tool gets. No secrets: other processes of the user can read them.</summary>
    /// <exception cref="ArgumentException">A value was made from a secret.</exception>
    public IReadOnlyDictionary<string, string> Environment
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            foreach (var text in value.Values)
            {
                Check(Tool, text, nameof(value));
            }

            field = value;
        }
    } = new Dictionary<string, string>();

    /// <summary>The command line, for errors and the trace.</summary>
    public override string ToString() => string.Join(' ', [Tool.Name, .. Arguments]);

    private static void Check(Tool tool, string text, string parameter)
    {
        if (text.Contains(SecretMask, StringComparison.Ordinal))
        {
            throw new ArgumentException($"A secret can't be an argument of {tool.Name}: every user could read it.", parameter);
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"An argument of {tool.Name} has a NUL character.", parameter);
        }
    }
}
