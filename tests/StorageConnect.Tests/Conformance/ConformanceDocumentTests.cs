using System.Text.RegularExpressions;
using StorageConnect.Conformance;
using Xunit;

namespace StorageConnect.Tests.Conformance;

/// <summary>docs/conformance.md says what the code says, and the clauses are numbered as users rely on.</summary>
public sealed partial class ConformanceDocumentTests
{
    [Fact]
    public void The_document_is_what_the_code_says()
    {
        var wanted = ConformanceDocument.Generate();
        if (Environment.GetEnvironmentVariable(RuleDocument.UpdateVariable) == "1")
        {
            File.WriteAllText(ConformanceDocument.Path, wanted);
        }

        Assert.True(
            File.Exists(ConformanceDocument.Path) && File.ReadAllText(ConformanceDocument.Path) == wanted,
            $"docs/conformance.md is not what the code says: run this test once with {RuleDocument.UpdateVariable}=1, and look at what changed.");
    }

    [Fact]
    public void A_clause_has_a_number_of_its_own_in_its_chapter() => Assert.All(
        ClauseCatalog.All.GroupBy(clause => clause.Number),
        same => Assert.Matches(Number(), Assert.Single(same).Number));

    [Fact]
    public void A_chapter_has_one_prefix_and_a_prefix_one_chapter()
    {
        var prefixes = ClauseCatalog.All.Select(clause => (clause.Chapter, Prefix: clause.Number[..clause.Number.LastIndexOf('-')])).Distinct().ToList();

        Assert.Equal(prefixes.Count, prefixes.DistinctBy(pair => pair.Prefix).Count());
        Assert.Equal(prefixes.Count, prefixes.DistinctBy(pair => pair.Chapter).Count());
    }

    [Fact]
    public void A_clause_names_a_rule_that_there_is_and_a_section_of_the_guide() => Assert.All(ClauseCatalog.All, clause =>
    {
        Assert.True(clause.Rule is null or (>= 1 and <= RuleDocument.LastRule));
        Assert.True(clause.GuideSection.StartsWith("Class ", StringComparison.Ordinal) || clause.GuideSection.EndsWith("()", StringComparison.Ordinal));
        Assert.EndsWith(".", clause.Text, StringComparison.Ordinal);
    });

    [GeneratedRegex("^[A-Z]+-[1-9][0-9]*$")]
    private static partial Regex Number();
}
