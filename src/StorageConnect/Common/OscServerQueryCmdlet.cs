using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that asks servers for something of their own.</summary>
public abstract class OscServerQueryCmdlet : OscQueryCmdlet
{
    /// <summary>The servers to ask, by name, Uuid or object. All registered ones when left out.</summary>
    [Parameter(ParameterSetName = ServerSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public StorageServerIdentity[]? StorageServer { get; set; }

    private protected sealed override StorageServerIdentity[]? Servers => StorageServer;
}
