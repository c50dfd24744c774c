using System.Security.Cryptography;
using System.Text.Json;
using StorageConnect.Engine.Workers;
using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Plugins;

/// <summary>
/// A plug-in's plugin.json: how its processes are started, and its descriptor as of its registration, with the SHA-256 of its files. An assembly that
/// runs in this process needs none.
/// </summary>
internal sealed record PluginManifest
{
    /// <summary>The file's name.</summary>
    public const string FileName = "plugin.json";

    // Some hundred thousand files.
    private const int LargestSize = 16 << 20;

    /// <summary>The kind of plug-in.</summary>
    public PluginKind Kind { get; init; }

    /// <summary>It runs in processes of its own. Python classes and programs always do.</summary>
    public bool Isolated { get; init; }

    /// <summary>The full path of the interpreter; null where it needs none.</summary>
    public string? Interpreter { get; init; }

    /// <summary>The file in the plug-in's folder that is run, and its arguments.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>The seconds that a call may take without a sign of progress; null for the engine's own limit.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Its descriptors.</summary>
    public IReadOnlyList<IntroducedPlugin> Plugins { get; init; } = [];

    /// <summary>The SHA-256 of each file of its folder, in hex, by the path in the folder.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>True where only this file says how its processes are started.</summary>
    public bool IsIsolated => Isolated || Kind != PluginKind.Assembly;

    /// <summary>The manifest of a plug-in's folder; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It is not usable; the message has the reason.</exception>
    public static PluginManifest? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        if (AssemblyFile.KindOf(path) is not null || new FileInfo(path).Length > LargestSize)
        {
            throw new InvalidDataException($"'{path}' is no file of a manifest's size.");
        }

        try
        {
            var manifest = JsonSerializer.Deserialize<PluginManifest>(File.ReadAllBytes(path), WireRecords.Options) ?? throw new JsonException("It is null.");
            return manifest.FindProblem() is { } problem ? throw new InvalidDataException($"'{path}': {problem}") : manifest;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' can't be read: the problem is at '{e.Path ?? "$"}'.", e);
        }
    }

    /// <summary>Writes the manifest into a plug-in's folder.</summary>
    /// <exception cref="InvalidDataException">It is larger than one that is read.</exception>
    public void Write(string folder)
    {
        // Whatever this user's mask says: a file that others can write is refused.
        using var file = PrivateFile.Open(Path.Combine(folder, FileName), FileMode.Create, FileShare.None);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("kind", Kind.ToString().ToLowerInvariant());
        json.WriteBoolean("isolated", IsIsolated);
        WireRecords.Write(json, "interpreter", Interpreter);
        WireRecords.Write(json, "command", Command);
        WireRecords.Write(json, "timeoutSeconds", TimeoutSeconds);
        json.WriteStartArray("plugins");
        foreach (var plugin in Plugins)
        {
            json.WriteStartObject();
            WireRecords.Write(json, "descriptor", plugin.Descriptor);
            WireRecords.Write(json, "implements", plugin.Implements);
            WireRecords.Write(json, "progressInterval", plugin.ProgressInterval);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WireRecords.Write(json, "files", Files);
        json.WriteEndObject();
        json.Flush();
        if (file.Length > LargestSize)
        {
            throw new InvalidDataException($"Its {FileName} with its {Files.Count} files has {file.Length} bytes, and at most {LargestSize} are read.");
        }
    }

    /// <summary>The SHA-256 of the files of a folder, without the manifest itself.</summary>
    public static SortedDictionary<string, string> HashFiles(string folder)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(folder, path);
            if (name != FileName)
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
                files[name] = Convert.ToHexStringLower(SHA256.HashData(file));
            }
        }

        return files;
    }

    /// <summary>Which file is not as it was when the plug-in was registered, or null.</summary>
    public string? FindChange(string folder)
    {
        var now = HashFiles(folder);
        var changed = now.Where(file => Files.GetValueOrDefault(file.Key) != file.Value).Select(file => file.Key)
            .Concat(Files.Keys.Where(file => !now.ContainsKey(file)))
            .FirstOrDefault();
        return changed is null ? null : $"'{Path.Combine(folder, changed)}' is not as it was when the plug-in was registered. Register it again.";
    }

    private string? FindProblem()
    {
        if (Kind == PluginKind.Assembly)
        {
            return null;
        }

        if (Command is not { Count: > 0 } || Command.Any(static part => part is null))
        {
            return "it has no command: the file in its folder that is run, and its arguments.";
        }

        if (Path.IsPathRooted(Command[0]) || Command[0].Split('/').Contains(".."))
        {
            return $"its command '{Command[0]}' is not in its folder.";
        }

        return Interpreter is not null && !Path.IsPathRooted(Interpreter) ? $"its interpreter '{Interpreter}' is no full path." : null;
    }
}
