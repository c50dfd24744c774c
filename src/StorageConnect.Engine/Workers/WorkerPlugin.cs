using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Engine.Workers;

/// <summary>Proxy of a plug-in that runs in processes of its own. To the engine it is a plug-in like any other.</summary>
/// <param name="descriptor">The plug-in.</param>
/// <param name="apiVersion">The revision of the guide that it is called with.</param>
/// <param name="command">How its workers are started.</param>
/// <param name="limits">Their limits.</param>
internal sealed partial class WorkerPlugin(PluginDescriptor descriptor, string apiVersion, WorkerCommand command, WorkerLimits limits) : StorageArrayPlugin
{
    // The pool of workers that have not served any server yet.
    private const string NoServer = "";

    private readonly ConcurrentDictionary<string, WorkerPool> _pools = new();
    private readonly WorkerLimits _limits = limits;
    private IntroducedPlugin _introduced = new(descriptor, []);
    private WorkerServices? _services;

    public override TimeSpan? ProgressInterval =>
        _introduced.ProgressInterval is { } seconds and > 0 and < 3600 ? TimeSpan.FromSeconds(seconds) : null;

    public override int ConcurrentChanges => _introduced.ConcurrentChanges;

    /// <summary>The processes there are, and whether each is busy.</summary>
    public IReadOnlyList<(int ProcessId, bool IsBusy)> Workers => [.. _pools.Values.SelectMany(pool => pool.State)];

    private WorkerServices OwnServices => _services ??= new(Services);

    public override bool Implements(string method) => _introduced.Implements?.Contains(method) is true;

    /// <summary>Another proxy, with processes of its own.</summary>
    public WorkerPlugin Another() => new(descriptor, apiVersion, command, _limits) { _introduced = _introduced };

    /// <summary>Starts the first worker and compares its introduction with the descriptor. The worker serves the first server that needs one.</summary>
    /// <returns>What is wrong, or null.</returns>
    public async Task<string?> IntroduceAsync(CancellationToken cancellationToken)
    {
        Worker worker;
        try
        {
            worker = await StartAsync(cancellationToken);
        }
        catch (WorkerFailedException e)
        {
            return $"Its process can't be used: {e.Message}.";
        }

        var introduced = worker.Introduction.Plugins!.FirstOrDefault(plugin => plugin.Descriptor.ClassName == descriptor.ClassName);
        if (introduced is null || introduced.Descriptor.Version != descriptor.Version)
        {
            worker.Kill("introduced itself as another plug-in and was killed");
            return $"Its process is not {descriptor.ClassName} {descriptor.Version} but "
                + $"{string.Join(", ", worker.Introduction.Plugins!.Select(plugin => $"{plugin.Descriptor.ClassName} {plugin.Descriptor.Version}"))}. "
                + "Register the plug-in again.";
        }

        _introduced = introduced;
        PoolOf(NoServer).Add(worker);
        return null;
    }

    /// <summary>Ends all workers, each after its running calls, and so clears their caches.</summary>
    public void Retire()
    {
        foreach (var pool in _pools.Values)
        {
            pool.Retire();
        }
    }

    public override Task<IReadOnlyList<AccessGroup>?> FindAccessGroupsAsync(StorageServer server, IReadOnlyCollection<string> names,
        CancellationToken cancellationToken) =>
        Implements(WorkerProtocol.FindAccessGroups)
            ? CallAsync<IReadOnlyList<AccessGroup>?>(server, WorkerProtocol.FindAccessGroups, [Argument.Of("names", names)], cancellationToken)
            : Task.FromResult<IReadOnlyList<AccessGroup>?>(null);

    public override Task<IReadOnlyList<StorageElement>?> FindSnapshotsAsync(StorageServer server, string nameOrUuid, CancellationToken cancellationToken) =>
        Implements(WorkerProtocol.FindSnapshots)
            ? CallAsync<IReadOnlyList<StorageElement>?>(server, WorkerProtocol.FindSnapshots, [Argument.Of("nameOrUuid", nameOrUuid)], cancellationToken)
            : Task.FromResult<IReadOnlyList<StorageElement>?>(null);

    public override Task<IReadOnlyList<StorageElement>?> FindCopiesAsync(StorageServer server, IReadOnlyCollection<string> uuids,
        CancellationToken cancellationToken) =>
        Implements(WorkerProtocol.FindCopies)
            ? CallAsync<IReadOnlyList<StorageElement>?>(server, WorkerProtocol.FindCopies, [Argument.Of("uuids", uuids)], cancellationToken)
            : Task.FromResult<IReadOnlyList<StorageElement>?>(null);

