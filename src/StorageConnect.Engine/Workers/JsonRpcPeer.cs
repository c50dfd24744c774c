using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;

namespace StorageConnect.Engine.Workers;

/// <summary>One end of a JSON-RPC 2.0 connection over two streams. Both ends may send requests and notifications.</summary>
internal sealed class JsonRpcPeer(Stream input, Stream output, int longestMessage)
{
    // More than a pipe's buffer: the write may block until the other end reads.
    private const int MayBlock = 32 * 1024;

    private readonly MessageReader _reader = new(input, longestMessage);
    private readonly MessageWriter _writer = new(output);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<Message>> _pending = new();
    private long _lastId;
    private volatile Exception? _ended;

    /// <summary>Called for each request, on the reading thread: it must not wait.</summary>
    public Action<Message> OnRequest { get; init; } = static _ => { };

    /// <summary>Called for each notification, on the reading thread: it must not wait.</summary>
    public Action<Message> OnNotification { get; init; } = static _ => { };

    /// <summary>Fails every pending and later request, even if the other end's stream is still open.</summary>
    public void Abandon() => End(new EndOfStreamException("the process has ended"));

    /// <summary>The number for a request that is about to be sent.</summary>
    public long NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Reads messages until the other end closes its stream. Blocks the thread.</summary>
    /// <exception cref="InvalidDataException">The data is not a message, or it answers a request that was not made.</exception>
    public void Run()
    {
        Exception end = new EndOfStreamException("the connection was closed");
        try
        {
            while (_reader.Read() is { } bytes)
            {
                Take(Message.Parse(bytes));
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            end = e;
            if (e is InvalidDataException)
            {
                throw;
            }
        }
        finally
        {
            End(end);
        }
    }

    /// <summary>Sends a request.</summary>
    /// <param name="id">Its number, from <see cref="NextId"/>.</param>
    /// <param name="method">Its method.</param>
    /// <param name="writeParams">Writes the members of the parameters.</param>
    /// <returns>The response. Fails with an <see cref="IOException"/> when the connection ends before it.</returns>
    public Task<Message> RequestAsync(long id, string method, Action<Utf8JsonWriter> writeParams)
    {
        var reply = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = reply;
        if (_ended is { } ended)
        {
            _pending.TryRemove(id, out _);
            return Task.FromException<Message>(ended);
        }

        Send(id, method, writeParams);
        return reply.Task;
    }

    /// <summary>Sends a notification. Does nothing when the connection has ended.</summary>
    public void Notify(string method, Action<Utf8JsonWriter> writeParams) => Send(null, method, writeParams);

    /// <summary>Sends the response to a request.</summary>
    /// <param name="id">The request's number.</param>
    /// <param name="writeOutcome">Writes the member "result" or "error".</param>
    public void Respond(long id, Action<Utf8JsonWriter> writeOutcome) => Write(json =>
    {
        json.WriteNumber("id"u8, id);
        writeOutcome(json);
    });

    private void Send(long? id, string method, Action<Utf8JsonWriter> writeParams) => Write(json =>
    {
        if (id is { } number)
        {
            json.WriteNumber("id"u8, number);
        }

        json.WriteString("method"u8, method);
        json.WriteStartObject("params"u8);
        writeParams(json);
        json.WriteEndObject();
    });

    private void Write(Action<Utf8JsonWriter> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            writeMembers(json);
            json.WriteEndObject();
        }

        if (buffer.WrittenCount > MayBlock)
        {
            // Not on the caller's thread: the caller's deadline must run while the other end doesn't read.
            _ = Task.Run(() => WriteNow(buffer));
        }
        else
        {
            WriteNow(buffer);
        }
    }

    private void WriteNow(ArrayBufferWriter<byte> buffer)
    {
        try
        {
            _writer.Write(buffer.WrittenSpan);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The reading thread detects the end of the connection, and ends every call.
        }
        finally
        {
            buffer.Clear(); // it may hold a secret, which Clear overwrites
        }
    }

    private void Take(Message message)
    {
        if (message.Method is null)
        {
            // A response to a request that was given up is dropped.
            if (_pending.TryRemove(message.Id!.Value, out var reply))
            {
                reply.TrySetResult(message);
            }
            else if (message.Id > Volatile.Read(ref _lastId))
            {
                throw new InvalidDataException($"it answered the request {message.Id}, which was not made");
            }
        }
        else if (message.Id is null)
        {
            OnNotification(message);
        }
        else
        {
            OnRequest(message);
        }
    }

    private void End(Exception reason)
    {
        _ended ??= reason;
        foreach (var id in _pending.Keys)
        {
            if (_pending.TryRemove(id, out var reply))
            {
                reply.TrySetException(reason);
            }
        }
    }
}
