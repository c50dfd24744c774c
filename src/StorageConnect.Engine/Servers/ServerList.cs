using System.Text.Json;

namespace StorageConnect.Engine.Servers;

/// <summary>The content of the file of registered servers.</summary>
/// <param name="Servers">The servers.</param>
/// <param name="Damaged">The entries that can't be used. They are written back as they are.</param>
internal sealed record ServerList(IReadOnlyList<RegisteredServer> Servers, IReadOnlyList<DamagedServer> Damaged)
{
    public static ServerList Empty { get; } = new([], []);

    /// <summary>The names of all entries, damaged ones too.</summary>
    public IEnumerable<string> Names => Servers.Select(entry => entry.Server.Name).Concat(Damaged.Select(entry => entry.ToString()));
}

/// <summary>An entry of the file that can't be used.</summary>
/// <param name="Json">The entry as it is in the file.</param>
/// <param name="Number">Its place in the file, from 1 on.</param>
/// <param name="Problem">Why it can't be used.</param>
internal sealed record DamagedServer(JsonElement Json, int Number, string Problem)
{
    /// <summary>The server's name; null where there is none.</summary>
    public string? Name { get; } = Text(Json, nameof(StorageServer.Name));

    /// <summary>The server's Uuid; null where there is none.</summary>
    public string? Uuid { get; } = Text(Json, nameof(StorageServer.Uuid)) is { } uuid && Guid.TryParseExact(uuid, "N", out _) ? uuid : null;

    /// <summary>Whether a user means it by a name or Uuid.</summary>
    public bool Is(string nameOrUuid) => string.Equals(Name, nameOrUuid, StringComparison.OrdinalIgnoreCase) || Uuid == nameOrUuid;

    public override string ToString() => Name ?? $"entry {Number}";

    private static string? Text(JsonElement json, string field) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(nameof(RegisteredServer.Server), out var server)
        && server.ValueKind == JsonValueKind.Object && server.TryGetProperty(field, out var value)
        && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
