using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Searches names on several servers: which were found, which are missing, and which servers did not answer.</summary>
internal sealed class NameSearch
{
    private readonly HashSet<string> _missed = [];
    private readonly HashSet<string> _found = [];
    private readonly HashSet<string> _queried = [];
    private readonly List<(StorageArray Array, StorageConnectException Error)> _failures = [];

    /// <summary>The literal names that no server has.</summary>
    public IEnumerable<string> Missing => _missed.Except(_found);

    /// <summary>True when only names without wildcards were searched: once they are found, no other server is needed.</summary>
    public bool IsLiteral { get; private set; } = true;

    /// <summary>The servers that answered.</summary>
    public IEnumerable<string> Queried => _queried;

    /// <summary>The servers that did not answer a search for literal names: no error if all names were found elsewhere.</summary>
    public IReadOnlyList<(StorageArray Array, StorageConnectException Error)> Failures => _failures;

    /// <summary>Searches an array for one of the names.</summary>
    /// <param name="array">The array.</param>
    /// <param name="literal">The name that must exist on one of the arrays, for errors; null where none must.</param>
    /// <param name="find">Whether the array has it.</param>
    /// <returns>The error to report at once; null when there is none.</returns>
    public StorageConnectException? Query(StorageArray array, string? literal, Func<bool> find)
    {
        IsLiteral &= literal is not null;
        try
        {
            var isFound = find();
            _queried.Add(array.Name);
            if (literal is not null)
            {
                (isFound ? _found : _missed).Add(literal);
            }

            return null;
        }
        catch (StorageConnectException e) when (literal is not null)
        {
            _missed.Add(literal);
            if (!_failures.Exists(failure => failure.Array.Uuid == array.Uuid && failure.Error.ErrorId == e.ErrorId))
            {
                _failures.Add((array, e));
            }

            return null;
        }
        catch (StorageConnectException e)
        {
            return e;
        }
    }
}
