using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Shows what arrays can do at this moment (guide: getCapabilities), or what a plug-in supports in general.</summary>
[Cmdlet(VerbsCommon.Get, "OscCapability", DefaultParameterSetName = ServerSet)]
[OutputType(typeof(Capabilities))]
public sealed class GetOscCapabilityCommand : OscServerQueryCmdlet
{
    /// <summary>A plug-in, by its name or class name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Plugin")]
    [ChoosesNames(One = true, Of = nameof(OscPlugin), Property = nameof(OscPlugin.ClassName))]
    [ArgumentCompleter(typeof(PluginCompleter))]
    public string Plugin { get; set; } = "";

    private protected override void Process()
    {
        if (ParameterSetName != ServerSet)
        {
            Try(Plugin, () => WriteObject(Engine.Plugins.GetAbility(Plugin)));
            return;
        }

        base.Process();
    }

    private protected override void Query(StorageArray array)
    {
        var capabilities = new PSObject(Run(array.GetCapabilitiesAsync));
        capabilities.Properties.Add(new PSNoteProperty(nameof(StorageElement.StorageServerName), array.Name));
        WriteObject(capabilities);
    }
}
