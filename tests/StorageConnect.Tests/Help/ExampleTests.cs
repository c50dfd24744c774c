using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text.RegularExpressions;
using StorageConnect.Tests.Cmdlets;
using Xunit;

namespace StorageConnect.Tests.Help;

/// <summary>
/// The examples of help and README run, on a real array. Those that need what a build machine hasn't (another array, a kernel with targets, cmdlets that
/// only pwsh has) are bound to the cmdlets' parameters instead, and are named here with the reason.
/// </summary>
[Collection(ModuleSessions.Name)]
public sealed partial class ExampleTests : IDisposable
{
    private ExampleStage? _stage;

    /// <summary>What can't run here. Each must be needed: an example that stops needing it fails a test.</summary>
    private static readonly IReadOnlyDictionary<string, string> NotHere = new Dictionary<string, string>
    {
        ["Connect-OscStorageElement 1"] = "Attaching needs root and a fabric; tests/Lab does it.",
        ["Connect-OscStorageElement 2"] = "Attaching needs root and a fabric; tests/Lab does it.",
        ["Disconnect-OscStorageElement 1"] = "Detaching needs root and a fabric; tests/Lab does it.",
        ["Disconnect-OscStorageElement 2"] = "Detaching needs root and a fabric; tests/Lab does it.",
        ["Connect-OscTarget 1"] = "Logging in needs root and a target; tests/Lab does it.",
        ["Connect-OscTarget 2"] = "Logging in needs root and a target; tests/Lab does it.",
        ["Disconnect-OscTarget 1"] = "Logging out needs root and a session; tests/Lab does it.",
        ["Disconnect-OscTarget 2"] = "Logging out needs root and a session; tests/Lab does it.",
        ["Remove-OscStorageElement 3"] = "An element is presented here, and -WhatIf gives the error of the real call.",
        ["Stop-OscOperation 1"] = "The operation ends at once here, and -WhatIf gives the error of the real call.",
        ["Find-OscTarget 1"] = "Finding targets needs an iSCSI array; tests/Lab does it.",
        ["Update-OscHostStorage 1"] = "Looking for LUNs needs root and an iSCSI array; tests/Lab does it.",
        ["Get-OscHostResidue 1"] = "It needs root, and would look at the build machine; tests/Lab does it.",
        ["Get-OscHostResidue 2"] = "It needs root, and would look at the build machine; tests/Lab does it.",
        ["Clear-OscHostResidue 1"] = "It needs root, and would look at the build machine; tests/Lab does it.",
        ["Clear-OscHostResidue 2"] = "It needs root, and would clear the build machine; tests/Lab does it.",
    };

    public static TheoryData<string, string> Examples =>
        [.. CmdletPage.All.SelectMany(page => page.Examples.Select((example, index) => ($"{page.Name} {index + 1}", example.Code)))];

    /// <summary>Examples with an array and a plug-in of a vendor.</summary>
    private static readonly string[] WithVendor =
        ["Register-OscStorageServer 2", "Set-OscStorageServer 2", "New-OscAccessContext 2", "Register-OscPlugin 1", "Register-OscPlugin 2",
            "Register-OscPlugin 3", "Register-OscPlugin 4", "Register-OscPlugin 5", "Unregister-OscPlugin 1", "Unregister-OscPlugin 2"];

    public static TheoryData<string> Runnable =>
        [.. Examples.Select(row => row.Data.Item1).Where(example => !NotHere.ContainsKey(example) && !WithVendor.Contains(example))];

    public static TheoryData<string> OfVendors => [.. WithVendor];

