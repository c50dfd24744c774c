using System.Management.Automation;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Commands;

/// <summary>Lists snapshots, or those of an element (guide: getCurrentSnaps). With -OlderThan or -KeepLast, those that a retention policy removes.</summary>
[Cmdlet(VerbsCommon.Get, "OscSnapshot")]
[OutputType(typeof(StorageElement))]
public sealed class GetOscSnapshotCommand : OscElementListCmdlet
{
    private SnapshotRetention? _retention;

    /// <inheritdoc/>
    [Parameter(Position = 0)]
    [ChoosesNames]
    [Alias("SnapshotName")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(QueriedNameCompleter))]
    public override string[]? Name { get; set; }

    /// <summary>Elements whose snapshots are listed, snapshots to read again, servers, or from the pipeline names of snapshots.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ChoosesAny(PipedKinds.Elements | PipedKinds.Servers, "the record of a storage element, of a snapshot or of a storage server, or a snapshot's name")]
    [Alias("StorageElement", "Snapshot")]
    [ArgumentCompleter(typeof(AnyElementCompleter))]
    public override RecordIdentity[]? InputObject { get; set; }

    /// <summary>Only those created before a date, or before a time span ago (TimeSpan).</summary>
    [Parameter]
    [Moment]
    public DateTimeOffset? OlderThan { get; set; }

    /// <summary>Leave out this many of each element, the newest.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? KeepLast { get; set; }

    private protected override NotFoundException NotFound(string name, IEnumerable<string> arrays) => ElementErrors.SnapshotNotFound(name, arrays);

    // A snapshot stands for itself, as it is now.
    private protected override async Task<IReadOnlyList<StorageElement>> QueryAsync(StorageArray array, StorageElement? element,
        CancellationToken cancellationToken) =>
        element?.Type == StorageElementType.Snapshot
            ? [await array.GetInfoAsync(element, cancellationToken)]
            : await array.GetCurrentSnapsAsync(element, cancellationToken);

    // One by name or Uuid is looked up where the array can; else all are listed, once.
    private protected override IEnumerable<StorageElement> List(StorageArray array, Lookup lookup) =>
        lookup.Literal is { } one && Run(token => array.FindSnapshotsAsync(one, token)) is { } found ? found : base.List(array, lookup);

    private protected override void Write(StorageArray array, StorageElement record)
    {
        if (OlderThan is null && KeepLast is null)
        {
            WriteObject(CopyView.Of(record));
            return;
        }

        _retention ??= new(OlderThan, KeepLast, DateTimeOffset.UtcNow);
        _retention.Add(array, record, isOfElement: Queried is { Type: not StorageElementType.Snapshot });
    }

    private protected override void Finish()
    {
        if (_retention is null)
        {
            return;
        }

        // Of a listed element's snapshots, one of several elements stays while it is among the last of any of them, listed or not.
        var filters = Lookups(NamePattern.From(Name)).ToList();
        foreach (var (array, member) in _retention.OtherMembers)
        {
            Try(array.Server, () =>
            {
                var all = Run(token => array.GetCurrentSnapsAsync(new() { Uuid = member, StorageServerUuid = array.Uuid, Type = StorageElementType.Lun },
                    token));
                _retention.AddBeside(array, all.Where(snapshot => filters.Exists(filter => Matches(snapshot, filter))));
            });
        }

        var let = _retention.Choose();
        foreach (var warning in _retention.Warnings)
        {
            WriteWarning(warning);
        }

        WriteObject(let.Select(CopyView.Of), enumerateCollection: true);
    }
}
