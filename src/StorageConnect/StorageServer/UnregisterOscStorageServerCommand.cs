using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Removes a registered server and its secrets from the list. The array and its data are not touched.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "OscStorageServer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, DefaultParameterSetName = NameSet)]
[OutputType(typeof(void))]
public sealed class UnregisterOscStorageServerCommand : OscCmdlet
{
    private const string NameSet = "Name";
    private const string PipedSet = "Piped";

    /// <summary>The servers, by name, Uuid or object.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [Parameter(ParameterSetName = PipedSet)]
    [Chooses<StorageServerIdentity>]
    [Alias("StorageServerUuid", "StorageServerName", "Name")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public StorageServerIdentity[] StorageServer { get; set; } = [];

    /// <summary>The servers, from the pipeline. They take precedence over a default of -StorageServer.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PipedSet, ValueFromPipeline = true)]
    [Chooses<StorageServerIdentity>(RefusesNamedRows = true)]
    public StorageServerIdentity[]? InputObject { get; set; }

    private protected override void Process()
    {
        foreach (var server in InputObject ?? StorageServer)
        {
            Try(server.ToString(), () =>
            {
                if (InputObject is not null && StorageServer.Length > 0)
                {
                    _ = OwnArray(server.ToString(), server.Key, StorageServer);
                }

                var known = Engine.CheckUnregister(server.Key);
                if (ShouldProcess(known, "Unregister storage server and delete its saved secrets (the array itself is not touched)"))
                {
                    Engine.Unregister(server.Key);
                }
            });
        }
    }
}
