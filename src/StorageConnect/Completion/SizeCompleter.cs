using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace StorageConnect.Commands;

/// <summary>Completes a size: a typed number gets a unit, and without a number some sizes are offered.</summary>
public sealed class SizeCompleter : IArgumentCompleter
{
    private static readonly string[] Beginnings = ["1GB", "10GB", "100GB", "1TB", "10TB"];
    private static readonly string[] Units = ["MB", "GB", "TB", "PB"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var digits = wordToComplete.TrimEnd("BKMGTPbkmgtp".ToCharArray());
        var offered = decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0
            ? [.. Units.Select(unit => digits + unit)]
            : Beginnings;
        return
        [
            .. offered.Where(size => size.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase))
                // After an empty result PowerShell offers the files of the current folder.
                .DefaultIfEmpty(wordToComplete)
                .Select(size => new CompletionResult(size, size, CompletionResultType.ParameterValue, $"{size}, in binary units")),
        ];
    }
}
