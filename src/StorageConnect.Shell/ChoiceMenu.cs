using System.Management.Automation.Host;

namespace StorageConnect.Shell;

/// <summary>A question's answers as pwsh shows them: <c>[Y] Yes  [N] No  [?] Help (default is "Y"): </c></summary>
internal sealed class ChoiceMenu
{
    private readonly List<(string Key, string Label, string Help)> _choices;
    private readonly int _default;

    public ChoiceMenu(IEnumerable<ChoiceDescription> choices, int defaultChoice)
    {
        _choices = [.. choices.Select(Split)];
        ArgumentOutOfRangeException.ThrowIfZero(_choices.Count, nameof(choices));
        ArgumentOutOfRangeException.ThrowIfLessThan(defaultChoice, -1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(defaultChoice, _choices.Count);
        _default = defaultChoice;
    }

    /// <summary>The pieces of the line, and which of them is the default.</summary>
    public IEnumerable<(string Text, bool IsDefault)> Parts
    {
        get
        {
            for (var i = 0; i < _choices.Count; i++)
            {
                yield return ($"[{_choices[i].Key}] {_choices[i].Label}  ", i == _default);
            }

            yield return ("[?] Help ", false);
            if (_default >= 0)
            {
                yield return ($"(default is \"{KeyOrLabel(_choices[_default])}\"): ", false);
            }
        }
    }

    public string Help => string.Join(Environment.NewLine, _choices.Select(choice => $"{KeyOrLabel(choice)} - {choice.Help}"));

    /// <summary>The choice that was meant, if any. A whole label goes before a key.</summary>
    public int? Pick(string answer)
    {
        if (answer.Length == 0)
        {
            return _default >= 0 ? _default : null;
        }

        var index = _choices.FindIndex(choice => Same(choice.Label, answer));
        index = index >= 0 ? index : _choices.FindIndex(choice => Same(choice.Key, answer));
        return index >= 0 ? index : null;
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static string KeyOrLabel((string Key, string Label, string Help) choice) => choice.Key.Length > 0 ? choice.Key : choice.Label;

    // The letter behind the first "&" is the key.
    private static (string Key, string Label, string Help) Split(ChoiceDescription choice)
    {
        var mark = choice.Label.IndexOf('&');
        return mark >= 0 && mark + 1 < choice.Label.Length
            ? (char.ToUpperInvariant(choice.Label[mark + 1]).ToString(), choice.Label.Remove(mark, 1).Trim(), choice.HelpMessage)
            : (string.Empty, choice.Label, choice.HelpMessage);
    }
}
