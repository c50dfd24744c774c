using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Forgets a registered server and its secrets. The array and its data are not touched.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "OscStorageServer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class UnregisterOscStorageServerCommand : OscCmdlet
{
    /// <summary>The servers, by name, Uuid or object.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Chooses<StorageServerIdentity>]
    [Alias("StorageServerUuid", "StorageServerName", "Name")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public StorageServerIdentity[] StorageServer { get; set; } = [];

    private protected override void Process()
    {
        foreach (var server in StorageServer)
        {
            Try(server.ToString(), () =>
            {
                var array = Engine.GetArray(server.Key);
                if (ShouldProcess(array.Name, "Forget storage server (the array itself is not touched)"))
                {
                    Engine.Unregister(array.Uuid);
                }
            });
        }
    }
}
