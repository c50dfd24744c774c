using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Sets LUNs and clones online (guide: online). Their presentation doesn't change.</summary>
[Cmdlet(VerbsLifecycle.Enable, "OscStorageElement", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(StorageElement))]
public sealed class EnableOscStorageElementCommand : StorageElementCmdlet
{
    /// <summary>Return the element as it is now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process(StorageArray array, StorageElement element)
    {
        if (ShouldChange(array, Describe(element.Name, array), "Set online", token => array.OnlineAsync(element, token)))
        {
            Run(token => array.OnlineAsync(element, token));
            if (PassThru)
            {
                WriteObject(Run(token => array.GetInfoAsync(element, token)));
            }
        }
    }
}
