using System.Xml.Linq;
using StorageConnect.Conformance;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Conformance;

/// <summary>What is written for build servers and for people.</summary>
public sealed class ReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static IReadOnlyList<OscConformanceResult> Results =>
    [
        Result("CREATE-1", "Creating", ConformanceOutcome.Passed) with { Duration = TimeSpan.FromMilliseconds(1500) },
        Result("CREATE-2", "Creating", ConformanceOutcome.Failed) with { Expected = "a name", Seen = "'<a|b>\0 ]]>'" },
        Result("SNAP-1", "Snapshots", ConformanceOutcome.Skipped) with { Reason = "The ability Snapshot is No." },
    ];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void JUnit_has_a_suite_per_chapter_and_a_case_per_clause()
    {
        ConformanceReport.Write(_folder["report.xml"], Results);

        var root = XDocument.Load(_folder["report.xml"]).Root!;
        Assert.Equal(("testsuites", "3", "1", "1", "1.500"), (root.Name.LocalName, (string?)root.Attribute("tests"), (string?)root.Attribute("failures"),
            (string?)root.Attribute("skipped"), (string?)root.Attribute("time")));
        Assert.Equal(["lab: Creating", "lab: Snapshots"], root.Elements("testsuite").Select(suite => (string?)suite.Attribute("name")));
        Assert.Equal(["CREATE-1 It must be.", "CREATE-2 It must be.", "SNAP-1 It must be."],
            root.Descendants("testcase").Select(test => (string?)test.Attribute("name")));
        Assert.Equal("Expected: a name. Seen: '<a|b>\uFFFD ]]>'.", (string?)Assert.Single(root.Descendants("failure")).Attribute("message"));
        Assert.Equal("The ability Snapshot is No.", (string?)Assert.Single(root.Descendants("skipped")).Attribute("message"));
    }

    [Fact]
    public void Markdown_tells_what_failed_first()
    {
        ConformanceReport.Write(_folder["report.md"], Results);

        var text = File.ReadAllText(_folder["report.md"]);
        Assert.Contains("Plug-in Recording 1.0.0-1: 1 passed, 1 failed, 1 skipped.", text, StringComparison.Ordinal);
        Assert.Contains("| CREATE-2: It must be. | create() | a name | '&lt;a\\|b> ]]>' |".Replace("> ]]", ">  ]]", StringComparison.Ordinal), text,
            StringComparison.Ordinal);
        Assert.Contains("| SNAP-1 | Skipped | 0 | It must be. *The ability Snapshot is No.* |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Advice_is_told_apart_and_has_passed_for_a_build_server()
    {
        var results = Results.Append(Result("ADVICE-1", "Advice", ConformanceOutcome.Advised) with { Reason = "The plug-in has no create." }).ToList();
        ConformanceReport.Write(_folder["report.md"], results);
        ConformanceReport.Write(_folder["report.xml"], results);

        var text = File.ReadAllText(_folder["report.md"]);
        Assert.Contains("1 passed, 1 failed, 1 skipped, 1 advised.", text, StringComparison.Ordinal);
        Assert.Contains("| ADVICE-1: It must be. | create() | The plug-in has no create. |", text, StringComparison.Ordinal);
        var suite = XDocument.Load(_folder["report.xml"]).Root!.Elements("testsuite").Last();
        Assert.Equal(("1", "0", "0"), ((string?)suite.Attribute("tests"), (string?)suite.Attribute("failures"), (string?)suite.Attribute("skipped")));
        Assert.Equal("Advice: The plug-in has no create.", (string?)suite.Descendants("system-out").Single());
    }

    [Fact]
    public void A_report_of_no_results_is_a_report() => Assert.All(["empty.xml", "empty.md"], name =>
    {
        ConformanceReport.Write(_folder[name], []);
        Assert.NotEmpty(File.ReadAllText(_folder[name]));
    });

    [Fact]
    public void Where_no_report_can_be_it_is_said_before_the_test()
    {
        Expect.Failure<InvalidRequestException>("ReportFormatUnknown", _folder["report.html"], () => ConformanceReport.Check(_folder["report.html"]));
        Expect.Failure<InvalidRequestException>("ReportFolderNotFound", _folder["none", "report.md"],
            () => ConformanceReport.Check(_folder["none", "report.md"]));
        Directory.CreateDirectory(_folder["folder.md"]);
        Expect.Failure<InvalidRequestException>("ReportNotWritten", _folder["folder.md"], () => ConformanceReport.Write(_folder["folder.md"], Results));
    }

    private static OscConformanceResult Result(string clause, string chapter, ConformanceOutcome outcome) => new()
    {
        Clause = clause,
        Chapter = chapter,
        GuideSection = "create()",
        Text = "It must be.",
        Outcome = outcome,
        StorageServerName = "lab",
        PluginName = "Recording",
        PluginVersion = "1.0.0-1",
    };
}
