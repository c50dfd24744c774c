using System.Management.Automation;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Commands;

/// <summary>Lists access groups, or those an element is presented to (guide: getAccessGroups).</summary>
[Cmdlet(VerbsCommon.Get, "OscAccessGroup")]
[OutputType(typeof(AccessGroup))]
public sealed class GetOscAccessGroupCommand : OscNamedQueryCmdlet<AccessGroup>
{
    /// <summary>Elements whose groups are listed, groups to read again, servers, or from the pipeline names of groups.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ChoosesAny(PipedKinds.Elements | PipedKinds.Groups | PipedKinds.Servers,
        "the record of a storage element, of an access group or of a storage server, or a group's name")]
    [Alias("StorageElement", "AccessGroup")]
    [ArgumentCompleter(typeof(AnyElementCompleter))]
    public override RecordIdentity[]? InputObject { get; set; }

    /// <summary>Only groups that hold one of these initiators.</summary>
    [Parameter]
    [ChoosesInitiators]
    [ArgumentCompleter(typeof(InitiatorCompleter))]
    public string[]? Initiator { get; set; }

    private protected override void Check() => StorageArray.CheckInitiators(Initiator ?? []);

    private protected override NotFoundException NotFound(string name, IEnumerable<string> arrays) => AccessGroupErrors.AccessGroupNotFound(name, arrays);

    private protected override Task<IReadOnlyList<AccessGroup>> QueryAsync(StorageArray array, StorageElement? element, CancellationToken cancellationToken) =>
        array.GetAccessGroupsAsync(element, cancellationToken);

    private protected override IEnumerable<AccessGroup> ListOf(StorageArray array, AccessGroup group) => [group];

    // The row of an element means the groups that the element is presented to, as its record does.
    private protected override bool IsNameOfListed(RecordIdentity row) => row is not StorageElementIdentity { IsElementRow: true };

    private protected override string NameOf(AccessGroup record) => record.Name;

    private protected override bool IsWanted(StorageArray array, AccessGroup record) => Initiator is null || StorageArray.Holds(record, Initiator);
}
