using System.Collections.Concurrent;
using System.Text.Json;
using StorageConnect.Engine.Workers;
using StorageConnect.Linux.Processes;

namespace StorageConnect.Worker;

/// <summary>The worker's side of the protocol, for a plug-in that is an assembly.</summary>
internal sealed class WorkerProgram
{
    // The most calls at the same time. The engine makes far fewer.
    private const int Concurrency = 64;
    private readonly ConcurrentDictionary<long, ServedCall> _calls = new();
    private readonly string _assembly;
    private readonly JsonRpcPeer _peer;
    private PluginService? _service;

    private WorkerProgram(string assembly, Stream input, Stream output)
    {
        _assembly = assembly;
        _peer = new(input, output, new WorkerLimits().Message) { OnRequest = Serve, OnNotification = Take };
    }

    /// <summary>Answers the engine's requests until its end of the connection is closed, then ends the process with its group.</summary>
    /// <param name="assembly">The plug-in's assembly.</param>
    public static void Run(string assembly)
    {
        var (input, output) = OwnStreams.Take();
        ThreadPool.SetMinThreads(Math.Max(Environment.ProcessorCount, 16), 1);
        try
        {
            new WorkerProgram(assembly, input, output)._peer.Run();
        }
        finally
        {
            SessionProcess.KillOwnGroup();
        }
    }

    private void Serve(Message request)
    {
        var call = _calls[request.Id!.Value] = new();
        _ = Task.Run(() => ServeAsync(request, call));
    }

    private async Task ServeAsync(Message request, ServedCall call)
    {
        var id = request.Id!.Value;
        try
        {
            using var parameters = JsonDocument.Parse(request.Params.IsEmpty ? "{}"u8.ToArray() : request.Params.ToArray());
            var result = await AnswerAsync(request, parameters.RootElement, call);
            _peer.Respond(id, json =>
            {
                json.WritePropertyName("result"u8);
                JsonSerializer.Serialize(json, result, RecordJson.Options);
            });
        }
        catch (Exception e)
        {
            if (e is not (StorageConnectException or OperationCanceledException))
            {
                await Console.Error.WriteLineAsync(e.ToString());
            }

            _peer.Respond(id, json => WireErrors.Write(json, e));
        }
        finally
        {
            _calls.TryRemove(id, out _);
            call.Dispose();
        }
    }

    private async Task<object?> AnswerAsync(Message request, JsonElement parameters, ServedCall call)
    {
        if (request.Method == WorkerProtocol.Initialize)
        {
            _service = PluginService.Open(_assembly, parameters, _peer);
            return _service.Introduce(Concurrency);
        }

        var service = _service ?? throw new InvalidRequestException("The first request is initialize.");
        if (request.Method != GuideMethod.List)
        {
            return await service.CallAsync(request.Method!, parameters, call.Token);
        }

        return await service.ListAsync(parameters, call, items => _peer.Notify(WorkerProtocol.Items, json =>
        {
            json.WriteNumber("id"u8, request.Id!.Value);
            WireRecords.Write(json, "items", items);
        }));
    }

    private void Take(Message notification)
    {
        using var parameters = JsonDocument.Parse(notification.Params.ToArray());
        if (!_calls.TryGetValue(WireRecords.Read<long>(parameters.RootElement, "id"), out var call))
        {
            return; // it has ended
        }

        if (notification.Method == WorkerProtocol.CancelRequest)
        {
            call.Cancel();
        }
        else if (notification.Method == WorkerProtocol.Acknowledge)
        {
            call.Acknowledge();
        }
    }
}
