using System.Management.Automation;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Test-OscPlugin as its user sees it.</summary>
[Collection(ModuleSessions.Name)]
public sealed class TestPluginTests : IDisposable
{
    private readonly RecordingSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Without_Destructive_nothing_is_changed_and_the_results_say_what_was_left_out()
    {
        var results = _session.Module.Get<OscConformanceResult>("Test-OscPlugin lab");

        Assert.Contains(results, result => result is { Clause: "CREATE-1", Outcome: ConformanceOutcome.Skipped });
        Assert.Contains(results, result => result is { Clause: "SERVER-1", Outcome: ConformanceOutcome.Passed });
        Assert.Empty(_session.Array.Contents.Elements);
    }

    [Fact]
    public void With_Destructive_the_clauses_chosen_are_tested_with_progress_and_a_report()
    {
        var report = Path.Combine(_session.Module.Folder.Path, "report.xml");

        var outcome = _session.Invoke("Test-OscPlugin lab -Destructive -Include CREATE-*, SNAP-1 -Exclude CREATE-2, CREATE-18 -Size 1MB -ReportPath $report",
            ("report", report));

        Assert.Empty(outcome.Errors);
        var results = outcome.Output.Select(item => (OscConformanceResult)item.BaseObject).ToList();
        Assert.Equal(17, results.Count);
        Assert.All(results, result => Assert.Equal(ConformanceOutcome.Passed, result.Outcome));
        Assert.Contains(outcome.Progress, progress => progress.StatusDescription.StartsWith("1 of 17", StringComparison.Ordinal));
        Assert.Equal(ProgressRecordType.Completed, outcome.Progress[^1].RecordType);
        Assert.Contains("SNAP-1", File.ReadAllText(report), StringComparison.Ordinal);
        Assert.Empty(_session.Array.Contents.Elements);
    }

    [Fact]
    public void A_plugins_details_are_all_there_as_one_list()
    {
        var shown = Assert.Single(_session.Invoke("Get-OscPlugin Recording -Detailed").Output);
        var plugin = Assert.IsType<OscPlugin>(shown.BaseObject);

        Assert.Equal("StorageConnect.OscPlugin#Detailed", shown.TypeNames[0]);
        Assert.Equal(("1.2.7", "1.2.10", "1.2.10", Ability.Online),
            (plugin.RequiredApiVersion, plugin.ExtendedApiVersion, plugin.NegotiatedApiVersion, plugin.Ability!.Snapshot));
        Assert.True(File.Exists(plugin.Path));
    }

    [Fact]
    public void WhatIf_leaves_a_report_of_before_as_it_is()
    {
        var report = Path.Combine(_session.Module.Folder.Path, "report.md");
        File.WriteAllText(report, "of before");

        Assert.NotEmpty(_session.Module.Invoke("Test-OscPlugin lab -Include SERVER-1 -ReportPath $report -WhatIf", ("report", report)).Succeeds());

        Assert.Equal("of before", File.ReadAllText(report));
    }

    [Fact]
    public void WhatIf_makes_nothing()
    {
        Assert.Empty(_session.Invoke("Test-OscPlugin lab -Destructive -WhatIf").Output);
        Assert.DoesNotContain("create", _session.Array.CalledMethods);
    }

    [Fact]
    public void A_fault_is_injected_and_told()
    {
        var result = Assert.Single(_session.Module.Get<OscConformanceResult>(
            "Get-OscStorageServer lab | Test-OscPlugin -Include SERVER-8 -Fault LyingAbility"));

        Assert.Equal((PluginFault.LyingAbility, ConformanceOutcome.Passed), (result.Fault, result.Outcome));
    }

    [Theory]
    [InlineData("Test-OscPlugin lab -Include NOTHING-1", "ClauseNotFound")]
    [InlineData("Test-OscPlugin lab -ReportPath report.html", "ReportFormatUnknown")]
    [InlineData("Test-OscPlugin nowhere", "StorageServerNotFound")]
    public void What_can_not_be_tested_is_said(string script, string id) => _session.Invoke(script).Error(id);

    [Fact]
    public void A_user_who_has_seen_enough_leaves_nothing_behind()
    {
        _session.Module.Invoke("Test-OscPlugin lab -Destructive -Include CREATE-*, GROUP-* | ForEach-Object { if ($_.Clause -eq 'GROUP-3') { break } }");

        Assert.Empty(_session.Array.Contents.Elements);
        Assert.Empty(_session.Array.Contents.Groups);
    }
}
