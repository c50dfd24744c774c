using System.Management.Automation;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Commands;

/// <summary>Shows the installed plug-ins, usable or not, and the problems of those that aren't.</summary>
[Cmdlet(VerbsCommon.Get, "OscPlugin")]
[OutputType(typeof(OscPlugin))]
public sealed class GetOscPluginCommand : OscCmdlet
{
    /// <summary>Names, wildcards allowed: the descriptor's name or the class name.</summary>
    [Parameter(Position = 0)]
    [ChoosesNames(Of = nameof(OscPlugin))]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PluginCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only plug-ins with all of these abilities.</summary>
    [Parameter]
    [ChoosesValues<AbilityKey>]
    public AbilityKey[] Ability { get; set; } = [];

    /// <summary>
    /// Show all properties of each: descriptor, abilities, where it was found, the API revision it is called with, its problem. This loads
    /// the plug-ins and runs their constructors; without it their files are read and none of their code runs.
    /// </summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    private protected override void Process()
    {
        var all = Run(_ => Task.FromResult(Engine.Plugins.GetAll(load: Detailed)));
        var written = new HashSet<OscPlugin>();
        foreach (var filter in NamePattern.From(Name))
        {
            var found = all.Where(plugin => filter.Matches(plugin.Name) || filter.Matches(plugin.ClassName)
                || string.Equals(plugin.Name, filter.Literal, StringComparison.OrdinalIgnoreCase)).ToList();
            // Names may overlap, as in 'Local, L*'.
            WriteObject(found.Where(plugin => IsAble(plugin) && written.Add(plugin)).Select(Shown), enumerateCollection: true);
            if (found.Count == 0 && filter.Literal is not null)
            {
                WriteError(PluginErrors.PluginNotFound(filter.Text, all.Select(plugin => plugin.Name)), filter.Text);
            }
        }
    }

    private bool IsAble(OscPlugin plugin) =>
        Ability.All(key => plugin.Ability?[key] is StorageConnect.Ability.Yes or StorageConnect.Ability.Online or StorageConnect.Ability.Offline);

    /// <summary>The same object; its first type name selects the view.</summary>
    private object Shown(OscPlugin plugin)
    {
        if (!Detailed)
        {
            return plugin;
        }

        var shown = new PSObject(plugin);
        shown.TypeNames.Insert(0, $"{typeof(OscPlugin).FullName}#Detailed");
        return shown;
    }
}
