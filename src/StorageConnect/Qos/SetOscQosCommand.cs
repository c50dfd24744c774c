using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Changes the quality of service of LUNs and clones (guide: setQoS).</summary>
[Cmdlet(VerbsCommon.Set, "OscQos", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(StorageElement))]
public sealed class SetOscQosCommand : StorageElementCmdlet
{
    /// <summary>The value, from Get-OscQos.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [OneValue]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(QosCompleter))]
    public string Qos { get; set; } = "";

    /// <summary>Return the element as it is now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process(StorageArray array, StorageElement element)
    {
        if (ShouldChange(array, Describe(element.Name, array), $"Set quality of service to {Qos}",
            token => array.SetQosAsync(element, Qos, token), new() { Qos = Qos }))
        {
            Run(token => array.SetQosAsync(element, Qos, token));
            if (PassThru)
            {
                WriteObject(Run(token => array.GetInfoAsync(element, token)));
            }
        }
    }
}
