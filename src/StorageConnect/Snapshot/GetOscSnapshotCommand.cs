using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Lists snapshots, or those of an element (guide: getCurrentSnaps).</summary>
[Cmdlet(VerbsCommon.Get, "OscSnapshot", DefaultParameterSetName = ServerSet)]
[OutputType(typeof(StorageElement))]
public sealed class GetOscSnapshotCommand : OscNamedQueryCmdlet<StorageElement>
{
    private protected override NotFoundException NotFound(string name, IEnumerable<string> arrays) => ElementErrors.SnapshotNotFound(name, arrays);

    private protected override Task<IReadOnlyList<StorageElement>> AskAsync(StorageArray array, StorageElement? element, CancellationToken cancellationToken) =>
        array.GetCurrentSnapsAsync(element, cancellationToken);

    private protected override string NameOf(StorageElement record) => record.Name;
}
