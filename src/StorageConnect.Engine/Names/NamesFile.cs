using System.Buffers;
using System.Text.Json;
using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Names;

/// <summary>The known names in a file, so that a new process can complete them. It holds names alone, no secrets, and has mode 0600.</summary>
/// <remarks>Names are a convenience: a file that can't be read or written is no error.</remarks>
internal sealed class NamesFile(string path)
{
    private const long MaxBytes = 16 << 20;

    private static readonly string[] Kinds = Enum.GetNames<NameKind>();

    /// <summary>The names in the file: none where it is missing, damaged or larger than 16 MiB.</summary>
    public IReadOnlyList<KnownName> Load()
    {
        try
        {
            // A pipe or device has no length, and is not opened.
            var file = new FileInfo(path);
            return file.Exists && file.Length is > 0 and <= MaxBytes ? Parse(File.ReadAllBytes(path)) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
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
                PrivateFile.Write(path, ToJson(names));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    // Field by field: a process that runs one command reads and writes the file once, and would have to compile the serializer for it.
    private static List<KnownName> Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var names = new List<KnownName>();
        foreach (var entry in document.RootElement.EnumerateArray())
        {
            if (entry.ValueKind == JsonValueKind.Object
                && Array.IndexOf(Kinds, Text(entry, nameof(KnownName.Kind))) is >= 0 and var kind
                && Text(entry, nameof(KnownName.ServerUuid)) is { } server
                && Text(entry, nameof(KnownName.Name)) is { } name)
            {
                names.Add(new((NameKind)kind, server, name));
            }
        }

        return names;
    }

    private static string? Text(JsonElement entry, string field) => entry.TryGetProperty(field, out var value) ? value.GetString() : null;

    private static byte[] ToJson(IReadOnlyCollection<KnownName> names)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            foreach (var (kind, server, name) in names)
            {
                json.WriteStartObject();
                json.WriteString(nameof(KnownName.Kind), Kinds[(int)kind]);
                json.WriteString(nameof(KnownName.ServerUuid), server);
                json.WriteString(nameof(KnownName.Name), name);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return text.WrittenSpan.ToArray();
    }
}
