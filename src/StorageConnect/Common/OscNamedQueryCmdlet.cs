using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>The base of the cmdlets that list elements, snapshots, clones and access groups: by name, of servers, or of piped objects.</summary>
/// <typeparam name="T">What is listed.</typeparam>
public abstract class OscNamedQueryCmdlet<T> : OscQueryCmdlet
    where T : class
{
    private readonly NameSearch _search = new();
    private readonly Dictionary<StorageArray, IReadOnlyList<T>> _listed = [];
    private readonly List<StorageConnectException> _damaged = [];
    private bool _isTyped;

    /// <summary>Names, wildcards allowed. A literal name is case-sensitive, as names on arrays are.</summary>
    [Parameter(Position = 0)]
    [ChoosesNames]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(QueriedNameCompleter))]
    public virtual string[]? Name { get; set; }

    /// <summary>Records to query; or, from the pipeline, names of listed objects.</summary>
    public abstract RecordIdentity[]? InputObject { get; set; }

    private protected abstract NotFoundException NotFound(string name, IEnumerable<string> arrays);

    private protected abstract string NameOf(T record);

    /// <summary>The element or snapshot whose records are being written; null in a search by name.</summary>
    private protected StorageElement? Queried { get; private set; }

    /// <summary>All on an array, or those of an element.</summary>
    private protected abstract Task<IReadOnlyList<T>> QueryAsync(StorageArray array, StorageElement? element, CancellationToken cancellationToken);

    /// <summary>The searches.</summary>
    private protected virtual IEnumerable<Lookup> Lookups(IReadOnlyList<NamePattern> names) => names.Select(name => new Lookup([name]));

    /// <summary>Whether a record matches a search.</summary>
    private protected virtual bool Matches(T record, Lookup lookup) => lookup.Matches(NameOf(record));

    /// <summary>Whether an existing record is wanted, by the parameters that narrow the list.</summary>
    private protected virtual bool IsWanted(StorageArray array, T record) => true;

    /// <summary>The records of an array that may match.</summary>
    private protected virtual IEnumerable<T> List(StorageArray array, Lookup lookup)
    {
        if (!_listed.TryGetValue(array, out var all))
        {
            _listed.Add(array, all = Run(token => QueryAsync(array, null, token)));
        }

        return all;
    }

    /// <summary>Whether a row with nothing but a name can be a row of what is listed.</summary>
    private protected virtual bool IsNameOfListed(RecordIdentity row) => true;

    /// <summary>The records for a piped access group.</summary>
    private protected virtual IEnumerable<T> ListOf(StorageArray array, AccessGroup group) => [];

    /// <summary>Writes the found records.</summary>
    private protected virtual void Write(StorageArray array, T record) => WriteObject(record);

    /// <summary>All records have been found.</summary>
    private protected virtual void Finish()
    {
    }

    /// <summary>Checks that need nothing read.</summary>
    private protected virtual void Check()
    {
    }

    private protected sealed override void Begin()
    {
        _isTyped = MyInvocation.BoundParameters.ContainsKey(nameof(InputObject));
        try
        {
            Check();
        }
        catch (StorageConnectException e)
        {
            ThrowTerminatingError(ErrorTranslation.ToErrorRecord(e, null));
        }
    }

    private protected sealed override void Process()
    {
        _listed.Clear();
        if (InputObject is null)
        {
            Search(Arrays(_damaged.Add), NamePattern.From(Name));
            return;
        }

        foreach (var identity in InputObject)
        {
            Try(TargetOf(identity), () => Process(identity));
        }
    }

    private protected sealed override void End()
    {
        Finish();
        var missing = _search.Missing.ToList();
        foreach (var damage in _damaged)
        {
            WriteFailures([damage], isFound: _search.IsLiteral && missing.Count == 0, damage.Element);
        }

        foreach (var (array, error) in _search.Failures)
        {
            WriteFailures([error], isFound: missing.Count == 0, array.Server);
        }

        foreach (var name in _search.Queried.Any() ? missing : [])
        {
            WriteError(NotFound(name, _search.Queried), name);
        }
    }

    private void Process(RecordIdentity identity)
    {
        switch (identity)
        {
            case StorageServerIdentity server:
                Search(ArraysOf(server), NamePattern.From(Name));
                break;
            case AccessGroupIdentity group:
                var on = group.Server is not null ? ArraysOf(group)[0] : StorageServer is [var only] ? Engine.GetArray(only.Key) : Engine.GetDefaultArray();
                Write(on, ListOf(on, Run(token => on.FindAccessGroupAsync(group.Key, token))));
                break;
            // A text typed as -InputObject is the name of an element; a piped text is the name of a listed object.
            case { IsText: true } when !_isTyped:
                Search(Arrays(_damaged.Add), NamePattern.From([identity.Key]));
                break;
            case { IsNamedRow: true } when IsNameOfListed(identity):
                Search(ArraysOf(identity, _damaged.Add), [NamePattern.Exactly(identity.Key)]);
                break;
            default:
                ForEachElement([(StorageElementIdentity)identity], ElementKind.Any, WriteOf);
                break;
        }
    }

    private void Search(IReadOnlyList<StorageArray> arrays, IReadOnlyList<NamePattern> filters)
    {
        var lookups = Lookups(filters).ToList();
        foreach (var array in arrays)
        {
            var done = new List<Lookup>();
            foreach (var lookup in lookups)
            {
                if (_search.Query(array, lookup.Literal, () => WriteMatches(array, List(array, lookup), lookup, done)) is { } error)
                {
                    WriteError(error, array.Server);
                    break;
                }
            }
        }
    }

    private void WriteOf(StorageArray array, StorageElement element)
    {
        Queried = element;
        try
        {
            Write(array, Run(token => QueryAsync(array, element, token)));
        }
        finally
        {
            Queried = null;
        }
    }

    // -Name narrows the results for a record, too.
    private void Write(StorageArray array, IEnumerable<T> records)
    {
        var found = records.ToList();
        var done = new List<Lookup>();
        foreach (var lookup in Lookups(NamePattern.From(Name)))
        {
            if (_search.Query(array, lookup.Literal, () => WriteMatches(array, found, lookup, done)) is { } error)
            {
                WriteError(error, array.Server);
                break;
            }
        }
    }

    /// <summary>Writes the records that match, except those that an earlier search wrote: names may overlap, as in 'db01, db*'.</summary>
    private bool WriteMatches(StorageArray array, IEnumerable<T> records, Lookup lookup, List<Lookup> done)
    {
        var isAny = false;
        foreach (var record in records.Where(record => Matches(record, lookup)))
        {
            isAny = true;
            if (!done.Exists(earlier => Matches(record, earlier)) && IsWanted(array, record))
            {
                Write(array, record);
            }
        }

        done.Add(lookup);
        return isAny;
    }
}
