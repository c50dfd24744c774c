using System.Text.RegularExpressions;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Mermaid text that stays a diagram whatever users call their things.</summary>
[Collection(ModuleSessions.Name)]
public sealed partial class DiagramTests : IDisposable
{
    private readonly RecordingSession _session = new();

    [Fact]
    public void A_diagram_leads_from_the_array_to_the_hosts()
    {
        var lun = _session.Create("db01");
        var snapshot = _session.Snapshot(lun, "nightly");
        _session.Clone(snapshot, "db01-test");
        _session.Group("web");
        _session.Module.Invoke("Grant-OscStorageElementAccess db01 web");

        var diagram = Draw();

        var ids = Node().Matches(diagram).ToDictionary(node => node.Groups["text"].Value.Split("<br/>")[0], node => node.Groups["id"].Value);
        Assert.Contains($"{ids["db01"]} -->|snapshot| {ids["nightly"]}", diagram, StringComparison.Ordinal);
        Assert.Contains($"{ids["nightly"]} -->|clone| {ids["db01-test"]}", diagram, StringComparison.Ordinal);
        Assert.Contains($"{ids["db01"]} -.-> {ids["web"]}", diagram, StringComparison.Ordinal);
        Assert.Contains($"{ids["web"]} --> {ids["iqn.2001-04.com.example#58;a"]}", diagram, StringComparison.Ordinal);
        Assert.Matches($@"\n    n\d+ --> {ids["db01"]}\n", diagram);
        Assert.Contains("Lun, 1 GiB", diagram, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"]; click n1 \"javascript:alert(1)\"")]
    [InlineData("a\"b]c[d}e{f(g)h|i")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("%%{init: {'theme':'dark'}}%%")]
    [InlineData("end")]
    [InlineData("graph")]
    [InlineData("#quot;")]
    [InlineData("`**markdown**`")]
    [InlineData("style n1 fill:#fff;")]
    [InlineData("名前 🙂 ⟶ é")]
    [InlineData("--> n99")]
    public void A_hostile_name_stays_a_text(string name)
    {
        _session.Create(name);

        var diagram = Draw();

        Assert.All(diagram.TrimEnd('\n').Split('\n').Skip(1), line => Assert.Matches(Line(), line));
        Assert.Contains(Node().Matches(diagram), node => Read(node.Groups["text"].Value.Split("<br/>")[0]) == name);
    }

    [Fact]
    public void A_file_is_written_unless_it_is_only_asked_what_if_or_must_not_be_overwritten()
    {
        var file = Path.Combine(_session.Module.Folder.Path, "san [1].mmd");

        Assert.Empty(_session.Invoke("Export-OscDiagram -Path $file -WhatIf", ("file", file)).Output);
        Assert.False(File.Exists(file));
        Assert.Empty(_session.Invoke("Export-OscDiagram -Path $file", ("file", file)).Errors);
        Assert.StartsWith("flowchart LR\n", File.ReadAllText(file), StringComparison.Ordinal);
        _session.Invoke("Export-OscDiagram -Path $file -NoClobber", ("file", file)).Error("DiagramNotWritten");
        _session.Invoke("Export-OscDiagram -Path /nowhere/at/all.mmd").Error("DiagramNotWritten");
    }

    [Theory]
    [InlineData("Get-OscStorageServer nosuch* | Export-OscDiagram -Path $file")]
    [InlineData("Export-OscDiagram -Path $file -StorageServer lab")]
    [InlineData("Export-OscDiagram -Path $file -StorageServer nosuch")]
    public void A_file_stays_as_it_is_where_nothing_was_drawn(string script)
    {
        _session.Create("db01");
        _session.Array.Throw(GuideMethod.GetCurrentSnaps, () => new ArrayUnreachableException("The array restarts.") { ErrorId = "Restarting" });
        var file = Path.Combine(_session.Module.Folder.Path, "san.mmd");
        File.WriteAllText(file, "the diagram of yesterday");

        Assert.Empty(_session.Invoke(script, ("file", file)).Output);

        Assert.Equal("the diagram of yesterday", File.ReadAllText(file));
    }

    [Fact]
    public void An_array_that_fails_midway_is_not_drawn_in_part()
    {
        using var other = new RecordingArray();
        _session.Register("other", other);
        _session.Create("db01");
        _session.Create("web01", "other");
        other.Throw(GuideMethod.GetCurrentSnaps, () => new ArrayUnreachableException("The array restarts.") { ErrorId = "Restarting" });

        var outcome = _session.Invoke("'other', 'lab', 'other' | Export-OscDiagram");

        Assert.All(outcome.Errors, error => Assert.StartsWith("Restarting,", error.FullyQualifiedErrorId, StringComparison.Ordinal));
        var diagram = Assert.IsType<string>(Assert.Single(outcome.Output).BaseObject);
        Assert.Equal(["lab", "db01"], Node().Matches(diagram).Select(node => node.Groups["text"].Value.Split("<br/>")[0]).Where(name => name != "pool"));
        Assert.All(diagram.TrimEnd('\n').Split('\n').Skip(1), line => Assert.Matches(Line(), line));
    }

    public void Dispose() => _session.Dispose();

    private string Draw() => Assert.Single(_session.Module.Get<string>("Export-OscDiagram"));

    // What Mermaid shows for a text.
    private static string Read(string text) => Code().Replace(text, code => char.ConvertFromUtf32(int.Parse(code.Groups[1].ValueSpan, null)));

    [GeneratedRegex("""(?m)^    (?<id>n\d+)[\[({]{1,2}"(?<text>[^"]*)"[\])}]{1,2}$""")]
    private static partial Regex Node();

    [GeneratedRegex(
        """^    (n\d+(\["[^"\[\](){}|<>:%`]*<br/>[^"\[\](){}|<>:%`]*"\]|\[\["[^"]*"\]\]|\[\("[^"]*"\)\]|\{\{"[^"]*"\}\}""" +
        """|\(\["[^"]*"\]\))|n\d+ (-->|-\.->|-->\|snapshot\||-->\|clone\|) n\d+)$""")]
    private static partial Regex Line();

    [GeneratedRegex("""#(\d+);""")]
    private static partial Regex Code();
}
