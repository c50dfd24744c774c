using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>
/// Detaches LUNs and clones from this host: refuses while in use, naming the user; else removes the device, logs out of sessions that carry nothing
/// else, and last makes the array stop presenting them to this host.
/// </summary>
[Cmdlet(VerbsCommunications.Disconnect, "OscStorageElement", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StorageElement))]
public sealed class DisconnectOscStorageElementCommand : ParallelElementCmdlet
{
    /// <summary>The access groups to stop presenting them to. By default those with this host and no other.</summary>
    [Parameter(Position = 1)]
    [Chooses<AccessGroupIdentity>]
    [ArgumentCompleter(typeof(AccessGroupCompleter))]
    public AccessGroupIdentity[]? AccessGroup { get; set; }

    /// <summary>Leave them presented.</summary>
    [Parameter]
    public SwitchParameter KeepAccess { get; set; }

    /// <summary>Return the elements as they are then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string Work => "Detaching an element";

    private protected override void Process(StorageArray array, StorageElement element)
    {
        var groups = AccessGroupIdentity.NamesFor(AccessGroup, array, element);
        var host = ModuleEngine.Host;
        if (ShouldChange(array, Describe(element.Name, array), "Detach from this host", token => host.CheckDetachAsync(array, element, KeepAccess, token),
            new() { AccessGroups = groups }))
        {
            Begin(element, async (warn, token) =>
            {
                await host.DetachAsync(array, element, groups, KeepAccess, warn, token);
                return PassThru ? await array.GetInfoAsync(element, token) : null;
            });
        }
    }
}
