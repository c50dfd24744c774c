using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>
/// Attaches LUNs and clones to this host: presents them to it, logs in to their targets, and returns each one's device when its identity was checked
/// on every path. A failure is rolled back; an interrupted run is completed when it is repeated.
/// </summary>
[Cmdlet(VerbsCommunications.Connect, "OscStorageElement", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(OscDevice))]
public sealed class ConnectOscStorageElementCommand : ParallelElementCmdlet
{
    /// <summary>The access groups to present them to. By default the group with this host's initiator.</summary>
    [Parameter(Position = 1)]
    [Chooses<AccessGroupIdentity>]
    [ArgumentCompleter(typeof(AccessGroupCompleter))]
    public AccessGroupIdentity[]? AccessGroup { get; set; }

    private protected override string Work => "Attaching an element";

    private protected override void Process(StorageArray array, StorageElement element)
    {
        var groups = AccessGroupIdentity.NamesFor(AccessGroup, array, element);
        var host = ModuleEngine.Host;
        if (ShouldChange(array, Describe(element.Name, array), "Attach to this host", token => host.CheckAttachAsync(array, element, groups, token),
            new() { AccessGroups = groups }))
        {
            Begin(element, async (warn, token) => await host.AttachAsync(array, element, groups, warn, token));
        }
    }
}
