using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that queries servers.</summary>
public abstract class OscServerQueryCmdlet : OscQueryCmdlet
{
    /// <summary>The servers to query, by name, Uuid or object. By default all registered ones.</summary>
    [Parameter(Position = 0, ParameterSetName = ServerSet)]
    [Chooses<StorageServerIdentity>]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public override StorageServerIdentity[]? StorageServer { get; set; }

    /// <summary>The servers to query, from the pipeline. They take precedence over a default of -StorageServer.</summary>
    [Parameter(ParameterSetName = ServerSet, ValueFromPipeline = true)]
    [Chooses<StorageServerIdentity>]
    public StorageServerIdentity[]? InputObject { get; set; }

    private protected override StorageServerIdentity[]? Servers => InputObject ?? StorageServer;

    private protected override StorageArray Get(StorageServerIdentity server) =>
        InputObject is null ? base.Get(server) : OwnArray(server.Key, server.Key, StorageServer);

    private protected override void Process()
    {
        foreach (var array in Arrays())
        {
            Try(array.Server, () => Query(array));
        }
    }

    private protected abstract void Query(StorageArray array);
}
