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

        if (error?.Message is null)
        {
            return fault("returned an error without a message");
        }

        if (error.Code == WorkerProtocol.Cancelled)
        {
            return new OperationCanceledException(error.Message);
        }

        if (error.Data?.Kind is not { } kind)
        {
            return fault(error.Code switch
            {
                WorkerProtocol.MethodNotFound => $"has no such method: {error.Message}",
                _ when error.Data?.Exception is { } type => $"threw {UntrustedText.Quote(type)}: {UntrustedText.CleanText(error.Message)}",
                _ => $"failed: {UntrustedText.CleanText(error.Message)}",
            });
        }

        var made = ErrorRepair.Create(
            Plain(kind) + Suffix,
            new(error.Data.Id ?? Plain(kind), error.Message, error.Data.Action) { Element = error.Data.Element, Retryable = error.Data.Retryable });
        made.Obstacles = (error.Data.Obstacles ?? []).ToValueList();
        return made;
    }

    private static string ToKind(StorageConnectException error) => Plain(error.GetType().Name);

    private static string Plain(string kind) =>
        kind.EndsWith(Suffix, StringComparison.Ordinal) ? kind[..^Suffix.Length]
        : kind.EndsWith(GuideSuffix, StringComparison.Ordinal) ? kind[..^GuideSuffix.Length]
        : kind;

    private sealed record Content(int Code, string? Message, Details? Data);

    private sealed record Details(string? Kind, string? Id, string? Element, string? Action, bool Retryable, string[]? Obstacles, string? Exception);
}
