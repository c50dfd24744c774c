using System.Management.Automation;
using StorageConnect.Tests.Cmdlets;
using Xunit;

namespace StorageConnect.Tests.Help;

/// <summary>The pages of docs/cmdlets are complete, and agree with the cmdlets in everything that a cmdlet declares.</summary>
[Collection(ModuleSessions.Name)]
public sealed class HelpPageTests(ModuleCommands commands) : IClassFixture<ModuleCommands>
{
    public static TheoryData<string> Pages => [.. CmdletPage.All.Select(page => page.Name)];

    [Fact]
    public void There_is_a_page_for_each_cmdlet_and_no_other() =>
        Assert.Equal(commands.All.Keys.Order(StringComparer.Ordinal), CmdletPage.All.Select(page => page.Name));

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_tells_what_it_is_for_with_two_examples_and_a_word_on_everything(string name)
    {
        var page = Page(name);

        Assert.EndsWith(".", page.Synopsis, StringComparison.Ordinal);
        Assert.True(page.Description.Length > 60, "The description is too short to help.");
        Assert.True(page.Examples.Count >= 2, "Two examples at least.");
        Assert.All(page.Examples, example =>
        {
            Assert.NotEmpty(example.Code);
            Assert.NotEmpty(example.Explanation);
            Assert.Contains(": ", example.Title, StringComparison.Ordinal);
        });
        Assert.All(page.Parameters, parameter => Assert.NotEmpty(parameter.Description));
        Assert.All(page.Inputs.Values.Concat(page.Outputs.Values), Assert.NotEmpty);
        Assert.DoesNotContain("{{", File.ReadAllText(Path.Combine(CmdletPage.Folder, name + ".md")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_has_the_parameters_of_its_cmdlet_as_they_are(string name)
    {
        var command = commands.All[name];

        Assert.Equal(
            ModuleCommands.ParametersOf(command).Select(parameter => $"{parameter.Name}: {string.Join(" | ", Facts(command, parameter))}"),
            Page(name).Parameters.OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
                .Select(parameter => $"{parameter.Name}: {string.Join(" | ", parameter.Facts.Select(line => line.Trim()).Where(IsDeclared))}"));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_has_the_parameter_sets_types_and_aliases_of_its_cmdlet(string name)
    {
        var command = commands.All[name];
        var page = Page(name);

        Assert.Equal(
            command.ParameterSets.Select(set => set.Name + (set.IsDefault && set.Name != ParameterAttribute.AllParameterSets ? " (Default)" : ""))
                .Order(StringComparer.Ordinal),
            page.ParameterSets.Order(StringComparer.Ordinal));
        Assert.Equal(command.OutputType.Select(type => type.Name).Order(StringComparer.Ordinal), page.Outputs.Keys.Order(StringComparer.Ordinal));
        var piped = command.ParameterSets.SelectMany(ModuleCommands.ParametersOf)
            .Where(parameter => parameter.ValueFromPipeline || parameter.ValueFromPipelineByPropertyName)
            .Select(parameter => parameter.ParameterType.ToString());
        Assert.Equal(piped.Distinct().Order(StringComparer.Ordinal), page.Inputs.Keys.Order(StringComparer.Ordinal));
        Assert.All(command.ImplementingType.GetCustomAttributes(typeof(AliasAttribute), false).Cast<AliasAttribute>().SelectMany(alias => alias.AliasNames),
            alias => Assert.Contains(alias, page.Aliases, StringComparison.Ordinal));
    }

    [Fact]
    public void A_link_leads_to_a_page_or_a_topic_that_exists() =>
        Assert.All(CmdletPage.All.SelectMany(page => page.Links), link => Assert.True(
            File.Exists(Path.Combine(CmdletPage.Folder, link + ".md"))
                || File.Exists(Path.Combine(StagedModule.Folder, "en-US", link + ".help.txt")), $"'{link}' leads nowhere."));

    private static CmdletPage Page(string name) => CmdletPage.All.Single(page => page.Name == name);

    // Default values and help messages are text; whether a parameter takes the rest of the line is nothing that we use.
    private static bool IsDeclared(string line) =>
        !line.StartsWith("DefaultValue:", StringComparison.Ordinal) && !line.StartsWith("HelpMessage:", StringComparison.Ordinal)
        && !line.StartsWith("AcceptedValues:", StringComparison.Ordinal) && !line.StartsWith("DontShow:", StringComparison.Ordinal)
        && !line.StartsWith("ValueFromRemainingArguments:", StringComparison.Ordinal);

    private static IEnumerable<string> Facts(CmdletInfo command, ParameterMetadata parameter)
    {
        yield return $"Type: {parameter.ParameterType}";
        yield return $"SupportsWildcards: {(parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any() ? "true" : "false")}";
        yield return parameter.Aliases.Count == 0 ? "Aliases: []" : "Aliases:";
        foreach (var alias in parameter.Aliases)
        {
            yield return $"- {alias}";
        }

        yield return "ParameterSets:";
        foreach (var (set, facts) in parameter.ParameterSets.OrderBy(set => command.ParameterSets.ToList().FindIndex(known => known.Name == set.Key)))
        {
            yield return $"- Name: {(set == ParameterAttribute.AllParameterSets ? "(All)" : set)}";
            yield return $"Position: {(facts.Position == int.MinValue ? "Named" : facts.Position)}";
            yield return $"IsRequired: {(facts.IsMandatory ? "true" : "false")}";
            yield return $"ValueFromPipeline: {(facts.ValueFromPipeline ? "true" : "false")}";
            yield return $"ValueFromPipelineByPropertyName: {(facts.ValueFromPipelineByPropertyName ? "true" : "false")}";
        }
    }
}
