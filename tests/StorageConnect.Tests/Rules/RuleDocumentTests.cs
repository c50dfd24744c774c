using Xunit;

namespace StorageConnect.Tests;

/// <summary>docs/rules.md says what the code says, and the code knows every rule.</summary>
public sealed class RuleDocumentTests
{
    public static TheoryData<int> Numbers => [.. Enumerable.Range(1, RuleDocument.LastRule)];

    public static TheoryData<int, By> Sides => new MatrixTheoryData<int, By>(Enumerable.Range(1, RuleDocument.LastRule), Enum.GetValues<By>());

    [Fact]
    public void The_document_is_what_the_code_says()
    {
        var wanted = RuleDocument.Generate();
        if (Environment.GetEnvironmentVariable(RuleDocument.UpdateVariable) == "1")
        {
            File.WriteAllText(RuleDocument.Path, wanted);
        }

        Assert.True(
            File.Exists(RuleDocument.Path) && File.ReadAllText(RuleDocument.Path) == wanted,
            $"docs/rules.md is not what the code says: run this test once with {RuleDocument.UpdateVariable}=1, and look at what changed.");
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_rule_has_a_home(int rule) => Assert.Contains(RuleDocument.FindHomes(), home => home.Rule == rule);

    [Theory]
    [MemberData(nameof(Sides))]
    public void A_rule_is_broken_on_purpose_from_each_side_or_it_is_said_why_not(int rule, By who) => Assert.True(
        RuleDocument.FindBreakers().Any(breaker => breaker.Rule == rule && breaker.Who == who)
            || OneSidedRules.All.Any(one => one.Rule == rule && one.Who == who),
        $"Write a test in which a wrong {who} breaks rule {rule}, marked [Breaks({rule}, By.{who})]; or say in OneSidedRules why none can be.");

    [Fact]
    public void There_are_no_other_rules()
    {
        Assert.All(RuleDocument.FindHomes(), home => Assert.InRange(home.Rule, 1, RuleDocument.LastRule));
        Assert.All(RuleDocument.FindBreakers(), breaker => Assert.InRange(breaker.Rule, 1, RuleDocument.LastRule));
    }

    [Fact]
    public void No_mark_in_the_code_is_overlooked()
    {
        var methods = typeof(RuleDocumentTests).Assembly.GetTypes()
            .Concat<System.Reflection.MemberInfo>(typeof(RuleDocumentTests).Assembly.GetTypes().SelectMany(type => type.GetMethods()));

        Assert.Equal(
            methods.Sum(member => member.GetCustomAttributes(typeof(BreaksAttribute), inherit: false).Length),
            RuleDocument.FindBreakers().Count);
    }
}
