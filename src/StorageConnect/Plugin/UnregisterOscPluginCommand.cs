using System.Management.Automation;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Commands;

/// <summary>
/// Removes a plug-in that was registered for this user or for all users. Servers that need it can't be used until there is a compatible one again.
/// </summary>
[Cmdlet(VerbsLifecycle.Unregister, "OscPlugin", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class UnregisterOscPluginCommand : OscCmdlet
{
    /// <summary>The plug-in, by its name or class name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ChoosesNames(One = true, Of = nameof(OscPlugin))]
    [ArgumentCompleter(typeof(PluginCompleter))]
    public string Name { get; set; } = "";

    /// <summary>Which version; needed when there are several.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ChoosesNames(One = true)]
    public string? Version { get; set; }

    /// <summary>Which class; needed when several plug-ins have the name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ChoosesNames(One = true)]
    public string? ClassName { get; set; }

    /// <summary>Which one by its assembly or folder, as Get-OscPlugin shows it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Path { get; set; }

    private protected override void Process() => Try(Name, () =>
    {
        var all = Run(_ => Task.FromResult(Engine.Plugins.GetAll()));
        var plugin = Select(all);
        Engine.Plugins.CheckRemovable(plugin);
        var others = Engine.Plugins.GetOthersInFolder(plugin);
        var target = string.Join(" and ", others.Prepend(plugin).Select(each => $"{each.Name} {each.Version}".TrimEnd()));
        if (ShouldProcess(target, others.Count > 0 ? "Unregister plug-ins, which are in one folder" : "Unregister plug-in"))
        {
            if (others.Count > 0)
            {
                WriteWarning($"Unregistered together, because they are in one folder: {target}.");
            }

            Engine.Plugins.Remove(plugin);
        }
    });

    private OscPlugin Select(IReadOnlyList<OscPlugin> all)
    {
        bool IsName(string text) => string.Equals(text, Name, StringComparison.OrdinalIgnoreCase);
        bool IsMeant(OscPlugin plugin) => (IsName(plugin.Name) || IsName(plugin.ClassName))
            && (Version is null || plugin.Version == Version)
            && (ClassName is null || plugin.ClassName == ClassName)
            && (Path is null || plugin.Path == Path || System.IO.Path.GetDirectoryName(plugin.Path) == Path.TrimEnd('/'));

        var meant = all.Where(IsMeant).ToList();
        // This user's plug-in comes before all users'. One of the module with the same name can't be unregistered.
        var own = meant.GroupBy(plugin => plugin.Origin).MinBy(group => group.Key switch
        {
            PluginOrigin.User => 0,
            PluginOrigin.System => 1,
            _ => 2,
        })?.ToList() ?? [];
        return own switch
        {
            [var plugin] => plugin,
            [] => throw (Version is null ? PluginErrors.PluginNotFound(Name, all.Select(plugin => plugin.Name)) : PluginErrors.PluginNotFound(Name, Version)),
            var several when several.DistinctBy(plugin => plugin.ClassName).Count() > 1
                => throw PluginErrors.PluginNameAmbiguous(Name, several.Select(plugin => plugin.ClassName).Distinct()),
            var several => throw PluginErrors.PluginVersionNeeded(Name, several.Select(plugin => plugin.Version)),
        };
    }
}
