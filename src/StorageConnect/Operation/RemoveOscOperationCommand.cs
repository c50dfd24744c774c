using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Forgets operations that have ended. What they made stays on the array.</summary>
[Cmdlet(VerbsCommon.Remove, "OscOperation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveOscOperationCommand : OperationCmdlet
{
    /// <summary>Also one that still runs (the array goes on with it), that can't be read, or whose array can't be asked.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void Process(OscOperationIdentity identity)
    {
        if (IsWhatIf)
        {
            Run(token => Engine.Operations.CheckRemovableAsync(identity.Key, Force, token));
        }

        if (ShouldProcess(Describe(identity), "Forget"))
        {
            Run(token => Engine.Operations.RemoveAsync(identity.Key, Force, token));
        }
    }
}
