using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Lists LUNs and clones (guide: list), or asks for each in detail (getInfo).</summary>
[Cmdlet(VerbsCommon.Get, "OscStorageElement")]
[OutputType(typeof(StorageElement))]
public sealed class GetOscStorageElementCommand : OscQueryCmdlet
{
    /// <summary>Names, wildcards allowed. A literal name is case-sensitive, as names on arrays are.</summary>
    [Parameter(Position = 0, ParameterSetName = ServerSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(StorageElementCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Lun, SnapClone or both (the default). Get-OscSnapshot lists snapshots.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public StorageElementType[] Type { get; set; } = [.. StorageElementFilter.DefaultTypes];

    /// <summary>Only the element of this page 0x83 identity.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public string? Page83Id { get; set; }

    /// <summary>Ask the array for each element's full record.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    public SwitchParameter Detailed { get; set; }

    private protected override void Process()
    {
        var filters = NameFilter.From(Name);
        var missed = filters.Where(filter => filter.Literal is not null).ToHashSet();
        foreach (var array in Arrays)
        {
            foreach (var filter in filters)
            {
                Try(array.Server, () => Write(array, filter, missed));
            }
        }

        foreach (var filter in missed)
        {
            WriteError(ElementErrors.StorageElementNotFound(filter.Literal!, Arrays.Select(array => array.Name)), filter.Literal);
        }
    }

    private void Write(StorageArray array, NameFilter filter, HashSet<NameFilter> missed)
    {
        var query = new StorageElementFilter
        {
            Types = Type.ToValueList(),
            Name = filter.Literal,
            NamePrefix = filter.Prefix is { Length: > 0 } prefix ? prefix : null,
            Page83Id = Page83Id,
        };
        foreach (var element in Stream(token => array.ListAsync(query, token)))
        {
            if (filter.Matches(element.Name))
            {
                missed.Remove(filter);
                WriteObject(Detailed ? Run(token => array.GetInfoAsync(element, token)) : element);
            }
        }
    }
}
