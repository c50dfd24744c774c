using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Shows the status of arrays or elements (guide: getStatus).</summary>
[Cmdlet(VerbsCommon.Get, "OscStatus")]
[OutputType(typeof(OscStatus))]
public sealed class GetOscStatusCommand : OscElementQueryCmdlet
{
    private protected override void Query(StorageConnect.Engine.Arrays.StorageArray array, StorageElement? element) => WriteObject(new OscStatus
    {
        StorageServerName = array.Name,
        StorageElementName = element?.Name,
        Status = Run(token => array.GetStatusAsync(element, token)),
    });
}
