using System.Management.Automation;
using StorageConnect.Engine.Operations;

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
        if (IsWhatIf && !Force && Run(token =>
            Engine.Operations.QueryAsync(identity.Key, token)) is { Operation: { State: OscOperationState.Running } running })
        {
            throw OperationErrors.OperationRunning(identity.Key, running);
        }

        if (ShouldProcess(Describe(identity), "Forget"))
        {
            Run(token => Engine.Operations.RemoveAsync(identity.Key, Force, token));
        }
    }
}
