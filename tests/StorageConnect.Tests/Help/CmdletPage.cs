namespace StorageConnect.Tests.Help;

/// <summary>A page of docs/cmdlets, in the schema of PlatyPS 1.x, which Update-Help.ps1 keeps.</summary>
internal sealed class CmdletPage
{
    private readonly Dictionary<string, string> _sections;

    private CmdletPage(string file)
    {
        Name = Path.GetFileNameWithoutExtension(file);
        _sections = Split(File.ReadAllText(file), "## ").ToDictionary(section => section.Title, section => section.Text);
        Synopsis = _sections["SYNOPSIS"];
        Description = _sections["DESCRIPTION"];
        ParameterSets = [.. Split(_sections["SYNTAX"], "### ").Select(section => section.Title)];
        Examples = [.. Split(_sections["EXAMPLES"], "### ").Select(section => new CmdletExample(Name, section.Title, section.Text))];
        Parameters = [.. Split(_sections["PARAMETERS"], "### -").Where(section => section.Title != "CommonParameters")
            .Select(section => new ParameterEntry(section.Title, section.Text))];
        Inputs = Types("INPUTS");
        Outputs = Types("OUTPUTS");
    }

    public static string Folder { get; } = Path.Combine(StagedModule.Root, "docs", "cmdlets");

    public static IReadOnlyList<CmdletPage> All { get; } =
        [.. Directory.GetFiles(Folder, "*-*.md").Order(StringComparer.Ordinal).Select(file => new CmdletPage(file))];

    public string Name { get; }

    public string Synopsis { get; }

    public string Description { get; }

    /// <summary>Their names, the default one marked.</summary>
    public IReadOnlyList<string> ParameterSets { get; }

    public IReadOnlyList<CmdletExample> Examples { get; }

    public IReadOnlyList<ParameterEntry> Parameters { get; }

    /// <summary>Type names and what is said of each.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; }

    /// <summary>Type names and what is said of each.</summary>
    public IReadOnlyDictionary<string, string> Outputs { get; }

    public string Aliases => _sections["ALIASES"];

    public IEnumerable<string> Links => _sections["RELATED LINKS"].Split('\n').Where(line => line.StartsWith("- [", StringComparison.Ordinal))
        .Select(line => line[3..line.IndexOf(']', StringComparison.Ordinal)]);

    public static IEnumerable<(string Title, string Text)> Split(string text, string heading) =>
        ("\n" + text).Split("\n" + heading).Skip(1).Select(part => part.Split('\n', 2)).Select(part => (part[0].Trim(), part[1].Trim()));

    private Dictionary<string, string> Types(string section) => Split(_sections[section], "### ").ToDictionary(type => type.Title, type => type.Text);
}

/// <summary>An example of a page: commands, and what they are for.</summary>
internal sealed class CmdletExample
{
    public CmdletExample(string cmdlet, string title, string text)
    {
        Cmdlet = cmdlet;
        Title = title;
        var parts = text.Split("```");
        Code = parts.Length == 3 && parts[1].StartsWith("powershell\n", StringComparison.Ordinal) ? parts[1]["powershell\n".Length..].Trim() : "";
        Explanation = parts[^1].Trim();
    }

    public string Cmdlet { get; }

    public string Title { get; }

    public string Code { get; }

    public string Explanation { get; }
}

/// <summary>A parameter of a page: what is said of it, and the facts that the cmdlet declares.</summary>
internal sealed class ParameterEntry
{
    public ParameterEntry(string name, string text)
    {
        Name = name;
        var parts = text.Split("```");
        Description = parts[0].Trim();
        Facts = parts[1]["yaml\n".Length..].Trim().Split('\n');
    }

    public string Name { get; }

    public string Description { get; }

    /// <summary>The YAML, line by line.</summary>
    public IReadOnlyList<string> Facts { get; }
}
