using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Makes this host detect elements that were presented, withdrawn or resized (guide: refresh).</summary>
/// <remarks>Where the plug-in has no method of its own, all LUNs of the storage type appear. Connect-OscStorageElement attaches a single one.</remarks>
[Cmdlet(VerbsData.Update, "OscHostStorage", SupportsShouldProcess = true, DefaultParameterSetName = ServerSet)]
[OutputType(typeof(void))]
public sealed class UpdateOscHostStorageCommand : OscServerQueryCmdlet
{
    private protected override void Query(StorageArray array)
    {
        if (ShouldChange(array, array.Name, "Scan for its LUNs on this host", array.RefreshAsync))
        {
            Run(array.RefreshAsync);
        }
    }
}
