using System.Text.Json;

namespace StorageConnect.Engine.Servers;

/// <summary>The JSON format of the files of engine and host: <see cref="RecordJson"/> with line breaks.</summary>
internal static class StoredJson
{
    public static JsonSerializerOptions Options { get; } = new(RecordJson.Options) { WriteIndented = true };
}
