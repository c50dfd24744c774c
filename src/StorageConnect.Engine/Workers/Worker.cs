using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using StorageConnect.Engine.Results;
using StorageConnect.Linux.Processes;
using StorageConnect.Linux.Tracing;

namespace StorageConnect.Engine.Workers;

/// <summary>A process that runs a plug-in, and the connection to it. It is used until it fails once.</summary>
internal sealed class Worker : IDisposable
{
    private readonly string _name;
    private readonly WorkerLimits _limits;
    private readonly SessionProcess _process;
    private readonly JsonRpcPeer _peer;
    private readonly WorkerTrace _trace;
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<long, WorkerCall> _calls = new();

    // How it ended, as text.
    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _killedBecause;

    private Worker(string name, SessionProcess process, WorkerLimits limits, WorkerServices services)
    {
        (_name, _process, _limits, _trace) = (name, process, limits, new(name, limits.ErrorLines));
        var messages = new WorkerMessages(_calls, services, _trace);
        _peer = new(process.Output, process.Input, limits.Message)
        {
            OnRequest = request => _ = Task.Run(() => messages.AnswerAsync(_peer!, request, _closing.Token)),
            OnNotification = messages.Take,
        };
        Begin(Read, "reader");
        Begin(() => _trace.ReadErrors(process.Error), "standard error");
        process.WhenEnded(() => _ = AfterEndAsync());
    }

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Its answer to initialize.</summary>
    public WorkerIntroduction Introduction { get; private set; } = new(0, null);

    /// <summary>False once it has ended or failed.</summary>
    public bool IsUsable => !_end.Task.IsCompleted && _killedBecause is null;

    /// <summary>Running calls, counted by the pool.</summary>
    public int Active { get; set; }

    /// <summary>When its last call ended, by <see cref="Stopwatch"/>.</summary>
    public long IdleSince { get; set; }

    /// <summary>It finishes the calls it has and gets no new ones.</summary>
    public bool IsRetired { get; set; }

    /// <summary>Starts a worker and introduces the engine to it.</summary>
    /// <param name="name">The plug-in's name for the trace.</param>
    /// <param name="command">How to start it.</param>
    /// <param name="greeting">Which plug-in class, and which revision of the guide.</param>
    /// <param name="limits">Its limits.</param>
    /// <param name="services">The services for its requests.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="WorkerFailedException">It can't be started, or its answer to initialize is wrong.</exception>
    public static async Task<Worker> StartAsync(string name, WorkerCommand command, WorkerGreeting greeting, WorkerLimits limits, WorkerServices services,
        CancellationToken cancellationToken)
    {
        using var span = Tracer.BeginDebug($"Worker of {name}: start {command.File}");
        Worker worker;
        try
        {
            worker = new(name, SessionProcess.Start(command.File, command.Arguments, command.Environment, limits.Memory, command.Folder), limits, services);
        }
        catch (Win32Exception e)
        {
            throw new WorkerFailedException(WorkerFailure.NotStarted, $"'{command.File}' can't be started: {e.Message}", e);
        }

        try
        {
            await worker.IntroduceAsync(greeting, services, cancellationToken);
            span.End($"process {worker.ProcessId}");
            return worker;
        }
        catch (Exception e)
        {
            worker.Kill("it did not introduce itself");
            worker.Dispose();
            if (e is WorkerFailedException { Failure: not WorkerFailure.NotStarted } failed)
            {
                throw new WorkerFailedException(WorkerFailure.NotStarted, await worker.ExplainStartAsync(failed.Message), e);
            }

            throw;
        }
    }

    /// <summary>Makes a call.</summary>
    /// <param name="method">The method.</param>
    /// <param name="server">The server whose secrets the call carries; null for none.</param>
    /// <param name="writeParams">Writes the parameters.</param>
    /// <param name="read">Reads the answer.</param>
    /// <param name="cancellationToken">Ends the call: the worker is asked to give it up, and killed when it doesn't.</param>
    /// <exception cref="WorkerFailedException">It ended, or was killed.</exception>
    public async Task<T> CallAsync<T>(string method, StorageServer? server, Action<Utf8JsonWriter> writeParams, Func<Message, T> read,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested(); // Once it is sent, the worker may do it.
        using var call = Open(server, streams: false);
        var reply = _peer.RequestAsync(call.Id, method, writeParams);
        try
        {
            return read(await WaitAsync(call, reply, _limits.CallTimeout, cancellationToken));
        }
        catch (OperationCanceledException) when (reply.IsCompletedSuccessfully)
        {
            // The worker had done it, or answers itself that it gave it up.
            return read(await reply);
        }
    }

