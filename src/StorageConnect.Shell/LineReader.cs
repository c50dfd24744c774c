using System.Text;

namespace StorageConnect.Shell;

/// <summary>
/// Reads a line key by key from the terminal. The console's own ReadLine can't: Ctrl+C neither ends it nor drops what
/// was typed so far, so that the next line would run behind the abandoned one.
/// </summary>
internal static class LineReader
{
    /// <summary>The line; null at the end of the input. Ctrl+C throws <see cref="OperationCanceledException"/>.</summary>
    /// <param name="prompt">Writes the prompt, once the terminal neither echoes keys nor turns Ctrl+C into a signal: people type ahead.</param>
    /// <param name="history">Earlier lines, for the arrow keys; the new one is added.</param>
    /// <param name="echo">Whether what is typed may be seen.</param>
    public static string? Read(Action prompt, IList<string>? history = null, bool echo = true)
    {
        var line = new StringBuilder();
        var older = history?.Count ?? 0;
        Console.TreatControlCAsInput = true;
        try
        {
            // Asking for a key is what turns the terminal's own echo off.
            _ = Console.KeyAvailable;
            prompt();
            while (true)
            {
                var key = Console.ReadKey(intercept: true);
                switch (key)
                {
                    case { Key: ConsoleKey.Enter }:
                        Console.Out.WriteLine();
                        Remember(history, line);
                        return line.ToString();
                    case { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control }:
                        Console.Out.WriteLine();
                        throw new OperationCanceledException();
                    case { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } when line.Length == 0:
                        Console.Out.WriteLine();
                        return null;
                    case { Key: ConsoleKey.Backspace }:
                        Erase(line, 1, echo);
                        break;
                    case { Key: ConsoleKey.U, Modifiers: ConsoleModifiers.Control }:
                        Erase(line, line.Length, echo);
                        break;
                    case { Key: ConsoleKey.UpArrow } when older > 0:
                        Replace(line, history![--older]);
                        break;
                    case { Key: ConsoleKey.DownArrow } when older < (history?.Count ?? 0):
                        Replace(line, ++older < history!.Count ? history[older] : string.Empty);
                        break;
                    default:
                        Append(line, key.KeyChar, echo);
                        break;
                }
            }
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private static void Append(StringBuilder line, char typed, bool echo)
    {
        if (!char.IsControl(typed))
        {
            line.Append(typed);
            if (echo)
            {
                Console.Out.Write(typed);
            }
        }
    }

    private static void Erase(StringBuilder line, int count, bool echo)
    {
        for (; count > 0 && line.Length > 0; count--)
        {
            line.Length--;
            if (echo)
            {
                // At the left edge the character lies at the end of the row above.
                Console.Out.Write(Console.CursorLeft > 0 ? "\b \b" : $"\e[A\e[{Console.WindowWidth}G\e[K");
            }
        }
    }

    private static void Replace(StringBuilder line, string text)
    {
        Erase(line, line.Length, echo: true);
        line.Append(text);
        Console.Out.Write(text);
    }

    private static void Remember(IList<string>? history, StringBuilder line)
    {
        var text = line.ToString();
        if (history is not null && text.Length > 0 && (history.Count == 0 || history[^1] != text))
        {
            history.Add(text);
        }
    }
}
