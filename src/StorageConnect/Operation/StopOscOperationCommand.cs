using System.Management.Automation;
using StorageConnect.Engine.Operations;

namespace StorageConnect.Commands;

/// <summary>Makes the array stop an operation and remove its partial result, where the plug-in supports that.</summary>
[Cmdlet(VerbsLifecycle.Stop, "OscOperation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(OscOperation))]
public sealed class StopOscOperationCommand : OperationCmdlet
{
    /// <summary>Return the stopped operation.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process(OscOperationIdentity identity)
    {
        if (IsWhatIf && Run(token => Engine.Operations.QueryAsync(identity.Key, token)) is { Operation: { State: not OscOperationState.Running } ended })
        {
            throw OperationErrors.OperationEnded(identity.Key, ended);
        }

        if (ShouldProcess(Describe(identity), "Stop, and take back what it has half made"))
        {
            var stopped = Run(token => Engine.Operations.StopAsync(identity.Key, token));
            if (PassThru)
            {
                WriteObject(stopped);
            }
        }
    }
}
