using System.Text.RegularExpressions;
using System.Xml.Linq;
using StorageConnect.Tests.Cmdlets;
using Xunit;

namespace StorageConnect.Tests.Help;

/// <summary>What is shipped (MAML, made from the pages) says what the pages say, and Get-Help finds it.</summary>
[Collection(ModuleSessions.Name)]
public sealed partial class ShippedHelpTests(ModuleCommands commands) : IClassFixture<ModuleCommands>
{
    private const string WayOut = "Run ./build.ps1 Help, and commit what it makes.";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly IReadOnlyDictionary<string, XElement> Shipped = XDocument
        .Load(Path.Combine(StagedModule.Folder, "en-US", "StorageConnect.dll-Help.xml")).Root!.Elements(Command + "command")
        .ToDictionary(command => command.Element(Command + "details")!.Element(Command + "name")!.Value);

    public static TheoryData<string> Pages => [.. CmdletPage.All.Select(page => page.Name)];

    public static TheoryData<string> Topics => ["about_StorageConnect", "about_StorageConnect_Host", "about_StorageConnect_Troubleshooting"];

    [Fact]
    public void Each_cmdlet_has_shipped_help_and_nothing_else_has() =>
        Assert.Equal(commands.All.Keys.Order(StringComparer.Ordinal), Shipped.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Shipped_help_says_what_the_page_says(string name)
    {
        var page = CmdletPage.All.Single(page => page.Name == name);
        var help = Shipped[name];

        Assert.True(Words(page.Synopsis) == Words(help.Element(Command + "details")!.Element(Maml + "description")), WayOut);
        Assert.True(Words(page.Description) == Words(help.Element(Maml + "description")), WayOut);
        Assert.Equal(
            page.Parameters.OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
                .Select(parameter => $"{parameter.Name}: {Words(parameter.Description)}"),
            help.Element(Command + "parameters")!.Elements(Command + "parameter")
                .Select(parameter => $"{parameter.Element(Maml + "name")!.Value}: {Words(parameter.Element(Maml + "description"))}")
                .Order(StringComparer.Ordinal));
        Assert.Equal(
            page.Examples.Select(example => $"{example.Title}: {Spaces().Replace(example.Code, " ")} {Words(example.Explanation)}"),
            help.Element(Command + "examples")!.Elements(Command + "example").Select(example =>
                $"{example.Element(Maml + "title")!.Value.Trim('-', ' ')}: {Spaces().Replace(example.Element(Dev + "code")!.Value, " ")} " +
                Words(example.Element(Dev + "remarks"))));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Shipped_help_has_the_syntax_of_the_cmdlet(string name)
    {
        var command = commands.All[name];

        Assert.Equal(
            command.ParameterSets.Select(set => string.Join(" ",
                ModuleCommands.ParametersOf(set).Select(parameter => parameter.Name).Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal),
            Shipped[name].Element(Command + "syntax")!.Elements(Command + "syntaxItem")
                .Select(item => string.Join(" ", item.Elements(Command + "parameter").Select(parameter => parameter.Element(Maml + "name")!.Value)
                    .Order(StringComparer.Ordinal)))
                .Order(StringComparer.Ordinal));
        Assert.Equal(
            ModuleCommands.ParametersOf(command)
                .Select(parameter => $"{parameter.Name} {parameter.ParameterType} {string.Join(", ", parameter.Aliases.DefaultIfEmpty("none"))}"),
            Shipped[name].Element(Command + "parameters")!.Elements(Command + "parameter")
                .Select(parameter => string.Join(' ', parameter.Element(Maml + "name")!.Value,
                    parameter.Element(Dev + "type")!.Element(Maml + "name")!.Value, parameter.Attribute("aliases")!.Value))
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Get_Help_finds_it(string name)
    {
        var missing = commands.Session.Get<string>(
            """
            $help = Get-Help $name -Full
            if ($help.Synopsis -notlike '*.') { 'synopsis' }
            if (-not $help.Description) { 'description' }
            if (@($help.Examples.Example).Count -lt 2) { 'examples' }
            foreach ($parameter in $help.Parameters.Parameter) {
                if (-not $parameter.Description) { $parameter.Name }
            }
            """,
            ("name", name));

        Assert.Empty(missing);
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void Get_Help_finds_the_topics(string topic) =>
        Assert.StartsWith($"TOPIC\n    {topic}\n",
            Assert.Single(commands.Session.Get<string>("[string] (Get-Help $topic)", ("topic", topic))).ReplaceLineEndings("\n"), StringComparison.Ordinal);

    private static string Words(XElement? element) =>
        element is null ? "" : Words(string.Join(" ", element.DescendantsAndSelf(Maml + "para").Select(para => para.Value)));

    // Markdown's backticks are not for Get-Help.
    private static string Words(string text) => Spaces().Replace(text.Replace("`", "", StringComparison.Ordinal), " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
