using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Removes a plug-in that this user registered. Servers that need it can't be used until there is a compatible one again.</summary>
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

    private protected override void Process() => Try(Name, () =>
    {
        bool IsName(string text) => string.Equals(text, Name, StringComparison.OrdinalIgnoreCase);

        var all = Run(_ => Task.FromResult(Engine.Plugins.GetAll()));
        var meant = all
            .Where(plugin => (IsName(plugin.Name) || IsName(plugin.ClassName)) && (Version is null || plugin.Version == Version))
            .ToList();
        switch (meant)
        {
            case [var plugin]:
                if (ShouldProcess($"{plugin.Name} {plugin.Version}", "Unregister plug-in"))
                {
                    Engine.Plugins.Remove(plugin);
                }

                break;
            case []:
                throw Version is null ? PluginErrors.PluginNotFound(Name, all.Select(plugin => plugin.Name)) : PluginErrors.PluginNotFound(Name, Version);
            default:
                throw PluginErrors.PluginVersionNeeded(Name, meant.Select(plugin => plugin.Version));
        }
    });
}
