using System.Management.Automation;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Commands;

/// <summary>Lists LUNs and clones (guide: list), or with all details (getInfo).</summary>
[Cmdlet(VerbsCommon.Get, "OscStorageElement")]
[OutputType(typeof(StorageElement))]
public sealed class GetOscStorageElementCommand : OscElementListCmdlet
{
    /// <summary>
    /// Elements to read again, snapshots whose sources are listed, access groups whose elements are listed, servers, or from the pipeline names of
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

    /// <summary>Only those that are presented to one of these access groups.</summary>
    [Parameter]
    [Chooses<AccessGroupIdentity>]
    [ArgumentCompleter(typeof(AccessGroupCompleter))]
    public AccessGroupIdentity[]? AccessGroup { get; set; }

    /// <summary>Only those visible to one of these initiators: presented to a group that has it.</summary>
    [Parameter]
    [ChoosesInitiators]
    [ArgumentCompleter(typeof(InitiatorCompleter))]
    public string[]? Initiator { get; set; }

    /// <summary>Only the element of this page 0x83 identity, in any usual spelling.</summary>
    [Parameter]
    [ChoosesNames(One = true)]
    public string? Page83Id { get; set; }

    /// <summary>Get each element's full record from the array.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <summary>The access groups to narrow by; null for none.</summary>
    private GroupChoice? Groups => field ??= AccessGroup is null && Initiator is null
        ? null
        : new(AccessGroup, Initiator, array => Run(token => array.GetAccessGroupsAsync(null, token)));

    private protected override NotFoundException NotFound(string name, IEnumerable<string> arrays) => ElementErrors.StorageElementNotFound(name, arrays);

    private protected override void Check()
    {
        StorageArray.CheckInitiators(Initiator ?? []);
        foreach (var group in AccessGroup ?? [])
        {
            _ = group.Server is { } server ? OwnArray(group.ToString(), server, StorageServer) : null;
        }
    }

    private protected override IEnumerable<Lookup> Lookups(IReadOnlyList<NamePattern> names)
    {
        if (Page83Id is null)
        {
            return base.Lookups(names);
        }

        var identity = new Page83Text(Page83Id);
        return Uuid is null ? [new Lookup(names) { Page83Id = identity }] : base.Lookups(names).Select(lookup => lookup with { Page83Id = identity });
    }

    private protected override bool IsWanted(StorageArray array, StorageElement record) =>
        Groups is not { } groups || groups.NamesOn(array).Overlaps(record.AccessGroupNames);

    private protected override IEnumerable<StorageElement> List(StorageArray array, Lookup lookup)
    {
        if (lookup.Literal is null && Groups?.NamesOn(array).Count == 0)
        {
            return [];
        }

        var query = new StorageElementFilter
        {
            Types = Type.ToValueList(),
            Uuid = lookup.Uuid,
            Name = lookup.Name?.Literal,
            NamePrefix = lookup.Name?.Prefix is { Length: > 0 } prefix ? prefix : null,
            NameSuffix = lookup.Name?.Suffix is { Length: > 0 } suffix ? suffix : null,
        };
        return lookup.Page83Id is null
            ? Stream(token => array.ListAsync(query, token))
            : lookup.Page83Id.Spellings.SelectMany(identity => Stream(token => array.ListAsync(query with { Page83Id = identity }, token)));
    }

    // An element stands for itself, as it is now; a snapshot stands for its sources.
    private protected override async Task<IReadOnlyList<StorageElement>> QueryAsync(StorageArray array, StorageElement? element,
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
        Run(token => array.GetPresentedAsync(group.Name, Type.ToValueList(), token));

    private protected override void Finish()
    {
        foreach (var name in Groups?.Missing ?? [])
        {
            WriteError(AccessGroupErrors.AccessGroupNotFound(name, Groups!.Queried), name);
        }
    }

    // An element that went meanwhile, or can't be read, is an error of its own: the list goes on.
    private protected override void Write(StorageArray array, StorageElement record) =>
        Try(record, () => WriteObject(Detailed ? Run(token => array.GetInfoAsync(record, token)) : record));

    private List<StorageElement> Narrow(IReadOnlyList<StorageElement> elements) =>
        [.. elements.Where(element => Type.Contains(element.Type))];
}
