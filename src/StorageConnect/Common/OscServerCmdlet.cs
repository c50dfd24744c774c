using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that works on one server: the one named, the one a piped object belongs to, or the only one registered.</summary>
public abstract class OscServerCmdlet : OscCmdlet
{
    /// <summary>The server, by name, Uuid or object. May be left out when one is registered, or when the input tells it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public StorageServerIdentity? StorageServer { get; set; }

    private protected StorageArray Array => StorageServer is { } server ? Engine.GetArray(server.Key) : Engine.GetDefaultArray();

    /// <summary>The array an identity belongs to: its own server if it tells one, else the command's.</summary>
    private protected StorageArray ArrayOf(RecordIdentity identity) => identity.ServerUuid is { } uuid ? Engine.GetArray(uuid) : Array;
}
