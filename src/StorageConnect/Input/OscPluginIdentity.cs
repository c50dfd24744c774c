using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>A plug-in: by its name or class name, or by its record.</summary>
public sealed class OscPluginIdentity : RecordIdentity, IRecordIdentity<OscPluginIdentity>
{
    /// <summary>By name or class name.</summary>
    public OscPluginIdentity(string name)
        : base(name) => IsText = true;

    /// <summary>By its record.</summary>
    public OscPluginIdentity(OscPlugin plugin)
        : this(new GivenObject(plugin), plugin.Name)
    {
    }

    /// <summary>By a deserialized record or a row.</summary>
    public OscPluginIdentity(PSObject plugin)
        : this(new GivenObject(plugin), FromRow<OscPluginIdentity>(plugin).Key)
    {
    }

    private OscPluginIdentity(GivenObject given, string name)
        : base(name) => (Version, ClassName, Path) = (given[nameof(Version)], given[nameof(ClassName)], given[nameof(Path)]);

    /// <inheritdoc/>
    static string IRecordIdentity<OscPluginIdentity>.Wanted => "a plug-in: its record (Get-OscPlugin), its name or its class name";

    /// <summary>Of a record: its version.</summary>
    internal string? Version { get; }

    /// <summary>Of a record: its class.</summary>
    internal string? ClassName { get; }

    /// <summary>Of a record: its assembly or folder.</summary>
    internal string? Path { get; }

    static OscPluginIdentity? IRecordIdentity<OscPluginIdentity>.From(GivenObject given) =>
        given.Text is { } text ? new(text)
        : given.RecordType == nameof(OscPlugin) && given[nameof(OscPlugin.Name)] is { } name ? new(given, name)
        : null;
}
