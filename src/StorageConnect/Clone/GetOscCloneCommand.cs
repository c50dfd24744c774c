using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Lists clones, or those made of an element or snapshot (guide: getCurrentClones).</summary>
[Cmdlet(VerbsCommon.Get, "OscClone", DefaultParameterSetName = ServerSet)]
[OutputType(typeof(StorageElement))]
public sealed class GetOscCloneCommand : OscNamedQueryCmdlet<StorageElement>
{
    private protected override NotFoundException NotFound(string name, IEnumerable<string> arrays) => ElementErrors.CloneNotFound(name, arrays);

    private protected override Task<IReadOnlyList<StorageElement>> AskAsync(StorageArray array, StorageElement? element, CancellationToken cancellationToken) =>
        array.GetCurrentClonesAsync(element, cancellationToken);

    private protected override string NameOf(StorageElement record) => record.Name;
}
