using System.Management.Automation;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that queries one server, several, or all registered ones.</summary>
public abstract class OscQueryCmdlet : OscCmdlet
{
    private protected const string ServerSet = "Server";

    // A server that isn't registered is one error, not one for each piped object.
    private readonly HashSet<string> _missing = [];

    /// <summary>The servers to query, by name, Uuid or object. By default all registered ones, and for a piped record its own.</summary>
    [Parameter]
    [Chooses<StorageServerIdentity>]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public virtual StorageServerIdentity[]? StorageServer { get; set; }

    /// <summary>The servers that were given; null for all.</summary>
    private protected virtual StorageServerIdentity[]? Servers => StorageServer;

    /// <summary>The arrays to query. A server that isn't registered or whose entry is damaged is an error, and the others are queried.</summary>
    /// <param name="report">What is done about a damaged entry among all servers; by default an error is written.</param>
    private protected IReadOnlyList<StorageArray> Arrays(Action<StorageConnectException>? report = null)
    {
        if (Servers is not { } servers)
        {
            if (Engine.GetUsableArrays() is not { Count: > 0 } all)
            {
                return [Engine.GetDefaultArray()];
            }

            foreach (var damage in Engine.GetDamagedServers().Where(damage => _missing.Add(damage.Element!)))
            {
                (report ?? (error => WriteError(error, error.Element)))(damage);
            }

            return all;
        }

        var arrays = new List<StorageArray>();
        foreach (var server in servers.Where(server => !_missing.Contains(server.Key)))
        {
            Try(server.ToString(), () =>
            {
                try
                {
                    arrays.Add(Get(server));
                }
                catch (Exception e) when (e is NotFoundException or DataCorruptException)
                {
                    _missing.Add(server.Key);
                    throw;
                }
            });
        }

        return [.. arrays.DistinctBy(array => array.Uuid)];
    }

    /// <summary>The array of a server to query.</summary>
    private protected virtual StorageArray Get(StorageServerIdentity server) => Engine.GetArray(server.Key);

    /// <summary>The arrays that can have a record: its own server's, else those to query.</summary>
    private protected IReadOnlyList<StorageArray> ArraysOf(RecordIdentity identity, Action<StorageConnectException>? report = null)
    {
        if (identity.Server is not { } server)
        {
            return Arrays(report);
        }

        var own = OwnArray(identity.ToString(), server, StorageServer);
        if (StorageServer is { Length: > 1 })
        {
            // Reports those that are not registered.
            _ = Arrays();
        }

        return [own];
    }

    /// <summary>
    /// Queries each element: on its own server where its record has one; by name, each of that name on the queried servers.
    /// </summary>
    private protected void ForEachElement(IEnumerable<StorageElementIdentity> identities, ElementKind kind, Action<StorageArray, StorageElement> query)
    {
        foreach (var identity in identities)
        {
            Try(TargetOf(identity), () => QueryEach(identity, kind, query));
        }
    }

    private void QueryEach(StorageElementIdentity identity, ElementKind kind, Action<StorageArray, StorageElement> query)
    {
        var failures = new List<StorageConnectException>();
        var arrays = ArraysOf(identity, failures.Add);
        if (arrays is [var only] && failures.Count == 0)
        {
            query(only, Run(token => only.FindAsync(identity, kind, token)));
            return;
        }

        var target = TargetOf(identity);
        var damaged = failures.Count;
        var missed = 0;
        foreach (var array in arrays)
        {
            StorageElement element;
            try
            {
                element = Run(token => array.FindAsync(identity, kind, token));
            }
            catch (NotFoundException e) when (ElementErrors.IsAbsence(e))
            {
                missed++;
                continue;
            }
            catch (StorageConnectException e)
            {
                failures.Add(e);
                continue;
            }

            Try(target, () => query(array, element));
        }

        var isFound = missed + failures.Count - damaged < arrays.Count;
        WriteFailures(failures, isFound, target);
        if (!isFound && failures.Count == 0 && arrays.Count > 0)
        {
            throw ElementErrors.StorageElementNotFound(identity.Key, arrays.Select(array => array.Name));
        }
    }

    /// <summary>Reports the servers that did not answer: an error each, or a warning where the names were found on another.</summary>
    private protected void WriteFailures(IEnumerable<StorageConnectException> failures, bool isFound, object? target)
    {
        foreach (var failure in failures)
        {
            if (isFound)
            {
                WriteWarning(ErrorTranslation.ToErrorRecord(failure, target).ErrorDetails.Message);
            }
            else
            {
                WriteError(failure, target);
            }
        }
    }
}
