using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>Lists LUNs and clones (guide: list), or asks for each in detail (getInfo).</summary>
[Cmdlet(VerbsCommon.Get, "OscStorageElement")]
[OutputType(typeof(StorageElement))]
public sealed class GetOscStorageElementCommand : OscServerQueryCmdlet
{
    private readonly HashSet<string> _missed = [];
    private readonly HashSet<string> _found = [];
    private readonly HashSet<string> _asked = [];

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
        foreach (var array in Arrays)
        {
            foreach (var filter in NameFilter.From(Name))
            {
                Try(array.Server, () => Write(array, filter));
            }
        }
    }

    private protected override void End()
    {
        // It is enough that one of the servers has it, of the piped ones too.
        foreach (var name in _missed.Except(_found))
        {
            WriteError(ElementErrors.StorageElementNotFound(name, _asked), name);
        }
    }

    private void Write(StorageArray array, NameFilter filter)
    {
        var query = new StorageElementFilter
        {
            Types = Type.ToValueList(),
            Name = filter.Literal,
            NamePrefix = filter.Prefix is { Length: > 0 } prefix ? prefix : null,
            Page83Id = Page83Id,
        };
        var found = false;
        foreach (var element in Stream(token => array.ListAsync(query, token)))
        {
            if (filter.Matches(element.Name))
            {
                found = true;
                WriteObject(Detailed ? Run(token => array.GetInfoAsync(element, token)) : element);
            }
        }

        _asked.Add(array.Name);
        if (filter.Literal is { } literal)
        {
            (found ? _found : _missed).Add(literal);
        }
    }
}
