using System.Text.Json;

namespace StorageConnect.Engine.Workers;

/// <summary>A JSON-RPC message that was read: a request, a notification or a response. Its parts are read when they are needed.</summary>
internal sealed class Message
{
    private readonly byte[] _json;
    private Range _params;
    private Range _result;
    private Range _error;

    private Message(byte[] json) => _json = json;

    /// <summary>The number of a request, or of the request that this is the response to; null in a notification.</summary>
    public long? Id { get; private set; }

    /// <summary>The method of a request or notification; null in a response.</summary>
    public string? Method { get; private set; }

    /// <summary>True for a response that is an error. A null beside a result is none.</summary>
    public bool IsError => !_error.Equals(default) && (_result.Equals(default) || !Error.SequenceEqual("null"u8));

    /// <summary>The parameters; empty where there are none.</summary>
    public ReadOnlySpan<byte> Params => _json.AsSpan(_params);

    /// <summary>The result; empty where there is none.</summary>
    public ReadOnlySpan<byte> Result => _json.AsSpan(_result);

    /// <summary>The error; empty where there is none.</summary>
    public ReadOnlySpan<byte> Error => _json.AsSpan(_error);

    /// <summary>Reads the outer part of a message.</summary>
    /// <exception cref="InvalidDataException">It is not a JSON-RPC message.</exception>
    public static Message Parse(byte[] json)
    {
        var message = new Message(json);
        try
        {
            message.ReadOuter();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // A JSON error quotes the text, which may contain a secret.
            throw new InvalidDataException("it wrote a message that is no JSON-RPC 2.0");
        }

        return message.Id is null && message.Method is null ? throw new InvalidDataException("it wrote a message without id and method") : message;
    }

    private void ReadOuter()
    {
        var reader = new Utf8JsonReader(_json, new JsonReaderOptions { MaxDepth = 64 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException();
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                Id = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt64();
            }
            else if (reader.ValueTextEquals("method"u8))
            {
                reader.Read();
                Method = reader.GetString();
            }
            else if (reader.ValueTextEquals("params"u8))
            {
                _params = Skip(ref reader);
            }
            else if (reader.ValueTextEquals("result"u8))
            {
                _result = Skip(ref reader);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                _error = Skip(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static Range Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        var begin = (int)reader.TokenStartIndex;
        reader.Skip();
        return new Range(begin, (int)reader.BytesConsumed);
    }
}
