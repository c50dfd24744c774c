using System.Text.Json;

namespace StorageConnect.Engine.Workers;

/// <summary>Records in messages: their public JSON, and the secrets of a server beside it.</summary>
internal static class WireRecords
{
    public const string Secrets = "secrets";

    /// <summary>For the message around the records: its names begin with lower-case letters.</summary>
    public static JsonSerializerOptions Options { get; } = new(RecordJson.Options)
    {
        PropertyNamingPolicy = null,
        PropertyNameCaseInsensitive = true,
    };

    /// <summary>Writes the server of a call: its record, and its secrets apart from it.</summary>
    public static void WriteServer(Utf8JsonWriter json, StorageServer server)
    {
        Write(json, "server", server);
        var contexts = server.AccessContexts;
        if (server.GetAdminSecret() is null && !contexts.Any(HasSecret))
        {
            return;
        }

        json.WriteStartObject(Secrets);
        Write(json, "admin", server.GetAdminSecret());
        if (contexts.Any(HasSecret))
        {
            json.WriteStartArray("accessContexts");
            foreach (var context in contexts)
            {
                WriteSecrets(json, context);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Writes an access context with its secrets.</summary>
    public static void WriteContext(Utf8JsonWriter json, AccessContext context)
    {
        Write(json, "context", context);
        json.WritePropertyName(Secrets);
        WriteSecrets(json, context);
    }

    /// <summary>The server of a call, with its secrets.</summary>
    public static StorageServer ReadServer(JsonElement parameters)
    {
        var server = Read<StorageServer>(parameters, "server");
        if (!parameters.TryGetProperty(Secrets, out var secrets))
        {
            return server;
        }

        if (secrets.TryGetProperty("accessContexts", out var list))
        {
            var contexts = server.AccessContexts.Zip(list.EnumerateArray(), WithSecrets).ToValueList();
            server = server with { AccessContexts = contexts };
        }

        return server.WithAdminSecret(ReadSecret(secrets, "admin"));
    }

    /// <summary>An access context of a request, with its secrets.</summary>
    public static AccessContext ReadContext(JsonElement parameters)
    {
        var context = Read<AccessContext>(parameters, "context");
        return parameters.TryGetProperty(Secrets, out var secrets) ? WithSecrets(context, secrets) : context;
    }

    /// <summary>Writes a member; nothing where the value is null.</summary>
    public static void Write<T>(Utf8JsonWriter json, string name, T value)
    {
        if (value is not null)
        {
            json.WritePropertyName(name);
            JsonSerializer.Serialize(json, value, RecordJson.Options);
        }
    }

    /// <summary>A member of the parameters.</summary>
    /// <exception cref="JsonException">It is missing, or of another type.</exception>
    public static T Read<T>(JsonElement parameters, string name) => TryRead<T>(parameters, name) ?? throw new JsonException($"'{name}' is missing");

    /// <summary>A member of the parameters; the default where it is missing or null.</summary>
    public static T? TryRead<T>(JsonElement parameters, string name) =>
        parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value.Deserialize<T>(RecordJson.Options)
            : default;

    private static bool HasSecret(AccessContext context) => context.GetChapSecret() is not null || context.GetMutualChapSecret() is not null;

    private static AccessContext WithSecrets(AccessContext context, JsonElement secrets) =>
        context.WithSecrets(ReadSecret(secrets, "chap"), ReadSecret(secrets, "mutualChap"));

    private static void WriteSecrets(Utf8JsonWriter json, AccessContext context)
    {
        json.WriteStartObject();
        Write(json, "chap", context.GetChapSecret());
        Write(json, "mutualChap", context.GetMutualChapSecret());
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Secret? secret) => secret?.Use(characters =>
    {
        json.WriteString(name, characters);
        return true;
    });

    private static Secret? ReadSecret(JsonElement secrets, string name) =>
        secrets.TryGetProperty(name, out var value) && value.GetString() is { } text ? new(text) : null;
}
