using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that makes something new on a server: the one named or piped, the one a piped record belongs to, or the only one registered.</summary>
public abstract class PipedServerCmdlet : OscCmdlet
{
    /// <summary>The server, by name, Uuid or object. May be left out when one is registered, or when the input tells it.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public StorageServerIdentity? StorageServer { get; set; }

    private protected StorageArray Array => StorageServer is { } server ? Engine.GetArray(server.Key) : Engine.GetDefaultArray();
}
