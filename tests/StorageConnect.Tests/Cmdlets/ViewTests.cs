using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using StorageConnect.Tests.Recording;
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

    [Fact]
    public void Lists_show_in_strict_mode_too()
    {
        // Format-List is not at hand in a bare engine: with the lists alone, they are what is shown.
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "lists.format.ps1xml");
        var lists = StagedViews().Where(view => view.Element("ListControl") is not null).ToList();
        new XDocument(new XElement("Configuration", new XElement("ViewDefinitions", lists))).Save(file);
        var host = new RenderingHost(Width);
        using var session = new ModuleSession(host, file);

        Assert.All(lists, list =>
        {
            var name = list.Descendants("TypeName").First().Value;
            var outcome = session.Invoke("Set-StrictMode -Version Latest; $record | Out-Default",
                ("record", Specimen.Of(OutputTypes.Single(type => type.FullName == name))));

            Assert.Empty(outcome.Errors);
        });
        Assert.Contains("(9223372036854775807 bytes)", host.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_is_for_people_and_right_aligned_with_the_bytes_in_the_property()
    {
        var element = new StorageElement { Name = "db01", StorageServerName = "lab", SizeBytes = 10L << 30 };

        Assert.Contains("      10 GiB Online", Render("$record | Out-Default", element), StringComparison.Ordinal);
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
