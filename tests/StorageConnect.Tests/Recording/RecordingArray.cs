using System.Collections.Concurrent;

namespace StorageConnect.Tests.Recording;

/// <summary>Does a call in another way than the guide has it.</summary>
/// <param name="call">What was called.</param>
/// <param name="normally">Does it as the guide has it, and answers so.</param>
/// <param name="cancellationToken">The token of the call.</param>
/// <returns>The answer; null stands for a method that returns no task at all.</returns>
public delegate Task<T>? Behaviour<T>(RecordedCall call, Func<T> normally, CancellationToken cancellationToken);

/// <summary>
/// An array in the memory of the test process: it behaves by the guide, unless it is told to misbehave, and writes down every call. The
/// recording plug-in finds it by the server's <see cref="StorageServer.ExtraInfo"/>, which is its <see cref="Id"/>.
/// </summary>
public sealed class RecordingArray : IDisposable
{
    private static readonly ConcurrentDictionary<string, RecordingArray> All = new();

    private readonly ConcurrentQueue<RecordedCall> _calls = new();
    private readonly ConcurrentDictionary<string, Func<RecordedCall, CancellationToken, Task>> _before = new();
    private readonly ConcurrentDictionary<(string Method, Type Answer), Delegate> _instead = new();

    public RecordingArray() => All[Id] = this;

    /// <summary>To be given as the server's extra info.</summary>
    public string Id { get; } = $"recording:{Guid.NewGuid():n}";

    /// <summary>What is on it.</summary>
    public MemoryArray Contents { get; } = new();

    /// <summary>Every call so far, in order.</summary>
    public IReadOnlyList<RecordedCall> Calls => [.. _calls];

    /// <summary>The names of the methods called so far, in order.</summary>
    public IReadOnlyList<string> CalledMethods => [.. _calls.Select(call => call.Method)];

    /// <summary>The array that a server's record means.</summary>
    public static RecordingArray Of(StorageServer server) =>
        All.TryGetValue(server.ExtraInfo ?? "", out var array)
            ? array
            : throw new ArrayUnreachableException($"There is no recording array '{server.ExtraInfo}' in this process.");

    /// <summary>The only call of a method so far.</summary>
    public RecordedCall OnlyCall(string method) => _calls.Single(call => call.Method == method);

    /// <summary>Starts the record of calls anew.</summary>
    public void ForgetCalls() => _calls.Clear();

    /// <summary>Runs something before a method does its work: it may throw, wait, or change the array.</summary>
    public void Before(string method, Func<RecordedCall, CancellationToken, Task> action) => _before[method] = action;

    /// <summary>Has a method done in another way.</summary>
    /// <typeparam name="T">What the method answers; of the two forms of getInfo it tells which one. list answers an enumerable.</typeparam>
    public void Instead<T>(string method, Behaviour<T> behaviour) => _instead[(method, typeof(T))] = behaviour;

    /// <summary>Has all methods of a name do their work by the guide again.</summary>
    public void Behave(string method)
    {
        _before.TryRemove(method, out _);
        foreach (var key in _instead.Keys.Where(key => key.Method == method))
        {
            _instead.TryRemove(key, out _);
        }
    }

    public void Dispose() => All.TryRemove(Id, out _);

    /// <summary>Writes a call down and answers it.</summary>
    internal Task<T> Answer<T>(RecordedCall call, Func<MemoryArray, T> normally, CancellationToken cancellationToken)
    {
        _calls.Enqueue(call);
        var before = _before.TryGetValue(call.Method, out var action) ? action(call, cancellationToken) : Task.CompletedTask;
        return before.IsCompletedSuccessfully ? Go()! : GoAfterAsync();

        Task<T>? Go() => _instead.TryGetValue((call.Method, typeof(T)), out var behaviour)
            ? ((Behaviour<T>)behaviour)(call, () => normally(Contents), cancellationToken)
            : Task.FromResult(normally(Contents));

        async Task<T> GoAfterAsync()
        {
            await before;
            return await Go()!;
        }
    }
}
