using System.Collections;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace StorageConnect.Shell;

/// <summary>What is asked of the user. Without a user to ask, a question is an error, never a silent answer.</summary>
internal sealed partial class ShellUserInterface
{
    /// <summary>The words of pwsh: runbooks look for them.</summary>
    public const string NonInteractiveMessage =
        "PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.";

    private volatile bool _isReading;

    public bool IsInteractive { get; }

    /// <summary>The user is being waited for.</summary>
    public bool IsReading => _isReading;

    public override string ReadLine() => ReadAnswer(() => { }) ?? string.Empty;

    /// <summary>Reads a line of the shell's own prompt. Ctrl+C throws <see cref="OperationCanceledException"/>.</summary>
    public string? ReadLine(string prompt, IList<string> history) =>
        Reading(() => LineReader.Read(() => Write(prompt), history));

    public override SecureString ReadLineAsSecureString() => ReadSecret(string.Empty);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        PromptForCredential(caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
    {
        ThrowIfSecretsCannotBeTyped();
        WriteHeading(caption, message);
        while (string.IsNullOrEmpty(userName))
        {
            userName = ReadAnswerOrFail("User: ");
        }

        var password = ReadSecret($"Password for user {userName}: ");
        return new PSCredential(string.IsNullOrEmpty(targetName) ? userName : $"{targetName}\\{userName}", password);
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        ThrowIfNonInteractive();
        var menu = new ChoiceMenu(choices, defaultChoice);
        WriteHeading(caption, message);
        while (true)
        {
            var answer = ReadAnswerOrFail(() => WriteMenu(menu)).Trim();
            if (answer == "?")
            {
                WriteLine(menu.Help);
            }
            else if (menu.Pick(answer) is { } choice)
            {
                return choice;
            }
        }
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        ThrowIfNonInteractive();
        WriteHeading(caption, message);
        if (descriptions.Any(field => !string.IsNullOrEmpty(field.HelpMessage)))
        {
            WriteLine("(Type !? for Help.)");
        }

        return descriptions.ToDictionary(field => field.Name, field => PSObject.AsPSObject(ReadField(field)));
    }

    private object? ReadField(FieldDescription field)
    {
        var type = Type.GetType(field.ParameterAssemblyFullName) ?? typeof(string);
        if (!typeof(IList).IsAssignableFrom(type))
        {
            return ReadValue(field, type, $"{field.Name}: ");
        }

        // A list ends with an empty answer.
        var items = new List<object?>();
        while (ReadValue(field, type.GetElementType() ?? typeof(object), $"{field.Name}[{items.Count}]: ", isListItem: true) is { } item)
        {
            items.Add(item);
        }

        return LanguagePrimitives.ConvertTo(items, type, CultureInfo.InvariantCulture);
    }

    private object? ReadValue(FieldDescription field, Type type, string label, bool isListItem = false)
    {
        while (true)
        {
            if (type == typeof(PSCredential))
            {
                WriteLine(field.Name);
                return PromptForCredential(string.Empty, string.Empty, string.Empty, string.Empty);
            }

            if (type == typeof(SecureString))
            {
                var secret = ReadSecret(label);
                return isListItem && secret.Length == 0 ? null : secret;
            }

            var answer = ReadAnswerOrFail(label);
            if (answer == "!?")
            {
                WriteLine(string.IsNullOrEmpty(field.HelpMessage) ? $"No help is available for {field.Name}." : field.HelpMessage);
            }
            else if (answer.Length == 0 && isListItem)
            {
                return null;
            }
            else if (LanguagePrimitives.TryConvertTo(answer, type, CultureInfo.InvariantCulture, out var value))
            {
                return value;
            }
            else if (answer.Length > 0)
            {
                WriteLine($"Cannot recognize \"{answer}\" as a {type} due to a format error.");
            }
        }
    }

    private void WriteHeading(string caption, string message)
    {
        if (!string.IsNullOrEmpty(caption))
        {
            WriteLine();
            WriteLine(ConsoleColor.White, RawUI.BackgroundColor, caption);
        }

        if (!string.IsNullOrEmpty(message))
        {
            WriteLine(message);
        }
    }

    private void WriteMenu(ChoiceMenu menu)
    {
        var width = RawUI.WindowSize.Width - 1;
        var column = 0;
        foreach (var (text, isDefault) in menu.Parts)
        {
            var isWrapped = column + text.Length > width;
            if (isWrapped)
            {
                WriteLine();
            }

            column = isWrapped ? text.Length : column + text.Length;
            Write(isDefault ? ConsoleColor.Yellow : RawUI.ForegroundColor, RawUI.BackgroundColor, text);
        }
    }

    private void ThrowIfNonInteractive()
    {
        if (!IsInteractive)
        {
            throw new PSInvalidOperationException(NonInteractiveMessage);
        }
    }

    private void ThrowIfSecretsCannotBeTyped()
    {
        ThrowIfNonInteractive();
        if (Console.IsInputRedirected)
        {
            throw new PSInvalidOperationException(
                "A password can only be typed at a terminal, and standard input is redirected. Pass a credential to the command instead.");
        }
    }

    private SecureString ReadSecret(string prompt)
    {
        ThrowIfSecretsCannotBeTyped();
        var secret = new SecureString();
        foreach (var character in ReadKeys(() => Write(prompt), echo: false) ?? string.Empty)
        {
            secret.AppendChar(character);
        }

        secret.MakeReadOnly();
        return secret;
    }

    private string ReadAnswerOrFail(string prompt) => ReadAnswerOrFail(() => Write(prompt));

    // A question that nobody can answer any more would otherwise be asked for ever.
    private string ReadAnswerOrFail(Action prompt) =>
        ReadAnswer(prompt) ?? throw new PSInvalidOperationException("There is no answer: standard input has ended.");

    private string? ReadAnswer(Action prompt)
    {
        ThrowIfNonInteractive();
        if (!Console.IsInputRedirected)
        {
            return ReadKeys(prompt, echo: true);
        }

        prompt();
        return Reading(Console.In.ReadLine);
    }

    /// <summary>Reads inside a running pipeline: Ctrl+C stops that.</summary>
    private string? ReadKeys(Action prompt, bool echo)
    {
        try
        {
            return Reading(() => LineReader.Read(prompt, echo: echo));
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }

    private string? Reading(Func<string?> read)
    {
        _isReading = true;
        try
        {
            return read();
        }
        finally
        {
            _isReading = false;
        }
    }
}
