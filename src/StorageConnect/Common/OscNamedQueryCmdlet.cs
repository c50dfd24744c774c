using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>What listing elements, snapshots, clones and access groups share: by name, of servers, or of what is piped.</summary>
/// <typeparam name="T">What is listed.</typeparam>
public abstract class OscNamedQueryCmdlet<T> : OscQueryCmdlet
    where T : class
{
    private readonly NameSearch _search = new();
    private readonly Dictionary<StorageArray, IReadOnlyList<T>> _listed = [];
    private bool _isTyped;

    /// <summary>Names, wildcards allowed. A literal name is case-sensitive, as names on arrays are.</summary>
    [Parameter(Position = 0)]
    [ChoosesNames]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(QueriedNameCompleter))]
    public virtual string[]? Name { get; set; }

    /// <summary>Records to ask about; or, from the pipeline, names of what is listed.</summary>
    public abstract RecordIdentity[]? InputObject { get; set; }

    private protected abstract NotFoundException NotFound(string name, IEnumerable<string> arrays);

    private protected abstract string NameOf(T record);

    /// <summary>All on an array, or what belongs to an element.</summary>
    private protected abstract Task<IReadOnlyList<T>> AskAsync(StorageArray array, StorageElement? element, CancellationToken cancellationToken);

    /// <summary>What is looked for, one by one.</summary>
    private protected virtual IEnumerable<Lookup> Lookups(IReadOnlyList<NameFilter> names) => names.Select(name => new Lookup([name]));

    /// <summary>Whether a record is what is looked for.</summary>
    private protected virtual bool Matches(T record, Lookup lookup) => lookup.Matches(NameOf(record));

    /// <summary>Whether a record that is there is wanted: parameters that narrow what is listed say so.</summary>
    private protected virtual bool IsWanted(StorageArray array, T record) => true;

    /// <summary>What is on an array and may match.</summary>
    private protected virtual IEnumerable<T> List(StorageArray array, Lookup lookup)
    {
        if (!_listed.TryGetValue(array, out var all))
        {
            _listed.Add(array, all = Run(token => AskAsync(array, null, token)));
        }

        return all;
    }

    /// <summary>What a piped access group stands for.</summary>
    private protected virtual IEnumerable<T> ListOf(StorageArray array, AccessGroup group) => [];

    /// <summary>Hands over what was found.</summary>
    private protected virtual void Write(StorageArray array, T record) => WriteObject(record);

    /// <summary>All was found that is there.</summary>
    private protected virtual void Finish()
    {
    }

    /// <summary>What can be refused before anything is read.</summary>
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
            Search(Arrays(), NameFilter.From(Name));
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
        foreach (var (array, error) in _search.Failures)
        {
            WriteFailures([error], isFound: missing.Count == 0, array.Server);
        }

        foreach (var name in _search.Asked.Any() ? missing : [])
        {
            WriteError(NotFound(name, _search.Asked), name);
        }
    }

    private void Process(RecordIdentity identity)
    {
        switch (identity)
        {
            case StorageServerIdentity server:
                Search([Engine.GetArray(server.Key)], NameFilter.From(Name));
                break;
            case AccessGroupIdentity group:
                var on = group.Server is { } key ? Engine.GetArray(key) : StorageServer is [var only] ? Engine.GetArray(only.Key) : Engine.GetDefaultArray();
                Write(on, ListOf(on, Run(token => on.FindAccessGroupAsync(group.Key, token))));
                break;
            // A text that was typed as -InputObject is the name of an element; one that is piped is the name of what is listed.
            case { IsText: true } when !_isTyped:
                Search(Arrays(), NameFilter.From([identity.Key]));
                break;
            case { IsNamedRow: true }:
                Search(ArraysOf(identity), [NameFilter.Exactly(identity.Key)]);
                break;
            default:
                ForEachElement([(StorageElementIdentity)identity], ElementKind.Any,
                    (array, element) => Write(array, Run(token => AskAsync(array, element, token))));
                break;
        }
    }

    private void Search(IReadOnlyList<StorageArray> arrays, IReadOnlyList<NameFilter> filters)
    {
        var lookups = Lookups(filters).ToList();
        foreach (var array in arrays)
        {
            foreach (var lookup in lookups)
            {
                if (_search.Ask(array, lookup.Literal, () => WriteMatches(array, List(array, lookup), lookup)) is { } error)
                {
                    WriteError(error, array.Server);
                    break;
                }
            }
        }
    }

    // -Name narrows what belongs to a record, too.
    private void Write(StorageArray array, IEnumerable<T> records)
    {
        var found = records.ToList();
        foreach (var lookup in Lookups(NameFilter.From(Name)))
        {
            _search.Ask(array, lookup.Literal, () => WriteMatches(array, found, lookup));
        }
    }

    private bool WriteMatches(StorageArray array, IEnumerable<T> records, Lookup lookup)
    {
        var isAny = false;
        foreach (var record in records.Where(record => Matches(record, lookup)))
        {
            isAny = true;
            if (IsWanted(array, record))
            {
                Write(array, record);
            }
        }

        return isAny;
    }
}