    public static TheoryData<string> Topics =>
        [.. Directory.GetFiles(Path.Combine(StagedModule.Folder, "en-US"), "about_*.txt").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Runnable))]
    public void An_example_runs_without_an_error(string example)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess || example != "Update-OscHostStorage 2", "-WhatIf gives the error of the real call: not root.");
        _stage = new();

        Assert.Empty(_stage.Session.Invoke(Code(example)).Errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}"));
    }

    [Theory]
    [MemberData(nameof(OfVendors))]
    public void An_example_with_a_vendors_array_runs_without_an_error(string example)
    {
        using var stage = new VendorStage();
        if (example == "Register-OscStorageServer 2")
        {
            stage.Session.Invoke("Unregister-OscStorageServer array01").Succeeds();
        }

        Assert.Empty(stage.Session.Invoke(Code(example)).Errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}"));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_uses_its_cmdlet_with_parameters_that_it_has(string example, string code)
    {
        using var session = new ModuleSession();

        Assert.Contains(Bind(code), command => command.GetCommandName() == example.Split(' ')[0]);
    }

    [Fact]
    public void What_cannot_run_here_is_an_example_of_today() => Assert.Subset(Examples.Select(row => row.Data.Item1).ToHashSet(), NotHere.Keys.ToHashSet());

    [Fact]
    public void The_main_job_of_the_README_runs()
    {
        _stage = new(isEmpty: true);

        Assert.Empty(_stage.Session.Invoke(ReadmeBlocks.First()).Errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}"));
    }

    [Fact]
    public void All_of_the_README_uses_parameters_that_there_are() => Assert.All(ReadmeBlocks, code => Bind(code));

    [Theory]
    [MemberData(nameof(Topics))]
    public void A_topic_names_cmdlets_that_there_are(string topic)
    {
        var names = Name().Matches(File.ReadAllText(Path.Combine(StagedModule.Folder, "en-US", topic))).Select(match => match.Value).Distinct();

        Assert.Subset(CmdletPage.All.Select(page => page.Name).ToHashSet(), names.ToHashSet());
    }

    [Fact]
    public void What_the_first_topic_shows_runs()
    {
        _stage = new(isEmpty: true);
        var text = File.ReadAllText(Path.Combine(StagedModule.Folder, "en-US", "about_StorageConnect.help.txt"));

        foreach (var heading in new[] { "FROM NOTHING TO A CLONE", "LONG OPERATIONS" })
        {
            var commands = text[text.IndexOf(heading, StringComparison.Ordinal)..].Split('\n')
                .SkipWhile(line => !line.StartsWith("        ", StringComparison.Ordinal))
                .TakeWhile(line => line.StartsWith("        ", StringComparison.Ordinal));
            Assert.Empty(_stage.Session.Invoke(string.Join('\n', commands)).Errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}"));
        }
    }

    [Fact]
    public void An_error_is_read_as_the_topic_on_trouble_says()
    {
        _stage = new();
        var text = File.ReadAllText(Path.Combine(StagedModule.Folder, "en-US", "about_StorageConnect_Troubleshooting.help.txt"));
        var lines = text[text.IndexOf("READING AN ERROR", StringComparison.Ordinal)..].Split('\n')
            .Where(line => line.StartsWith("        ", StringComparison.Ordinal)).Take(5).ToList();

        var outcome = _stage.Session.Invoke(string.Join('\n', lines));

        Assert.Single(outcome.Errors);
        Assert.Equal("StorageElementPresented", outcome.Output[0].ToString()!.Split(',')[0]);
        Assert.Equal(lines[2].Split("# ")[1], outcome.Output[1].ToString());
        Assert.Equal(lines[3].Split("# ")[1], outcome.Output[2].ToString());
        Assert.NotEmpty(outcome.Output[3].ToString()!);
    }

    [Theory]
    [InlineData("about_StorageConnect.help.txt")]
    [InlineData("about_StorageConnect_Host.help.txt")]
    public void A_topic_uses_parameters_that_there_are(string topic)
    {
        // Commands are set off; a line with a wide gap is a list of words and what they mean.
        var commands = File.ReadLines(Path.Combine(StagedModule.Folder, "en-US", topic))
            .Where(line => line.StartsWith("        ", StringComparison.Ordinal) && Name().IsMatch(line)
                && !line.Trim().Contains("   ", StringComparison.Ordinal))
            .ToList();

        Assert.True(Bind(string.Join('\n', commands)).Count > 5);
    }

    private static IEnumerable<string> ReadmeBlocks =>
        File.ReadAllText(Path.Combine(StagedModule.Root, "README.md")).Split("```powershell\n").Skip(1).Select(block => block.Split("```")[0]);

    public void Dispose() => _stage?.Dispose();

    private static string Code(string example) => Examples.Select(row => row.Data).Single(row => row.Item1 == example).Item2;

    [GeneratedRegex("[A-Z][a-z]+-Osc[A-Za-z]+")]
    private static partial Regex Name();

    /// <summary>Parses code and binds every command of the module in it; returns those.</summary>
    private static List<CommandAst> Bind(string code)
    {
        var tree = Parser.ParseInput(code, out _, out var errors);
        Assert.Empty(errors.Select(error => error.Message));
        var before = Runspace.DefaultRunspace;
        var state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([StagedModule.Manifest]);
        using var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        try
        {
            var ours = tree.FindAll(ast => ast is CommandAst command && command.GetCommandName()?.Contains("-Osc", StringComparison.Ordinal) == true,
                searchNestedScriptBlocks: true).Cast<CommandAst>().ToList();
            Assert.All(ours, command =>
            {
                Assert.NotNull(runspace.SessionStateProxy.InvokeCommand.GetCommand(command.GetCommandName(), System.Management.Automation.CommandTypes.All));
                Assert.Empty(StaticParameterBinder.BindCommand(command).BindingExceptions
                    .Select(problem => $"{command}: -{problem.Key}: {problem.Value.BindingException.Message}"));
            });
            return ours;
        }
        finally
        {
            Runspace.DefaultRunspace = before;
        }
    }
}
