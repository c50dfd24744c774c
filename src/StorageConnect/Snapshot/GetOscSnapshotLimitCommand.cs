using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Shows how many snapshots there can be, of an element or in total (guide: getSnapLimits).</summary>
[Cmdlet(VerbsCommon.Get, "OscSnapshotLimit")]
[OutputType(typeof(OscLimit))]
public sealed class GetOscSnapshotLimitCommand : OscElementQueryCmdlet
{
    private protected override void Query(StorageArray array, StorageElement? element) =>
        WriteObject(OscLimit.From(array.Name, element?.Name, Run(token => array.GetSnapLimitsAsync(element, token))));
}
