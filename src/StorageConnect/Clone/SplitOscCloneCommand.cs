using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Makes clones share no block with any other element (guide: splitClone). Each becomes a LUN.</summary>
[Cmdlet(VerbsCommon.Split, "OscClone", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(StorageElement), typeof(OscOperation))]
public sealed class SplitOscCloneCommand : StorageElementCmdlet
{
    /// <summary>Return the element as it is now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Don't wait: return the operation at once, for Wait-OscOperation.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private protected override void Process(StorageArray array, StorageElement element)
    {
        if (ShouldChange(array, Describe(element.Name, array), "Split from all it shares blocks with", token => array.SplitCloneAsync(element, token),
            new() { Splittable = element }))
        {
            Begin(array, OscOperationKind.Split, token => array.SplitCloneAsync(element, token), NoWait, writeResult: PassThru);
        }
    }
}
