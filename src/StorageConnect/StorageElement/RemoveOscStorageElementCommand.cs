using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Removes LUNs and clones with their data (guide: remove). Never one that is presented or has snapshots.</summary>
[Cmdlet(VerbsCommon.Remove, "OscStorageElement", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveOscStorageElementCommand : StorageElementCmdlet
{
    private protected override void Process(StorageArray array, StorageElement element)
    {
        if (ShouldChange(
            array,
            Describe(element.Name, array),
            "Remove storage element with its data",
            token => array.RemoveAsync(element, token),
            new() { WithoutSnapshots = element }))
        {
            Change(array, token => array.RemoveAsync(element, token), element.Uuid);
        }
    }
}
