using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Tables that fit, sizes and states for people, and plain text where colours are not wanted.</summary>
[Collection(ModuleSessions.Name)]
public sealed partial class ViewTests : IDisposable
{
    private const int Width = 100;

    private static readonly Type[] OutputTypes =
    [
        .. Assembly.LoadFrom(Path.Combine(StagedModule.Folder, "StorageConnect.dll")).GetTypes()
            .SelectMany(type => type.GetCustomAttributes<OutputTypeAttribute>()).SelectMany(attribute => attribute.Type).Select(type => type.Type)
            .Where(type => type.Namespace == nameof(StorageConnect))
            .Distinct(),
    ];

    private readonly ModuleSession _session = new(new RenderingHost(Width));

    public static TheoryData<string> TypeNames => [.. OutputTypes.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(TypeNames))]
    public void An_output_type_has_a_table_before_any_other_view(string name)
    {
        var views = StagedViews().Where(view => view.Descendants("TypeName").Any(type => type.Value == $"StorageConnect.{name}")).ToList();

        Assert.NotEmpty(views);
        Assert.NotNull(views[0].Element("TableControl"));
    }

    [Theory]
    [MemberData(nameof(TypeNames))]
    public void A_table_fits_the_screen_even_with_the_longest_values_and_in_strict_mode(string name)
    {
        var record = Specimen.Of(OutputTypes.Single(type => type.Name == name));

        var lines = Render("Set-StrictMode -Version Latest; $record, $record | Out-Default", record).Split('\n');

        Assert.Contains(lines, line => line.StartsWith("--", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.InRange(Columns(line), 0, Width));
    }

    [Theory]
    [MemberData(nameof(TypeNames))]
    public void A_list_shows_in_strict_mode_too(string name)
    {
        var record = Specimen.Of(OutputTypes.Single(type => type.Name == name));

        var list = Render("Set-StrictMode -Version Latest; $record | Format-List | Out-Default", record);

        Assert.Contains(" : ", list, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_has_the_bytes_of_a_size() =>
        Assert.Contains("10 GiB (10737418240 bytes)", Render("$record | Format-List | Out-Default", new StorageElement { SizeBytes = 10L << 30 }),
            StringComparison.Ordinal);

    [Fact]
    public void Headings_are_properties_that_can_be_selected_and_compared()
    {
        var element = new StorageElement { Name = "db01", StorageServerName = "lab", SizeBytes = 10L << 30, AccessGroupNames = ["web"] };

        var selected = _session.Invoke("$record | Where-Object Size -gt 1GB | Select-Object Server, Size, Groups, Created", ("record", element)).Output;

        Assert.Equal("lab 10737418240 web", string.Join(' ', Assert.Single(selected).Properties.Take(3).Select(property => property.Value)));
    }

    [Fact]
    public void A_record_of_another_process_shows_the_same()
    {
        var element =
            new StorageElement { Name = "db01", StorageServerName = "lab", SizeBytes = 10L << 30, SourceUuids = ["0a"], AccessGroupNames = ["web", "db"] };
        const string travelled = "[Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($record))";

        Assert.Equal(Render("$record | Out-Default", element), Render($"{travelled} | Out-Default", element));
        Assert.Equal(Render("$record | Format-List | Out-Default", element), Render($"{travelled} | Format-List | Out-Default", element));
    }

    [Fact]
    public void A_long_name_gets_the_width_there_is()
    {
        var element = new StorageElement { Name = "a-name-of-more-than-24-characters-in-all", StorageServerName = "lab", SizeBytes = 1L << 30 };

        Assert.Contains(element.Name, Render("$record | Out-Default", element), StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshots_and_clones_show_what_they_were_made_of_and_when()
    {
        var copy = new StorageElement
        {
            Name = "nightly",
            StorageServerName = "lab",
            SourceUuids = ["0a", "0b"],
            SourceNames = ["db01", ""], // the second one is gone
            CreatedAt = DateTimeOffset.UnixEpoch,
            SizeBytes = 1L << 30,
        };

        var table = Render("$record.PSTypeNames.Insert(0, 'StorageConnect.StorageElement#Copy'); $record | Out-Default", copy);

        Assert.Matches(@"Name +Source +Created +Size +Server\n", table);
        Assert.Matches(@"nightly +db01, 0b +19(70|69)-\d\d-\d\d \d\d:\d\d:\d\d +1 GiB +lab", table);
    }

    [Fact]
    public void No_view_has_a_script_that_constrained_language_mode_refuses() =>
        Assert.DoesNotContain(StagedViews(), view => view.Descendants("ScriptBlock").Any());

    [Fact]
    public void A_size_is_for_people_and_right_aligned_with_the_bytes_in_the_property()
    {
        var element = new StorageElement { Name = "db01", StorageServerName = "lab", SizeBytes = 10L << 30 };

        Assert.Matches(@" Size +State(.|\n)* 10 GiB Online", Render("$record | Out-Default", element));
        Assert.Equal(10L << 30, element.SizeBytes);
    }

    [Fact]
    public void States_are_coloured_as_the_style_says_and_the_columns_stay()
    {
        var element = new StorageElement { Name = "db01", StorageServerName = "lab", State = StorageElementState.Online, AccessGroupNames = ["web"] };

        var coloured = RenderRaw("$PSStyle.OutputRendering = 'Ansi'; $record | Out-Default", element);
        var plain = RenderRaw("$PSStyle.OutputRendering = 'PlainText'; $record | Out-Default", element);

        Assert.Contains("\e[32mOnline\e[0m", coloured, StringComparison.Ordinal);
        // The headings' own colours are the host's to show or not.
        Assert.Contains(" Online ", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[32m", plain, StringComparison.Ordinal);
        Assert.Equal(Colours().Replace(plain, ""), Colours().Replace(coloured, ""));
    }

    public void Dispose() => _session.Dispose();

    private static IEnumerable<XElement> StagedViews() =>
        Directory.EnumerateFiles(StagedModule.Folder, "*.format.ps1xml").Order().SelectMany(file => XDocument.Load(file).Descendants("View"));

    private string Render(string script, object record) => Colours().Replace(RenderRaw(script, record), "");

    private string RenderRaw(string script, object record)
    {
        var host = (RenderingHost)_session.Host!;
        var before = host.Text.Length;
        var outcome = _session.Invoke(script, ("record", record));
        Assert.Empty(outcome.Errors);
        return host.Text[before..];
    }

    // Ideographs take two columns.
    private static int Columns(string line) => line.Sum(sign => sign is >= '\u2e80' and <= '\uffef' ? 2 : 1);

    [GeneratedRegex("""\e\[[0-9;]*m""")]
    private static partial Regex Colours();
}
