using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Looks for names on several servers: which were found, which are nowhere, and which servers could not be asked.</summary>
internal sealed class NameSearch
{
    private readonly HashSet<string> _missed = [];
    private readonly HashSet<string> _found = [];
    private readonly HashSet<string> _asked = [];
    private readonly List<(StorageArray Array, StorageConnectException Error)> _failures = [];

    /// <summary>The literal names that no server has.</summary>
    public IEnumerable<string> Missing => _missed.Except(_found);

    /// <summary>The servers that answered.</summary>
    public IEnumerable<string> Asked => _asked;

    /// <summary>The servers that did not, while literal names alone were looked for: no error if all were found elsewhere.</summary>
    public IReadOnlyList<(StorageArray Array, StorageConnectException Error)> Failures => _failures;

    /// <summary>Asks an array for one of the things that are looked for.</summary>
    /// <param name="array">The array.</param>
    /// <param name="literal">What must exist on one of the arrays, for errors; null where nothing must.</param>
    /// <param name="find">Whether the array has it.</param>
    /// <returns>The error that must be told at once; null when there is none.</returns>
    public StorageConnectException? Ask(StorageArray array, string? literal, Func<bool> find)
    {
        try
        {
            var isFound = find();
            _asked.Add(array.Name);
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
