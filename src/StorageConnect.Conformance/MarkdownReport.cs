using System.Globalization;
using System.Text;

namespace StorageConnect.Conformance;

/// <summary>Markdown: what failed first, then all by chapter.</summary>
internal static class MarkdownReport
{
    public static string Format(IReadOnlyList<OscConformanceResult> results)
    {
        var text = new StringBuilder("# Conformance\n");
        foreach (var run in results.GroupBy(result => result.StorageServerName))
        {
            WriteRun(text, run.Key, [.. run]);
        }

        return text.ToString();
    }

    private static void WriteRun(StringBuilder text, string server, IReadOnlyList<OscConformanceResult> results)
    {
        var fault = results[0].Fault is { } injected ? $", with the fault {injected} injected" : "";
        text.Append(CultureInfo.InvariantCulture, $"\n## {Cell(server)}\n\nPlug-in {Cell(results[0].PluginName)} {results[0].PluginVersion}{fault}: ");
        // Advice is listed only where there is any: it is neither a pass nor a failure.
        text.AppendJoin(", ", Enum.GetValues<ConformanceOutcome>()
            .Where(outcome => outcome != ConformanceOutcome.Advised || results.Any(result => result.Outcome == outcome))
            .Select(outcome => string.Create(CultureInfo.InvariantCulture,
                $"{results.Count(result => result.Outcome == outcome)} {outcome.ToString().ToLowerInvariant()}")));
        text.Append(".\n");
        var failed = results.Where(result => result.Outcome == ConformanceOutcome.Failed).ToList();
        if (failed.Count > 0)
        {
            text.Append("\n| failed | guide | expected | seen |\n|---|---|---|---|\n");
            failed.ForEach(result => text.Append(CultureInfo.InvariantCulture,
                $"| {result.Clause}: {Cell(result.Text)} | {result.GuideSection} | {Cell(result.Expected)} | {Cell(result.Seen)} |\n"));
        }

        var advised = results.Where(result => result.Outcome == ConformanceOutcome.Advised).ToList();
        if (advised.Count > 0)
        {
            text.Append("\n| usual | guide | advice |\n|---|---|---|\n");
            advised.ForEach(result => text.Append(CultureInfo.InvariantCulture,
                $"| {result.Clause}: {Cell(result.Text)} | {result.GuideSection} | {Cell(result.Reason)} |\n"));
        }

        foreach (var chapter in results.GroupBy(result => result.Chapter))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### {chapter.Key}\n\n| clause | outcome | ms | what it demands |\n|---|---|---:|---|\n");
            foreach (var result in chapter)
            {
                var reason = result.Reason is null ? "" : $" *{Cell(result.Reason)}*";
                text.Append(CultureInfo.InvariantCulture,
                    $"| {result.Clause} | {result.Outcome} | {result.Duration.TotalMilliseconds:0} | {Cell(result.Text)}{reason} |\n");
            }
        }
    }

    /// <summary>Text that can't end its cell, its row or its table.</summary>
    private static string Cell(string? text) => string.Concat((text ?? "").Select(c => char.IsControl(c) ? ' ' : c))
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
