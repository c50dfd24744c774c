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
        foreach (var array in Servers is null && Engine.GetUsableArrays().Count == 0 ? [] : Arrays(WriteFailure))
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
            WriteFailure(e, array.Name, array.Server);
        }
    }

    // The entry of a registered server is damaged.
    private void WriteFailure(StorageConnectException error) => WriteFailure(error, error.Element!, error.Element!);

    private void WriteFailure(StorageConnectException error, string server, object target)
    {
        if (Detailed)
        {
            WriteObject(new OscServerTest
            {
                StorageServerName = server,
                ErrorId = error.ErrorId,
                Reason = error.Message,
                Recommendation = error.Recommendation,
            });
        }
        else
        {
            WriteError(error, target);
            WriteObject(false);
        }
    }
}
