using System.Globalization;
using System.Resources;
using System.Runtime.CompilerServices;

namespace StorageConnect.Engine.Errors;

/// <summary>The texts of the errors of the engine, the host and the cmdlets: ErrorTexts.resx, by the error's id.</summary>
internal static class ErrorTexts
{
    private const string ActionSuffix = ".Action";
    private static readonly ResourceManager Resources = new(typeof(ErrorTexts));

    /// <summary>The text of the error that the calling method is named after.</summary>
    /// <param name="values">What takes the places {0}, {1} ... in message and action.</param>
    /// <param name="variant">The variant, where the error has several wordings.</param>
    /// <param name="id">The error's id.</param>
    public static ErrorText Text(object?[] values, string? variant = null, [CallerMemberName] string id = "")
    {
        var name = variant is null ? id : $"{id}.{variant}";
        return new(id, Fill(Get(name) ?? throw new MissingManifestResourceException($"ErrorTexts.resx has no '{name}'."), values),
            Fill(Get(name + ActionSuffix) ?? ActionFor(id), values));
    }

    /// <summary>The general action of an error; null when there is no such error.</summary>
    public static string? ActionFor(string id) => Get(id + ActionSuffix);

    /// <summary>'a', 'b' and so on, as messages list names.</summary>
    public static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'").DefaultIfEmpty("none"));

    private static string? Get(string name) => Resources.GetString(name, CultureInfo.InvariantCulture);

    private static string Fill(string? text, object?[] values) => string.Format(CultureInfo.CurrentCulture, text ?? "", values);
}
