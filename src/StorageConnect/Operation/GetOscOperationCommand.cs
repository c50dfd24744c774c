using System.Management.Automation;
using StorageConnect.Engine.Operations;

namespace StorageConnect.Commands;

/// <summary>Shows this user's operations, each as its array reports it at this moment (guide: getAsyncProgress).</summary>
[Cmdlet(VerbsCommon.Get, "OscOperation")]
[OutputType(typeof(OscOperation))]
public sealed class GetOscOperationCommand : OscQueryCmdlet
{
    private readonly HashSet<string> _unreachable = [];

    /// <summary>The operations, by Id or as objects, which may be old. By default all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Chooses<OscOperationIdentity>]
    [Alias("InputObject")]
    [ArgumentCompleter(typeof(OperationCompleter))]
    public OscOperationIdentity[]? Id { get; set; }

    /// <summary>Only those on these servers, by name, Uuid or object.</summary>
    [Parameter]
    [Chooses<StorageServerIdentity>]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public override StorageServerIdentity[]? StorageServer { get; set; }

    /// <summary>Only those with this state now.</summary>
    [Parameter]
    [ChoosesValues<OscOperationState>]
    public OscOperationState[]? State { get; set; }

    /// <summary>Also the operations of the last week whose outcome was already returned by the command that waited for them.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    private protected override void Process()
    {
        if (Id is { } ids)
        {
            foreach (var id in ids)
            {
                Try(id.Record ?? (object)id.Key, () => Write(Run(token => Engine.Operations.QueryAsync(id.Key, token))));
            }

            return;
        }

        // The servers may be gone meanwhile; their operations can still be queried by Id.
        var servers = StorageServer is null ? null : Arrays().Select(array => array.Uuid).ToList();
        foreach (var kept in Engine.Operations.GetAll(servers, All))
        {
            // A query of an array that doesn't answer takes long; once is enough.
            Try(kept.Operation ?? (object)kept.Id, () => Write(kept.Operation is null || _unreachable.Contains(kept.Operation.StorageServerName)
                ? kept
                : Run(token => Engine.Operations.QueryAsync(kept.Id, token))));
        }
    }

    private void Write(OperationUpdate update)
    {
        if (update.Problem is { } problem)
        {
            WriteError(problem, update.Operation ?? (object)update.Id);
        }

        if (update.Operation is { } operation)
        {
            if (update.Problem is ArrayUnreachableException)
            {
                _unreachable.Add(operation.StorageServerName);
            }

            if (Id is not null && StorageServer is not null)
            {
                DemandServer(StorageServer, operation, update.StorageServerUuid);
            }

            if (State is null || State.Contains(operation.State))
            {
                WriteObject(operation);
            }
        }
    }

    /// <summary>Fails where an operation is on none of the named servers.</summary>
    private void DemandServer(StorageServerIdentity[] servers, OscOperation operation, string? uuid)
    {
        // The server may have another name by now, or be gone: then its last known name counts.
        var name = Engine.GetServers().FirstOrDefault(known => known.Uuid == uuid)?.Name;
        bool IsOn(StorageServerIdentity server) => server.Key == uuid
            || (name is null && string.Equals(server.Key, operation.StorageServerName, StringComparison.OrdinalIgnoreCase))
            || Engine.GetArray(server.Key).Uuid == uuid;

        if (!servers.Any(IsOn) && !IsFromDefaults(nameof(StorageServer), servers))
        {
            throw CommandErrors.StorageServerConflict(operation.Id, name ?? operation.StorageServerName, servers.Select(server => server.ToString()));
        }
    }
}
