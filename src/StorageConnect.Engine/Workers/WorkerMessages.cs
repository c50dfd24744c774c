using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using StorageConnect.Engine.Results;
using StorageConnect.Linux.Tracing;

namespace StorageConnect.Engine.Workers;

/// <summary>Handles the messages that a worker sends on its own: parts of lists, progress, log lines and requests.</summary>
/// <param name="calls">The running calls, by number.</param>
/// <param name="services">The services for its requests.</param>
/// <param name="trace">Its lines in the trace.</param>
internal sealed class WorkerMessages(ConcurrentDictionary<long, WorkerCall> calls, WorkerServices services, WorkerTrace trace)
{
    /// <summary>Takes a notification, on the reading thread.</summary>
    /// <exception cref="InvalidDataException">It breaks the protocol.</exception>
    public void Take(Message message)
    {
        try
        {
            using var document = JsonDocument.Parse(message.Params.IsEmpty ? "{}"u8.ToArray() : message.Params.ToArray());
            var parameters = document.RootElement;
            switch (message.Method)
            {
                case WorkerProtocol.Items:
                    TakePart(message, WireRecords.Read<long>(parameters, "id"));
                    break;
                case WorkerProtocol.Progress:
                    TakeProgress(parameters);
                    break;
                case WorkerProtocol.Log:
                    TakeLog(parameters);
                    break;
                default:
                    break; // from a newer protocol version
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            if (message.Method is WorkerProtocol.Progress or WorkerProtocol.Log)
            {
                // Only a line of the trace is lost. A change that is running must not be interrupted for it.
                trace.Write($"the parameters of '{message.Method}' are wrong");
                return;
            }

            throw new InvalidDataException($"the parameters of '{UntrustedText.Quote(message.Method)}' are wrong");
        }
    }

    private void TakePart(Message message, long id)
    {
        if (!calls.TryGetValue(id, out var call) || call.Parts is null)
        {
            return; // the call was cancelled
        }

        call.ShowSign();
        if (!call.Parts.Writer.TryWrite(message))
        {
            throw new InvalidDataException($"it sent more than {WorkerProtocol.Window} lists of elements that were not acknowledged");
        }
    }

    private void TakeProgress(JsonElement parameters)
    {
        if (calls.TryGetValue(WireRecords.Read<long>(parameters, "id"), out var call))
        {
            call.ShowSign();
        }

        if (Tracer.IsOn && WireRecords.TryRead<string>(parameters, "message") is { } text)
        {
            var percent = WireRecords.TryRead<double?>(parameters, "percent");
            trace.Write(string.Create(CultureInfo.InvariantCulture, $"{percent ?? -1:0} % {text}"));
        }
    }

    private void TakeLog(JsonElement parameters)
    {
        var level = Enum.TryParse<PluginLogLevel>(WireRecords.TryRead<string>(parameters, "level"), ignoreCase: true, out var known)
            ? known
            : default;
        if (services.Log.IsEnabled(level))
        {
            var text = trace.Mask(WireRecords.Read<string>(parameters, "message"));
            trace.Run(() => services.Log.Write(level, text));
        }
    }

    /// <summary>Answers a request.</summary>
    /// <param name="peer">Where to send the response.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancelled when the worker ends.</param>
    public async Task AnswerAsync(JsonRpcPeer peer, Message request, CancellationToken cancellationToken)
    {
        var id = request.Id!.Value;
        try
        {
            using var document = JsonDocument.Parse(request.Params.IsEmpty ? "{}"u8.ToArray() : request.Params.ToArray());
            var result = await services.AnswerAsync(request.Method!, document.RootElement, cancellationToken);
            peer.Respond(id, json =>
            {
                json.WritePropertyName("result"u8);
                JsonSerializer.Serialize(json, result, RecordJson.Options);
            });
        }
        catch (Exception e)
        {
            peer.Respond(id, json => WireErrors.Write(json, e));
        }
    }
}
