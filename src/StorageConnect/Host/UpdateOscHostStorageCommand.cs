using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Makes this host notice elements that were presented, withdrawn or resized (guide: refresh).</summary>
/// <remarks>Without a plug-in's own way, all LUNs of the server's kind appear. Connect-OscStorageElement brings the one that is asked for.</remarks>
[Cmdlet(VerbsData.Update, "OscHostStorage", SupportsShouldProcess = true, DefaultParameterSetName = ServerSet)]
[OutputType(typeof(void))]
public sealed class UpdateOscHostStorageCommand : OscServerQueryCmdlet
{
    private protected override void Ask(StorageArray array)
    {
        if (ShouldProcess(array.Name, "Look for its LUNs on this host"))
        {
            Run(array.RefreshAsync);
        }
    }
}
