using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Lists access groups, or those an element is presented to (guide: getAccessGroups).</summary>
[Cmdlet(VerbsCommon.Get, "OscAccessGroup", DefaultParameterSetName = ServerSet)]
[OutputType(typeof(AccessGroup))]
public sealed class GetOscAccessGroupCommand : OscNamedQueryCmdlet<AccessGroup>
{
    private protected override NotFoundException NotFound(string name, IEnumerable<string> arrays) => AccessGroupErrors.AccessGroupNotFound(name, arrays);

    private protected override Task<IReadOnlyList<AccessGroup>> AskAsync(StorageArray array, StorageElement? element, CancellationToken cancellationToken) =>
        array.GetAccessGroupsAsync(element, cancellationToken);

    private protected override string NameOf(AccessGroup record) => record.Name;
}
