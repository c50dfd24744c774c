using System.Text.Json;
using StorageConnect.Engine.Servers;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Ledger;

/// <summary>Records of one kind: one private file per record, replaced atomically.</summary>
internal sealed class RecordStore<T>(string folder)
    where T : class
{
    private const string Extension = ".json";

    /// <summary>All records; an unreadable one is left out.</summary>
    public IReadOnlyList<T> All => Guarded(() => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*" + Extension).Order(StringComparer.Ordinal).Select(TryRead).OfType<T>().ToList()
        : []);

    /// <summary>The record of this key; null when there is none, or it is unreadable: then the host's state decides.</summary>
    public T? TryLoad(string key) => Guarded(() => TryRead(FileOf(key)));

    public void Save(string key, T record) => Guarded(() =>
    {
        PrivateFile.Write(FileOf(key), JsonSerializer.SerializeToUtf8Bytes(record, StoredJson.Options));
        return true;
    });

    public void Remove(string key) => Guarded(() =>
    {
        if (Directory.Exists(folder))
        {
            File.Delete(FileOf(key));
        }

        return true;
    });

    private string FileOf(string key) => Path.Combine(folder, RecordName.Of(key) + Extension);

    private static T? TryRead(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(file), StoredJson.Options);
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private TResult Guarded<TResult>(Func<TResult> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw HostErrors.HostRecordsNotAccessible(folder, e);
        }
    }
}