    /// <summary>Makes a call whose answer comes in parts. The last message is the response itself.</summary>
    /// <inheritdoc cref="CallAsync"/>
    public async IAsyncEnumerable<Message> StreamAsync(string method, StorageServer server, Action<Utf8JsonWriter> writeParams,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = Open(server, streams: true);
        var reply = _peer.RequestAsync(call.Id, method, writeParams);
        try
        {
            while (true)
            {
                // Read before the queue: parts that arrive in between are taken in the next round.
                var isOver = reply.IsCompleted;
                if (call.Parts!.Reader.TryRead(out var part))
                {
                    yield return part;
                    _peer.Notify(WorkerProtocol.Acknowledge, json => json.WriteNumber("id"u8, call.Id));
                }
                else if (isOver)
                {
                    break;
                }
                else
                {
                    var next = call.Parts.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
                    await WaitAsync(call, Task.WhenAny(next, reply), _limits.CallTimeout, cancellationToken);
                }
            }

            yield return await WaitAsync(call, reply, _limits.CallTimeout, cancellationToken);
        }
        finally
        {
            // The caller has stopped reading.
            if (!reply.IsCompleted && IsUsable)
            {
                await GiveUpAsync(call, reply);
            }
        }
    }

    /// <summary>The text without this worker's secrets.</summary>
    public string Mask(string text) => _trace.Mask(text);

    /// <summary>Ends it by closing its standard input, and kills it when it continues.</summary>
    public void Close()
    {
        Tracer.Debug($"Worker of {_name}: end process {ProcessId}");
        _process.Input.Dispose();
        _process.WaitForEnd(_limits.EndTimeout);
        _process.KillGroup();
        Dispose();
    }

