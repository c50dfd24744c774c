using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Sets LUNs and clones offline (guide: offline). Their presentation doesn't change.</summary>
[Cmdlet(VerbsLifecycle.Disable, "OscStorageElement", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StorageElement))]
public sealed class DisableOscStorageElementCommand : StorageElementCmdlet
{
    /// <summary>Return the element as it is now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process(StorageArray array, StorageElement element)
    {
        if (ShouldChange(array, Describe(element.Name, array), "Set offline", token => array.OfflineAsync(element, token)))
        {
            Run(token => array.OfflineAsync(element, token));
            if (PassThru)
            {
                WriteObject(Run(token => array.GetInfoAsync(element, token)));
            }
        }
    }
}
