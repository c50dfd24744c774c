using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that asks servers, or elements of any type, for the same thing.</summary>
public abstract class OscElementQueryCmdlet : OscQueryCmdlet
{
    /// <summary>The elements to ask about, as objects or by name or Uuid.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ElementSet, ValueFromPipeline = true)]
    [Alias("StorageElement")]
    [ArgumentCompleter(typeof(AnyElementCompleter))]
    public StorageElementIdentity[] InputObject { get; set; } = [];

    /// <summary>The servers to ask, by name, Uuid or object. All registered ones when left out, and the one a piped element tells.</summary>
    [Parameter(ParameterSetName = ServerSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ElementSet, ValueFromPipelineByPropertyName = true)]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public StorageServerIdentity[]? StorageServer { get; set; }

    private protected sealed override StorageServerIdentity[]? Servers => StorageServer;

    private protected sealed override void Process()
    {
        if (ParameterSetName == ElementSet)
        {
            ForEachElement(InputObject, Ask);
            return;
        }

        foreach (var array in Arrays)
        {
            Try(array.Server, () => Ask(array, null));
        }
    }

    private protected abstract void Ask(StorageArray array, StorageElement? element);
}