    public override async IAsyncEnumerable<StorageElement> ListAsync(StorageServer server, StorageElementFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pool = PoolOf(server.Uuid);
        var worker = await AcquireAsync(pool, GuideMethod.List, cancellationToken);
        try
        {
            var messages = worker.StreamAsync(GuideMethod.List, server, json => Write(json, server, [Argument.Of("filter", filter)]), cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            try
            {
                while (await NextAsync(worker, messages))
                {
                    foreach (var element in ReadElements(worker, messages.Current))
                    {
                        yield return element;
                    }
                }
            }
            finally
            {
                await messages.DisposeAsync();
            }
        }
        finally
        {
            pool.Release(worker);
        }
    }

    private Task<bool> DoAsync(StorageServer server, string method, Argument[] arguments, CancellationToken cancellationToken) =>
        CallAsync(server, method, arguments, static _ => true, cancellationToken);

    private Task<T> CallAsync<T>(StorageServer server, string method, Argument[] arguments, CancellationToken cancellationToken) =>
        CallAsync(server, method, arguments, message => ReadResult<T>(method, message.Result), cancellationToken);

    private async Task<T> CallAsync<T>(StorageServer server, string method, Argument[] arguments, Func<Message, T> read, CancellationToken cancellationToken)
    {
        var pool = PoolOf(server.Uuid);
        var worker = await AcquireAsync(pool, method, cancellationToken);
        try
        {
            return await worker.CallAsync(method, server, json => Write(json, server, arguments),
                message => message.IsError ? throw ErrorOf(worker, method, message) : read(message), cancellationToken);
        }
        catch (WorkerFailedException e)
        {
            throw ErrorOf(method, e);
        }
        finally
        {
            pool.Release(worker);
        }
    }

    private async ValueTask<bool> NextAsync(Worker worker, IAsyncEnumerator<Message> messages)
    {
        try
        {
            return await messages.MoveNextAsync()
                && (messages.Current.IsError ? throw ErrorOf(worker, GuideMethod.List, messages.Current) : true);
        }
        catch (WorkerFailedException e)
        {
            throw ErrorOf(GuideMethod.List, e);
        }
    }

    /// <summary>The elements of a part of a list, or of the response itself. That may be null, but not missing: nothing said is no empty list.</summary>
    private StorageElement[] ReadElements(Worker worker, Message message)
    {
        if (message.Method is null)
        {
            return message.Result.SequenceEqual("null"u8) ? [] : ReadResult<StorageElement[]>(GuideMethod.List, message.Result);
        }

        try
        {
            return JsonSerializer.Deserialize<Part>(message.Params, WireRecords.Options)?.Items ?? throw new JsonException("There are none.");
        }
        catch (JsonException e)
        {
            worker.Kill("sent elements that can't be read and was killed");
            throw Unreadable<StorageElement>(GuideMethod.List, e);
        }
    }

    private T ReadResult<T>(string method, ReadOnlySpan<byte> json)
    {
        try
        {
            return json.IsEmpty || (json.SequenceEqual("null"u8) && default(T) is not null)
                ? throw new JsonException("There is none.")
                : JsonSerializer.Deserialize<T>(json, RecordJson.Options)!;
        }
        catch (JsonException e)
        {
            throw Unreadable<T>(method, e);
        }
    }

    // The message of a JSON error may quote the text. Report the position only.
    private PluginFaultException Unreadable<T>(string method, JsonException error) =>
        PluginErrors.PluginFailure(descriptor, method, $"answered what is no {NameOf(typeof(T))}, at '{error.Path ?? "$"}'", error);

    private static string NameOf(Type type) => type.IsGenericType ? $"list of {type.GetGenericArguments()[0].Name}" : type.Name;

    private async Task<Worker> AcquireAsync(WorkerPool pool, string method, CancellationToken cancellationToken)
    {
        try
        {
            return await pool.AcquireAsync(cancellationToken);
        }
        catch (WorkerFailedException e)
        {
            throw ErrorOf(method, e);
        }
    }

    private WorkerPool PoolOf(string serverUuid) => _pools.GetOrAdd(serverUuid, static (uuid, plugin) => new(
        async token => (uuid == NoServer ? null : plugin.PoolOf(NoServer).TakeIdle()) ?? await plugin.StartAsync(token), plugin._limits), this);

    private Task<Worker> StartAsync(CancellationToken cancellationToken) =>
        Worker.StartAsync(descriptor.Name, command, new(descriptor.ClassName, apiVersion), _limits, OwnServices, cancellationToken);

    private Exception ErrorOf(Worker worker, string method, Message message)
    {
        var error = WireErrors.Read(message.Error, text => PluginErrors.PluginFailure(descriptor, method, worker.Mask(text), null));
        return error is StorageConnectException known ? Masked(worker, known) : error;
    }

    private static StorageConnectException Masked(Worker worker, StorageConnectException error)
    {
        string? Mask(string? text) => text is null ? null : worker.Mask(text);
        var text = new ErrorText(worker.Mask(error.ErrorId), worker.Mask(error.Message), Mask(error.Recommendation))
        {
            Element = Mask(error.Element),
            Retryable = error.Retryable,
        };
        var obstacles = error.Obstacles.Select(worker.Mask).ToValueList();
        if (text == new ErrorText(error.ErrorId, error.Message, error.Recommendation) { Element = error.Element, Retryable = error.Retryable }
            && obstacles == error.Obstacles)
        {
            return error;
        }

        var copy = Results.ErrorRepair.Create(error.GetType().Name, text);
        copy.Obstacles = obstacles;
        return copy;
    }

    private PluginFaultException ErrorOf(string method, WorkerFailedException failure) => failure.Failure switch
    {
        WorkerFailure.NotStarted => PluginErrors.WorkerNotStarted(descriptor, failure),
        WorkerFailure.TimedOut => PluginErrors.WorkerTimedOut(descriptor, method, ChangingMethods.ToCommand(method), failure),
        _ => PluginErrors.WorkerEnded(descriptor, method, ChangingMethods.ToCommand(method), failure),
    };

    private static void Write(Utf8JsonWriter json, StorageServer server, Argument[] arguments)
    {
        WireRecords.WriteServer(json, server);
        foreach (var argument in arguments)
        {
            argument.Write(json);
        }
    }

    private sealed record Part(long Id, StorageElement[]? Items);

    /// <summary>An argument of a call. A null one is left out.</summary>
    private sealed record Argument(string Name, Action<Utf8JsonWriter> Write)
    {
        public static Argument Of<T>(string name, T value) => new(name, json => WireRecords.Write(json, name, value));
    }
}
