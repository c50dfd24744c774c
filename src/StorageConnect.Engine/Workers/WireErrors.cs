using System.Text.Json;
using StorageConnect.Engine.Results;

namespace StorageConnect.Engine.Workers;

/// <summary>Errors in messages. An error of the contract travels with its kind, id and texts; any other is a fault of the plug-in.</summary>
internal static class WireErrors
{
    private const string Suffix = "Exception";
    private const string GuideSuffix = "Ex";

    /// <summary>Writes the member "error" of a response.</summary>
    public static void Write(Utf8JsonWriter json, Exception error)
    {
        json.WriteStartObject("error"u8);
        if (error is StorageConnectException known)
        {
            json.WriteNumber("code"u8, error is NoSuchOperationException ? WorkerProtocol.MethodNotFound : WorkerProtocol.ArrayError);
            json.WriteString("message"u8, known.Message);
            json.WriteStartObject("data"u8);
            json.WriteString("kind"u8, ToKind(known));
            json.WriteString("id"u8, known.ErrorId);
            WireRecords.Write(json, "element", known.Element);
            WireRecords.Write(json, "action", known.Recommendation);
            WireRecords.Write(json, "obstacles", known.Obstacles);
            json.WriteBoolean("retryable"u8, known.Retryable);
        }
        else
        {
            json.WriteNumber("code"u8, error is OperationCanceledException ? WorkerProtocol.Cancelled : WorkerProtocol.InternalError);
            json.WriteString("message"u8, error.Message);
            json.WriteStartObject("data"u8);
            json.WriteString("exception"u8, error.GetType().Name);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The error of a response.</summary>
    /// <param name="json">The member "error".</param>
    /// <param name="fault">Makes the error for anything that is not an error of the contract: a fault of the other side.</param>
    public static Exception Read(ReadOnlySpan<byte> json, Func<string, Exception> fault)
    {
        Content? error;
        try
        {
            error = JsonSerializer.Deserialize<Content>(json, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            error = null;
        }

        if (error is null || ToText(error.Message) is not { } message)
        {
            return fault("returned an error without a message");
        }

        var code = error.Code.ValueKind == JsonValueKind.Number && error.Code.TryGetInt32(out var number) ? number : 0;
        if (code == WorkerProtocol.Cancelled)
        {
            return new OperationCanceledException(message);
        }

        var data = error.Data.ValueKind == JsonValueKind.Object ? error.Data.Deserialize<Details>(JsonSerializerOptions.Web)! : new();
        if (ToText(data.Kind) is not { } kind)
        {
            return fault(code switch
            {
                WorkerProtocol.MethodNotFound => $"has no such method: {message}",
                _ when ToText(data.Exception) is { } type => $"threw {UntrustedText.Quote(type)}: {UntrustedText.CleanText(message)}",
                _ => $"failed: {UntrustedText.CleanText(message)}",
            });
        }

        var made = ErrorRepair.Create(
            Plain(kind) + Suffix,
            new(ToText(data.Id) ?? Plain(kind), message, ToText(data.Action))
            {
                Element = ToText(data.Element),
                Retryable = data.Retryable.ValueKind == JsonValueKind.True,
            });
        made.Obstacles = ToTexts(data.Obstacles).ToValueList();
        return made;
    }

    /// <summary>A detail as text; null where it is none. What the plug-in says must not be lost because one detail is of another type.</summary>
    private static string? ToText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.Object => NameOf(value),
        _ => null,
    };

    /// <summary>The name in a record that stands where its name belongs.</summary>
    private static string? NameOf(JsonElement record) =>
        record.EnumerateObject().FirstOrDefault(static member => string.Equals(member.Name, "name", StringComparison.OrdinalIgnoreCase)).Value
            is { ValueKind: JsonValueKind.String } name ? name.GetString() : null;

    private static IEnumerable<string> ToTexts(JsonElement value) =>
        (value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(ToText) : [ToText(value)]).OfType<string>();

    private static string ToKind(StorageConnectException error) => Plain(error.GetType().Name);

    private static string Plain(string kind) =>
        kind.EndsWith(Suffix, StringComparison.Ordinal) ? kind[..^Suffix.Length]
        : kind.EndsWith(GuideSuffix, StringComparison.Ordinal) ? kind[..^GuideSuffix.Length]
        : kind;

    private sealed record Content
    {
        public JsonElement Code { get; init; }

        public JsonElement Message { get; init; }

        public JsonElement Data { get; init; }
    }

    private sealed record Details
    {
        public JsonElement Kind { get; init; }

        public JsonElement Id { get; init; }

        public JsonElement Element { get; init; }

        public JsonElement Action { get; init; }

        public JsonElement Retryable { get; init; }

        public JsonElement Obstacles { get; init; }

        public JsonElement Exception { get; init; }
    }
}
