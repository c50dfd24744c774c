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
    /// <summary>The plug-in, by its record, its name or its class name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Chooses<OscPluginIdentity>(One = true)]
    [Alias("InputObject")]
    [ArgumentCompleter(typeof(PluginCompleter))]
    public OscPluginIdentity Name { get; set; } = null!;

    /// <summary>Which version; needed when there are several.</summary>
    [Parameter(Position = 1)]
    [ChoosesNames(One = true)]
    public string? Version { get; set; }

    /// <summary>Which class; needed when several plug-ins have the name.</summary>
    [Parameter]
    [ChoosesNames(One = true)]
    public string? ClassName { get; set; }

    /// <summary>Which one by its assembly or folder, as Get-OscPlugin shows it.</summary>
    [Parameter]
    [ChoosesNames(One = true)]
    public string? Path { get; set; }

    private protected override void Process() => Try(Name.Key, () =>
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
        var (name, version, className, path) = (Name.Key, Version ?? Name.Version, ClassName ?? Name.ClassName, Path ?? Name.Path);
        bool IsName(string text) => string.Equals(text, name, StringComparison.OrdinalIgnoreCase);
        bool IsMeant(OscPlugin plugin) => (IsName(plugin.Name) || IsName(plugin.ClassName))
            && (version is null || plugin.Version == version)
            && (className is null || plugin.ClassName == className)
            && (path is null || plugin.Path == path || System.IO.Path.GetDirectoryName(plugin.Path) == path.TrimEnd('/'));

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
            [] => throw (version is null ? PluginErrors.PluginNotFound(name, all.Select(plugin => plugin.Name)) : PluginErrors.PluginNotFound(name, version)),
            var several when several.DistinctBy(plugin => plugin.ClassName).Count() > 1
                => throw PluginErrors.PluginNameAmbiguous(name, several.Select(plugin => plugin.ClassName).Distinct()),
            var several => throw PluginErrors.PluginVersionNeeded(name, several.Select(plugin => plugin.Version)),
        };
    }
}
