using System.Text.Json;

namespace StorageConnect.Engine.Servers;

/// <summary>How records are written to the files that the engine and the host keep: <see cref="RecordJson"/> with line breaks.</summary>
internal static class StoredJson
{
    public static JsonSerializerOptions Options { get; } = new(RecordJson.Options) { WriteIndented = true };
}
