using System.Text.Json;
using System.Text.Json.Serialization;
using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Names;

/// <summary>The known names in a file, so that a new process can complete them. It holds names alone, no secrets, and has mode 0600.</summary>
/// <remarks>Names are a convenience: a file that can't be read or written is no error.</remarks>
internal sealed class NamesFile(string path)
{
    private const long MaxBytes = 16 << 20;

    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>The names in the file: none where it is missing, damaged or larger than 16 MiB.</summary>
    public IReadOnlyList<KnownName> Load()
    {
        try
        {
            // A pipe or device has no length, and is not opened.
            var file = new FileInfo(path);
            return file.Exists && file.Length is > 0 and <= MaxBytes
                ? JsonSerializer.Deserialize<List<KnownName>>(File.ReadAllBytes(path), Json)?.Where(name => name is { ServerUuid: not null, Name: not null })
                    .ToList() ?? []
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }

    /// <summary>Replaces the file, where the folder for settings is there.</summary>
    public void Save(IReadOnlyCollection<KnownName> names)
    {
        try
        {
            if (Directory.Exists(Path.GetDirectoryName(path)))
            {
                PrivateFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(names, Json));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
