using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that queries servers, or elements of any type.</summary>
public abstract class OscElementQueryCmdlet : OscQueryCmdlet
{
    /// <summary>The elements to query, as objects or by name or Uuid; or the servers themselves, as objects.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ChoosesAny(PipedKinds.Elements | PipedKinds.Servers, "a storage element (its record, its name or its Uuid), or the record of a storage server")]
    [Alias("StorageElement", "Snapshot", "Name", "Uuid")]
    [ArgumentCompleter(typeof(AnyElementCompleter))]
    public RecordIdentity[]? InputObject { get; set; }

    private protected sealed override void Process()
    {
        if (InputObject is null)
        {
            foreach (var array in Arrays())
            {
                Try(array.Server, () => Query(array, null));
            }

            return;
        }

        foreach (var server in InputObject.OfType<StorageServerIdentity>())
        {
            Try(server.ToString(), () => Query(ArraysOf(server)[0], null));
        }

        ForEachElement(InputObject.OfType<StorageElementIdentity>(), ElementKind.Any, Query);
    }

    private protected abstract void Query(StorageArray array, StorageElement? element);
}
