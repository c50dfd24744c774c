using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Lists LUNs and clones (guide: list), or asks for each in detail (getInfo).</summary>
[Cmdlet(VerbsCommon.Get, "OscStorageElement")]
[OutputType(typeof(StorageElement))]
public sealed class GetOscStorageElementCommand : OscNamedQueryCmdlet<StorageElement>
{
    /// <summary>
    /// Elements to read again, snapshots whose sources are wanted, access groups whose elements are wanted, servers, or from the pipeline names of
    /// elements.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ChoosesAny(PipedKinds.Elements | PipedKinds.Groups | PipedKinds.Servers,
        "the record of a storage element, of a snapshot, of an access group or of a storage server, or an element's name")]
    [Alias("StorageElement", "Snapshot")]
    [ArgumentCompleter(typeof(AnyElementCompleter))]
    public override RecordIdentity[]? InputObject { get; set; }

    /// <summary>Lun, SnapClone or both (the default). Get-OscSnapshot lists snapshots.</summary>
    [Parameter]
    [ChoosesValues<StorageElementType>]
    public StorageElementType[] Type { get; set; } = [.. StorageElementFilter.DefaultTypes];

    /// <summary>Only the element of this page 0x83 identity.</summary>
    [Parameter]
    [ChoosesNames(One = true)]
    public string? Page83Id { get; set; }

    /// <summary>Ask the array for each element's full record.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    private protected override NotFoundException NotFound(string name, IEnumerable<string> arrays) => ElementErrors.StorageElementNotFound(name, arrays);

    private protected override string NameOf(StorageElement record) => record.Name;

    private protected override IEnumerable<StorageElement> List(StorageArray array, NameFilter filter)
    {
        var query = new StorageElementFilter
        {
            Types = Type.ToValueList(),
            Name = filter.Literal,
            NamePrefix = filter.Prefix is { Length: > 0 } prefix ? prefix : null,
            Page83Id = Page83Id,
        };
        return Stream(token => array.ListAsync(query, token));
    }

    // An element is itself, as it is now; a snapshot stands for what it was made of.
    private protected override async Task<IReadOnlyList<StorageElement>> AskAsync(StorageArray array, StorageElement? element,
        CancellationToken cancellationToken)
    {
        var now = await array.GetInfoAsync(element!, cancellationToken);
        if (now.Type != StorageElementType.Snapshot)
        {
            return Narrow([now]);
        }

        var sources = new List<StorageElement>();
        foreach (var uuid in now.SourceUuids)
        {
            sources.Add(await array.FindByUuidAsync(uuid, cancellationToken));
        }

        return Narrow(sources);
    }

    private protected override IEnumerable<StorageElement> ListOf(StorageArray array, AccessGroup group) =>
        Run(token => array.GetPresentedAsync(group.Name, Type.ToValueList(), token)).Where(element => Page83Id is null || element.Page83Id == Page83Id);

    private protected override void Write(StorageArray array, StorageElement record) =>
        WriteObject(Detailed ? Run(token => array.GetInfoAsync(record, token)) : record);

    private List<StorageElement> Narrow(IReadOnlyList<StorageElement> elements) =>
        [.. elements.Where(element => Type.Contains(element.Type) && (Page83Id is null || element.Page83Id == Page83Id))];
}
