using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Shows how many thin clones there can be, of an element or in total (guide: getCloneLimits).</summary>
[Cmdlet(VerbsCommon.Get, "OscCloneLimit")]
[OutputType(typeof(OscLimit))]
public sealed class GetOscCloneLimitCommand : OscElementQueryCmdlet
{
    private protected override void Query(StorageArray array, StorageElement? element) =>
        WriteObject(OscLimit.From(array.Name, element?.Name, Run(token => array.GetCloneLimitsAsync(element, token))));
}
