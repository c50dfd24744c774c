using System.Management.Automation.Language;

namespace StorageConnect.Shell;

/// <summary>The plain prompt: reads a statement, of as many lines as it takes, and runs it.</summary>
internal sealed class PromptLoop(Session session)
{
    private readonly List<string> _history = [];

    public void Run()
    {
        while (!session.Host.ShouldLeavePrompt)
        {
            var prompt = session.Evaluate("prompt");
            var statement = ReadStatement(prompt.Length > 0 ? prompt : "PS> ");
            if (statement is null)
            {
                return;
            }

            if (!string.IsNullOrWhiteSpace(statement))
            {
                session.RunText(statement);
            }
        }
    }

    /// <summary>A whole statement; empty when it was given up with Ctrl+C, null at the end of the input.</summary>
    private string? ReadStatement(string prompt)
    {
        var statement = string.Empty;
        while (true)
        {
            string? line;
            try
            {
                line = session.Host.Terminal.ReadLine(prompt, _history);
            }
            catch (OperationCanceledException)
            {
                return string.Empty;
            }

            if (line is null)
            {
                return null;
            }

            statement = statement.Length == 0 ? line : $"{statement}\n{line}";

            // An empty line ends an incomplete statement too: its error then says what is missing.
            if (line.Length == 0 || !IsIncomplete(statement))
            {
                return statement;
            }

            prompt = ">> ";
        }
    }

    private static bool IsIncomplete(string statement)
    {
        Parser.ParseInput(statement, out _, out var errors);
        return Array.Exists(errors, error => error.IncompleteInput);
    }
}