    /// <summary>Kills it with every process of its group.</summary>
    /// <param name="reason">Why, to follow "the worker".</param>
    public void Kill(string reason)
    {
        Interlocked.CompareExchange(ref _killedBecause, reason, null);
        if (!_end.Task.IsCompleted)
        {
            _process.KillGroup();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closing.Cancel();
        // The reading thread releases the process at its end.
    }

    private async Task IntroduceAsync(WorkerGreeting greeting, WorkerServices services, CancellationToken cancellationToken)
    {
        using var call = Open(server: null, streams: false);
        var reply = await WaitAsync(call, _peer.RequestAsync(call.Id, WorkerProtocol.Initialize, json =>
        {
            json.WriteNumber("protocolVersion", WorkerProtocol.ProtocolVersion);
            json.WriteNumber("recordVersion", RecordJson.Version);
            WireRecords.Write(json, "className", greeting.ClassName);
            WireRecords.Write(json, "apiVersion", greeting.ApiVersion);
            json.WriteString("devicePathPrefix", services.DevicePathPrefix);
            if (services.StateFolder.Length > 0)
            {
                json.WriteString("stateFolder", services.StateFolder);
            }
        }), _limits.StartTimeout, cancellationToken);
        if (reply.IsError)
        {
            var error = WireErrors.Read(reply.Error, static text => new WorkerFailedException(WorkerFailure.NotStarted, $"it {text}"));
            throw new WorkerFailedException(WorkerFailure.NotStarted, Mask(error.Message), error);
        }

        try
        {
            Introduction = JsonSerializer.Deserialize<WorkerIntroduction>(reply.Result, WireRecords.Options) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new WorkerFailedException(WorkerFailure.NotStarted, $"its answer to initialize can't be read at '{e.Path}'", e);
        }

        if (Introduction.ProtocolVersion != WorkerProtocol.ProtocolVersion)
        {
            throw new WorkerFailedException(WorkerFailure.NotStarted,
                $"it speaks version {Introduction.ProtocolVersion} of the protocol, and this engine version {WorkerProtocol.ProtocolVersion}");
        }

        if (Introduction.Plugins is not { Count: > 0 } plugins || plugins.Any(static plugin => plugin?.Descriptor is null))
        {
            throw new WorkerFailedException(WorkerFailure.NotStarted, "it has no plug-in");
        }
    }

    private async Task<string> ExplainStartAsync(string failure)
    {
        var reason = await _trace.ReadLastErrorAsync(_limits.EndTimeout);
        return reason.Length == 0 ? failure : $"{failure}: {reason}";
    }

    private WorkerCall Open(StorageServer? server, bool streams)
    {
        _trace.BeginCall(server);
        var call = new WorkerCall(_peer.NextId(), streams, _calls);
        _calls[call.Id] = call;
        return call;
    }

    private async Task<T> WaitAsync<T>(WorkerCall call, Task<T> reply, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var left = timeout - Stopwatch.GetElapsedTime(Math.Max(began, call.LastSign));
                return await reply.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1), cancellationToken);
            }
            catch (TimeoutException)
            {
                if (Stopwatch.GetElapsedTime(Math.Max(began, call.LastSign)) < timeout)
                {
                    continue;
                }

                Kill($"did not answer within {timeout.TotalSeconds:0.#} seconds and was killed");
                throw new WorkerFailedException(WorkerFailure.TimedOut, $"it did not answer within {timeout.TotalSeconds:0.#} seconds and was killed");
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await GiveUpAsync(call, reply);
                throw;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
            {
                throw new WorkerFailedException(WorkerFailure.Ended, $"it {await _end.Task}", e);
            }
        }
    }

    /// <summary>Sends the worker a cancellation of a call. A worker that continues is killed.</summary>
    private async Task GiveUpAsync(WorkerCall call, Task reply)
    {
        // The deadline starts first, because a write blocks while the worker doesn't read.
        var isOver = Task.WhenAny(reply, Task.Delay(_limits.CancelTimeout));
        Tell(WorkerProtocol.CancelRequest);
        // The rest of the list is read and dropped; without acknowledgements the worker would wait.
        while (call.Parts is { } parts && await Task.WhenAny(isOver, parts.Reader.WaitToReadAsync().AsTask()) != isOver)
        {
            while (parts.Reader.TryRead(out _))
            {
                Tell(WorkerProtocol.Acknowledge);
            }
        }

        await isOver;
        if (!reply.IsCompleted)
        {
            Kill("did not give up a cancelled call and was killed");
        }

        void Tell(string method) => _ = Task.Run(() => _peer.Notify(method, json => json.WriteNumber("id"u8, call.Id)));
    }

    private void Read()
    {
        try
        {
            _peer.Run();
        }
        catch (InvalidDataException e)
        {
            Kill($"broke the protocol and was killed: {Mask(UntrustedText.CleanText(e.Message))}");
        }

        // A worker that closed its output ends soon, or is unusable.
        if (!_process.WaitForEnd(_limits.EndTimeout))
        {
            Kill("closed its output and was killed");
        }

        _process.KillGroup();
        var ended = _process.WaitForEnd(_limits.EndTimeout);
        _end.TrySetResult(_killedBecause ?? (ended ? ToWords(_process.ExitCode) : "does not end"));
    }

    /// <summary>Kills the rest of its process group. A process that left the group and keeps the output open does not block the calls.</summary>
    private async Task AfterEndAsync()
    {
        _process.KillGroup();
        await Task.WhenAny(_end.Task, Task.Delay(_limits.EndTimeout));
        _end.TrySetResult(_killedBecause ?? ToWords(_process.ExitCode));
        _peer.Abandon();
    }

    private static string ToWords(int exitCode) => exitCode > 128
        ? $"was ended by signal {exitCode - 128}"
        : $"ended with exit code {exitCode}";

    private static void Begin(Action work, string what) => new Thread(() => work(), 256 * 1024)
    {
        IsBackground = true,
        Name = $"StorageConnect worker {what}",
    }.UnsafeStart();
}
