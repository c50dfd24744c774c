using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that makes something new on a server. Names can be piped, rows with the values of its parameters, or the server.</summary>
public abstract class NewCmdlet : OscServerCmdlet
{
    private protected const string NameSet = "Name";
    private protected const string ServerSet = "Server";

    /// <summary>The server, by name, Uuid or object. May be left out when one is registered, or when the input tells it.</summary>
    [Parameter(ParameterSetName = NameSet, ValueFromPipelineByPropertyName = true)]
    [Chooses<StorageServerIdentity>(One = true)]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public override StorageServerIdentity? StorageServer { get; set; }

    /// <summary>The server, from the pipeline.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ServerSet, ValueFromPipeline = true)]
    [ChoosesPipedServer(One = true)]
    [Alias("Server")]
    public StorageServerIdentity InputObject { get; set; } = null!;

    private protected StorageArray Target => ParameterSetName == ServerSet ? Engine.GetArray(InputObject.Key) : Array;
}
