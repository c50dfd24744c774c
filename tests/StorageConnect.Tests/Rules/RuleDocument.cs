using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace StorageConnect.Tests;

/// <summary>docs/rules.md as the code has it: each <c>[Rule]</c> with its home, and each <c>[Breaks]</c> with its test.</summary>
internal static partial class RuleDocument
{
    /// <summary>The rules of the guide are numbered from 1 to this.</summary>
    public const int LastRule = 23;

    /// <summary>Set to 1, the test writes the document in place of complaining about it.</summary>
    public const string UpdateVariable = "STORAGECONNECT_UPDATE_DOCS";

    public static string Path => System.IO.Path.Combine(StagedModule.Root, "docs", "rules.md");

    public static IReadOnlyList<Home> FindHomes() =>
        [.. Scan("src", RuleMark()).Select(found => new Home(Number(found.Mark), Text(found.Mark, "sentence"), Text(found.Mark, "guide"), found.File))];

    public static IReadOnlyList<Breaker> FindBreakers() =>
        [.. Scan("tests", BreaksMark()).Select(
            found => new Breaker(Number(found.Mark), Enum.Parse<By>(Text(found.Mark, "who")), Text(found.Mark, "test"), found.File))];

    public static string Generate()
    {
        var homes = FindHomes().ToLookup(home => home.Rule);
        var breakers = FindBreakers().ToLookup(breaker => breaker.Rule);
        var text = new StringBuilder(
            $"""
            # The rules of the guide

            Made from the code: don't edit. The homes are the methods marked `[Rule(number, ...)]` in `src`, the tests those marked `[Breaks(number, ...)]`
            in `tests`. After a change of either, run the tests of `RuleDocumentTests` with `{UpdateVariable}=1`.

            A rule whose home is in the contract itself (`StorageArrayPlugin`) is one that only a plug-in can keep.

            """);
        for (var rule = 1; rule <= LastRule; rule++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## Rule {rule}\n\n| guide | what it demands | home |\n|---|---|---|\n");
            text.AppendJoin("", homes[rule].Select(home => $"| {home.Guide} | {home.Sentence} | {Link(home.File)} |\n"));
            foreach (var who in Enum.GetValues<By>())
            {
                var tests = breakers[rule].Where(breaker => breaker.Who == who).ToList();
                var side = who == By.Plugin ? "plug-in" : "caller";
                if (tests.Count > 0)
                {
                    text.Append(CultureInfo.InvariantCulture, $"\nBroken on purpose by a wrong {side}:\n\n");
                    text.AppendJoin("", tests.Select(test => $"- {Link(test.File)}: `{test.Test}`\n"));
                }

                text.AppendJoin("", OneSidedRules.All.Where(one => one.Rule == rule && one.Who == who)
                    .Select(one => $"\nNot broken on purpose by a {side}: {one.Why}\n"));
            }
        }

        return text.ToString();
    }

    private static IEnumerable<(string File, Match Mark)> Scan(string folder, Regex mark) =>
        from path in Directory.EnumerateFiles(System.IO.Path.Combine(StagedModule.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
        let file = System.IO.Path.GetRelativePath(StagedModule.Root, path)
        where !file.Split('/').Any(part => part is "bin" or "obj")
        from match in mark.Matches(File.ReadAllText(path))
        select (file, match);

    private static int Number(Match mark) => int.Parse(mark.Groups["rule"].ValueSpan, CultureInfo.InvariantCulture);

    private static string Text(Match mark, string group) => mark.Groups[group].Value;

    private static string Link(string file) => $"[{System.IO.Path.GetFileNameWithoutExtension(file)}](../{file})";

    [GeneratedRegex("""\[Rule\(\s*(?<rule>\d+),\s*"(?<sentence>[^"]*)",\s*"(?<guide>[^"]*)"\s*\)\]""")]
    private static partial Regex RuleMark();

    // The test is the next method or class after the mark; other marks may stand between.
    [GeneratedRegex("""\[Breaks\((?<rule>\d+), By\.(?<who>\w+)\)\](?=[^;{}]*?(?:\bclass|\bvoid|\bTask) (?<test>\w+))""")]
    private static partial Regex BreaksMark();

    internal sealed record Home(int Rule, string Sentence, string Guide, string File);

    internal sealed record Breaker(int Rule, By Who, string Test, string File);
}
