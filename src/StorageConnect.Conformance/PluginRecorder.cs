using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Conformance;

/// <summary>
/// Notes what a plug-in answers before the engine's door sees it, what it made, and which methods don't answer at all: those are not waited for
/// again and again.
/// </summary>
internal sealed class PluginRecorder(StorageArrayPlugin inner, StorageServer registered, CreatedObjects created, SecretWatch secrets) : PluginDecorator(inner)
{
    private const int MaxTimeouts = 2;
    private readonly ConcurrentQueue<(string Method, object? Answer)> _answers = new();
    private readonly ConcurrentDictionary<string, int> _open = new();
    private readonly ConcurrentDictionary<string, int> _timeouts = new();

    /// <summary>The server as the door passes it, secrets included; null until it was validated.</summary>
    public StorageServer? Server { get; private set; }

    /// <summary>What was seen of secrets, in the whole run.</summary>
    public SecretWatch Secrets => secrets;

    /// <summary>What any method answered since the clause began, in order.</summary>
    public IReadOnlyList<T> AnswersOf<T>() => [.. _answers.Select(call => call.Answer).OfType<T>()];

    /// <summary>What a method answered since the clause began, in order.</summary>
    public IReadOnlyList<T> AnswersOf<T>(string method) => [.. _answers.Where(call => call.Method == method).Select(call => call.Answer).OfType<T>()];

    /// <summary>Starts anew for the next clause.</summary>
    public void Reset()
    {
        _answers.Clear();
        _open.Clear();
    }

    /// <summary>The clause's time is over: who has not answered loses patience.</summary>
    /// <returns>The methods that have not.</returns>
    public IReadOnlyList<string> ReportTimeout()
    {
        var silent = _open.Where(method => method.Value > 0).Select(method => method.Key).ToList();
        silent.ForEach(method => _timeouts.AddOrUpdate(method, 1, static (_, count) => count + 1));
        return silent;
    }

    public override Task<IReadOnlyList<AccessGroup>> CreateAccessGroupsAsync(StorageServer server, IReadOnlyList<AccessGroup> groups,
        CancellationToken cancellationToken)
    {
        created.AddGroups(groups.Select(group => group.Name));
        return base.CreateAccessGroupsAsync(server, groups, cancellationToken);
    }

    public override Task<IReadOnlyList<AccessGroup>> RenameAccessGroupAsync(StorageServer server, string name, string newName,
        CancellationToken cancellationToken)
    {
        created.AddGroups([newName]);
        return base.RenameAccessGroupAsync(server, name, newName, cancellationToken);
    }

    public override async IAsyncEnumerable<StorageElement> ListAsync(
        StorageServer server,
        StorageElementFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Begin(GuideMethod.List, server);
        await foreach (var element in Inner.ListAsync(server, filter, cancellationToken).WithCancellation(cancellationToken))
        {
            secrets.Look(GuideMethod.List, server, element);
            yield return element;
        }

        End(GuideMethod.List);
    }

    protected override async Task<T> CallAsync<T>(string method, StorageServer server, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        Begin(method, server);
        T answer;
        try
        {
            answer = await call();
        }
        catch (Exception e) when (PluginCall.IsFailure(e, cancellationToken))
        {
            End(method);
            secrets.Look(method, server, e);
            throw;
        }

        End(method);
        secrets.Look(method, server, answer);
        _answers.Enqueue((method, answer));
        if (answer is StorageElement made && method is GuideMethod.Create or GuideMethod.Clone or GuideMethod.CloneFromSnap or GuideMethod.CreateSnap
            or GuideMethod.CreateMultiSnap)
        {
            created.Add(made);
        }

        return answer;
    }

    private void Begin(string method, StorageServer server)
    {
        // Not a record that a clause has made up: clean-up would look for its objects there.
        if ((server.Uuid, server.ExtraInfo, server.AdminHost, server.StorageName, server.StorageType)
            == (registered.Uuid, registered.ExtraInfo, registered.AdminHost, registered.StorageName, registered.StorageType))
        {
            Server = server;
        }

        if (_timeouts.GetValueOrDefault(method) >= MaxTimeouts)
        {
            throw new PluginFaultException($"{method} did not answer within the time limit {MaxTimeouts} times; it is not asked again.") { Method = method };
        }

        _open.AddOrUpdate(method, 1, static (_, count) => count + 1);
    }

    private void End(string method) => _open.AddOrUpdate(method, 0, static (_, count) => count - 1);
}
