namespace StorageConnect.Host.Fitness;

/// <summary>The reply to <c>show config local</c>: sections with their settings.</summary>
internal sealed class MultipathConfig
{
    private readonly List<Section> _sections = [];

    private MultipathConfig()
    {
    }

    /// <summary>Reads a line <c>name value</c> or <c>name "value"</c> each, and sections in braces.</summary>
    public static MultipathConfig Parse(string text)
    {
        var config = new MultipathConfig();
        var open = new Stack<Section>();
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            if (line.EndsWith('{'))
            {
                open.Push(new(string.Join('/', open.Select(section => section.Path).Take(1).Append(line.TrimEnd('{').TrimEnd()))));
                config._sections.Add(open.Peek());
            }
            else if (line == "}")
            {
                open.TryPop(out _);
            }
            else if (!line.StartsWith('#') && open.TryPeek(out var section) && line.Split(' ', 2) is [var name, var value])
            {
                section.Settings[name] = value.Trim().Trim('"');
            }
        }

        return config;
    }

    /// <summary>The effective values of a setting, each with its section: a more specific section overrides a more general one.</summary>
    /// <remarks>multipaths before overrides before devices before defaults. A value that overrides hide has no effect.</remarks>
    public IReadOnlyList<(string Where, string? Value)> InForce(Func<IReadOnlyDictionary<string, string>, string?> read)
    {
        var found = new List<(string, string?)>();
        found.AddRange(Set("multipaths/multipath", section => $"multipath {section.GetValueOrDefault("wwid")}"));
        var overrides = Set("overrides", _ => "overrides").ToList();
        found.AddRange(overrides);
        if (overrides.Count == 0)
        {
            found.AddRange(Set("devices/device", section => $"device {section.GetValueOrDefault("vendor")} {section.GetValueOrDefault("product")}"));
            found.Add(("defaults", _sections.Where(section => section.Path == "defaults").Select(section => read(section.Settings))
                .LastOrDefault(value => value is not null)));
        }

        return found;

        IEnumerable<(string, string?)> Set(string path, Func<IReadOnlyDictionary<string, string>, string> name) =>
            from section in _sections
            where section.Path == path
            let value = read(section.Settings)
            where value is not null
            select (name(section.Settings), value);
    }

    private sealed record Section(string Path)
    {
        public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);
    }
}
