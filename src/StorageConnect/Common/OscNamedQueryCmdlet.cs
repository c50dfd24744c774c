using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>What listing access groups, snapshots and clones share: by name, of servers or of elements.</summary>
/// <typeparam name="T">What is listed.</typeparam>
public abstract class OscNamedQueryCmdlet<T> : OscQueryCmdlet
    where T : class
{
    private readonly HashSet<string> _missed = [];
    private readonly HashSet<string> _found = [];
    private readonly HashSet<string> _asked = [];

    /// <summary>Names, wildcards allowed. A literal name is case-sensitive, as names on arrays are.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(QueriedNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only what belongs to these elements: the groups they are presented to, or the copies made of them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ElementSet, ValueFromPipeline = true)]
    [Alias("StorageElement")]
    [ArgumentCompleter(typeof(AnyElementCompleter))]
    public StorageElementIdentity[] InputObject { get; set; } = [];

    /// <summary>The servers to ask, by name, Uuid or object. All registered ones when left out, and the one a piped element tells.</summary>
    [Parameter(ParameterSetName = ServerSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ElementSet, ValueFromPipelineByPropertyName = true)]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public StorageServerIdentity[]? StorageServer { get; set; }

    private protected sealed override StorageServerIdentity[]? Servers => StorageServer;

    private protected abstract NotFoundException NotFound(string name, IEnumerable<string> arrays);

    private protected sealed override void Process()
    {
        if (ParameterSetName == ServerSet)
        {
            foreach (var array in Arrays)
            {
                Try(array.Server, () => Write(array, null));
            }

            return;
        }

        ForEachElement(InputObject, Write);
    }

    private protected sealed override void End()
    {
        foreach (var name in _missed.Except(_found))
        {
            WriteError(NotFound(name, _asked), name);
        }
    }

    private protected abstract Task<IReadOnlyList<T>> AskAsync(StorageArray array, StorageElement? element, CancellationToken cancellationToken);

    private protected abstract string NameOf(T record);

    private void Write(StorageArray array, StorageElement? element)
    {
        var records = Run(token => AskAsync(array, element, token));
        _asked.Add(array.Name);
        foreach (var filter in NameFilter.From(Name))
        {
            var matches = records.Where(record => filter.Matches(NameOf(record))).ToList();
            WriteObject(matches, enumerateCollection: true);
            if (filter.Literal is { } literal)
            {
                (matches.Count > 0 ? _found : _missed).Add(literal);
            }
        }
    }
}
