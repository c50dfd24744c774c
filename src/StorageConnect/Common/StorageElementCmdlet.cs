using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that works on each given LUN or clone.</summary>
public abstract class StorageElementCmdlet : OscServerCmdlet
{
    /// <summary>The elements, as objects or by name or Uuid.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Chooses<StorageElementIdentity>]
    [Alias("StorageElement", "Name")]
    [ArgumentCompleter(typeof(StorageElementCompleter))]
    public StorageElementIdentity[] InputObject { get; set; } = [];

    private protected sealed override void Process() => ForEachElement(InputObject, ElementKind.Element, Process);

    private protected abstract void Process(StorageArray array, StorageElement element);
}
