using System.Management.Automation.Runspaces;

namespace StorageConnect.Shell;

/// <summary>Turns the words after -File into the script's parameters, by the rules of pwsh.</summary>
internal static class ScriptArguments
{
    public static IReadOnlyList<CommandParameter> Parse(IReadOnlyList<string> words)
    {
        var parameters = new List<CommandParameter>();
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (word is not ['-', not '-', ..])
            {
                parameters.Add(new CommandParameter(null, word));
                continue;
            }

            // "-Name" alone stays as it is: the binder knows whether it is a switch or takes the next word.
            var colon = word.IndexOf(':');
            parameters.Add(
                colon < 0 ? new CommandParameter(word)
                : colon < word.Length - 1 ? new CommandParameter(word[..colon], BooleanOrText(word[(colon + 1)..]))
                : i + 1 < words.Count ? new CommandParameter(word[..colon], words[++i])
                : new CommandParameter(word[..colon]));
        }

        return parameters;
    }

    // A switch can only be turned off as -Name:$false, and the shell that started us knows no $false.
    private static object BooleanOrText(string text) =>
        bool.TryParse(text.StartsWith('$') ? text[1..] : text, out var value) ? value : text;
}
