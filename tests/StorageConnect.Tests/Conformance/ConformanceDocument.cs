using System.Globalization;
using System.Text;
using StorageConnect.Conformance;

namespace StorageConnect.Tests.Conformance;

/// <summary>docs/conformance.md as the code has it: each clause with the guide's section and the rule.</summary>
internal static class ConformanceDocument
{
    public static string Path => System.IO.Path.Combine(StagedModule.Root, "docs", "conformance.md");

    public static string Generate()
    {
        var clauses = ClauseCatalog.All.Count;
        var text = new StringBuilder(
            $"""
            # The clauses of conformance

            Made from the code: don't edit. After a change, run the tests of `ConformanceDocumentTests` with `{RuleDocument.UpdateVariable}=1`.

            `Test-OscPlugin` tests these {clauses} clauses on a registered server; those marked *changes* with `-Destructive` alone, because they
            make, change and remove elements, snapshots and access groups of their own. `-Include` and `-Exclude` take numbers (`CREATE-3`, `CREATE-*`),
            chapters, sections of the guide and abilities. A clause is skipped where an ability that it needs is missing, and the result says so. Numbers
            stay the same from version to version; a clause that is given up leaves a gap. The rules are those of [rules.md](rules.md).

            """);
        foreach (var chapter in ClauseCatalog.All.GroupBy(clause => clause.Chapter))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"\n## {chapter.Key}\n\n| clause | what it demands | guide | rule | needs | |\n|---|---|---|---|---|---|\n");
            foreach (var clause in chapter)
            {
                var rule = clause.Rule is { } number ? string.Create(CultureInfo.InvariantCulture, $"[{number}](rules.md#rule-{number})") : "";
                var needs = clause.Lacks is { } lacks ? $"no {lacks}" : string.Join(", ", clause.Needs);
                text.Append(CultureInfo.InvariantCulture,
                    $"| {clause.Number} | {clause.Text} | {clause.GuideSection} | {rule} | {needs} | {(clause.Destructive ? "changes" : "")} |\n");
            }
        }

        text.Append("\n## What no clause can see\n\n" +
            "The guide forbids it, and a run passes all the same. Test it in another way.\n\n| fault | why |\n|---|---|\n");
        foreach (var (fault, reason) in UnobservableFaults.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {fault} | {reason} |\n");
        }

        return text.ToString();
    }
}
