using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Validates registered servers again (guide: validate).</summary>
[Cmdlet(VerbsDiagnostic.Test, "OscStorageServer", DefaultParameterSetName = ServerSet)]
[OutputType(typeof(bool), typeof(OscServerTest))]
public sealed class TestOscStorageServerCommand : OscServerQueryCmdlet
{
    /// <summary>The servers, by name, Uuid or object. All registered ones when left out.</summary>
    [Parameter(Position = 0, ParameterSetName = ServerSet)]
    [Chooses<StorageServerIdentity>]
    [Alias("StorageServerUuid", "StorageServerName", "Name")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public override StorageServerIdentity[]? StorageServer { get; set; }

    /// <summary>Return an object with the reason in place of a Boolean and an error.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    private protected override void Process()
    {
        foreach (var array in Servers is null ? Engine.GetArrays() : Arrays())
        {
            Query(array);
        }
    }

    private protected override void Query(StorageArray array)
    {
        try
        {
            Run(array.ValidateAsync);
            WriteObject(Detailed ? new OscServerTest { StorageServerName = array.Name, Passed = true } : true);
        }
        catch (StorageConnectException e)
        {
            if (Detailed)
            {
                WriteObject(new OscServerTest { StorageServerName = array.Name, ErrorId = e.ErrorId, Reason = e.Message, Recommendation = e.Recommendation });
            }
            else
            {
                WriteError(e, array.Server);
                WriteObject(false);
            }
        }
    }
}
