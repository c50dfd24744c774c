using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that asks one server, several, or all that are registered.</summary>
public abstract class OscQueryCmdlet : OscCmdlet
{
    private protected const string ServerSet = "Server";

    /// <summary>The servers to ask, by name, Uuid or object. All registered ones when left out.</summary>
    [Parameter(ParameterSetName = ServerSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public StorageServerIdentity[]? StorageServer { get; set; }

    private protected IReadOnlyList<StorageArray> Arrays =>
        StorageServer is { } servers ? [.. servers.Select(server => Engine.GetArray(server.Key))]
        : Engine.GetArrays() is { Count: > 0 } all ? all
        : [Engine.GetDefaultArray()];

    /// <summary>The array an identity belongs to: its own server if it tells one, else the only one registered.</summary>
    private protected static StorageArray ArrayOf(RecordIdentity identity) =>
        identity.ServerUuid is { } uuid ? Engine.GetArray(uuid) : Engine.GetDefaultArray();
}
