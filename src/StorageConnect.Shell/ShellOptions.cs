namespace StorageConnect.Shell;

/// <summary>The command line. Options are spelled and shortened as in pwsh.</summary>
internal sealed record ShellOptions
{
    public const string HelpText =
        """
        Usage: StorageConnect.Shell [-Module <psd1>] [-NonInteractive] [-NoProfile] [-NoLogo]
                                    [-File <script> [<arguments>] | -Command <text> | -Command -]

          -File            Run a script with arguments. The option name may be left out.
          -Command         Run the text, or with "-" the text on standard input.
          -NonInteractive  Fail instead of asking the user anything.
          -Module          Import this module manifest instead of the StorageConnect that was built.
          -NoProfile       Accepted and ignored, as is -NoLogo: there are no profiles and there is no logo.
          -Help, -?        Show this text.

        Without -File and -Command: a prompt, or a script on standard input.
        """;

    // Each name with its shortest form that pwsh accepts too.
    private static readonly (string Name, string Shortest)[] Names =
    [
        ("command", "c"), ("file", "f"), ("noninteractive", "noni"), ("noprofile", "nop"), ("nologo", "nol"),
        ("module", "m"), ("help", "h"), ("?", "?"),
    ];

    public string? File { get; private init; }

    public IReadOnlyList<string> Arguments { get; private init; } = [];

    public string? Command { get; private init; }

    public bool CommandFromInput { get; private init; }

    public string? Module { get; private init; }

    public bool NonInteractive { get; private init; }

    public bool Help { get; private init; }

    public static ShellOptions Parse(IReadOnlyList<string> args)
    {
        var options = new ShellOptions();
        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith('-'))
            {
                return options with { File = FullPath(args[i]), Arguments = [.. args.Skip(i + 1)] };
            }

            // -Command and -File take all that follows: nothing of a script's arguments is an option of the shell.
            switch (NameOf(args[i]))
            {
                case "command":
                    return options.WithCommand([.. args.Skip(i + 1)]);
                case "file":
                    var file = ValueOf(args, ++i, "-File needs the path of a script.");
                    return options with { File = FullPath(file), Arguments = [.. args.Skip(i + 1)] };
                case "module":
                    options = options with { Module = FullPath(ValueOf(args, ++i, "-Module needs the path of a module manifest.")) };
                    break;
                case "noninteractive":
                    options = options with { NonInteractive = true };
                    break;
                case "help" or "?":
                    return options with { Help = true };
                case null:
                    throw new UsageException($"Unrecognized option '{args[i]}'. Use -Help to see the options.");
            }
        }

        return options;
    }

    private ShellOptions WithCommand(string[] words) => words switch
    {
        [] => throw new UsageException("-Command needs the text of a command, or '-' to read it from standard input."),
        ["-"] => this with { CommandFromInput = true },
        ["-", ..] => throw new UsageException("Nothing may follow '-Command -'."),
        _ => this with { Command = string.Join(' ', words) },
    };

    private static string? NameOf(string option)
    {
        var text = option.StartsWith("--", StringComparison.Ordinal) ? option[2..] : option[1..];
        return Names.FirstOrDefault(candidate =>
            text.StartsWith(candidate.Shortest, StringComparison.OrdinalIgnoreCase) &&
            candidate.Name.StartsWith(text, StringComparison.OrdinalIgnoreCase)).Name;
    }

    private static string ValueOf(IReadOnlyList<string> args, int index, string problem) =>
        index < args.Count && args[index].Length > 0 ? args[index] : throw new UsageException(problem);

    // Taken before any script can change the current folder.
    private static string FullPath(string path) =>
        path.Length > 0 ? Path.GetFullPath(path) : throw new UsageException("The path of the script is empty.");
}
