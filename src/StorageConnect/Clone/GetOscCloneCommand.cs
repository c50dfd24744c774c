using System.Management.Automation;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Commands;

/// <summary>Lists clones, or those made of an element or snapshot (guide: getCurrentClones).</summary>
[Cmdlet(VerbsCommon.Get, "OscClone")]
[OutputType(typeof(StorageElement))]
public sealed class GetOscCloneCommand : OscElementListCmdlet
{
    /// <summary>Elements and snapshots whose clones are listed, servers, or from the pipeline names of clones.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ChoosesAny(PipedKinds.Elements | PipedKinds.Servers, "the record of a storage element, of a snapshot or of a storage server, or a clone's name")]
    [Alias("StorageElement", "Snapshot")]
    [ArgumentCompleter(typeof(AnyElementCompleter))]
    public override RecordIdentity[]? InputObject { get; set; }

    private protected override NotFoundException NotFound(string name, IEnumerable<string> arrays) => ElementErrors.CloneNotFound(name, arrays);

    private protected override Task<IReadOnlyList<StorageElement>> QueryAsync(StorageArray array, StorageElement? element,
        CancellationToken cancellationToken) =>
        array.GetCurrentClonesAsync(element, cancellationToken);

    private protected override void Write(StorageArray array, StorageElement record) => WriteObject(CopyView.Of(record));
}
