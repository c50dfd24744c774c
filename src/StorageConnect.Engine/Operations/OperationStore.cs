using System.Collections.Concurrent;
using System.Text.Json;
using StorageConnect.Engine.Servers;

namespace StorageConnect.Engine.Operations;

/// <summary>
/// The operations of this user, one file each, so that one that can't be read costs the others nothing. What percentage is reached is not
/// written: who wants to know asks the array.
/// </summary>
internal sealed class OperationStore(string folder)
{
    private const int Version = 1;
    private const string Extension = ".json";

    // What the disk had no room for lives as long as this process does.
    private readonly ConcurrentDictionary<string, StoredOperation> _unkept = new();

    /// <summary>Fails before anything is begun if operations couldn't be kept.</summary>
    public void Prepare() => Guarded(() =>
    {
        PrivateFile.EnsureFolder(folder);
        return true;
    });

    public IReadOnlyList<string> Ids => Guarded<IReadOnlyList<string>>(() =>
        [.. (Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + Extension) : []).Select(file => Path.GetFileNameWithoutExtension(file))
            .Union(_unkept.Keys).Order(StringComparer.Ordinal)]);

    /// <summary>Keeps an operation that has begun: on disk, or in this process alone where the disk doesn't take it.</summary>
    public void Add(StoredOperation operation)
    {
        try
        {
            Write(operation);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            _unkept[operation.Id] = operation;
        }
    }

    /// <summary>The operation as it was last kept; null when there is none.</summary>
    /// <exception cref="DataCorruptException">Its file can't be read.</exception>
    public StoredOperation? TryLoad(string id)
    {
        if (_unkept.TryGetValue(id, out var unkept))
        {
            return unkept;
        }

        try
        {
            return IsOnDisk(id) ? Parse(id, File.ReadAllBytes(FileOf(id))) : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Another process has just fetched it.
            return null;
        }
        catch (Exception e) when (e is JsonException or UnauthorizedAccessException or IOException)
        {
            throw OperationErrors.OperationUnreadable(id, FileOf(id), e);
        }
    }

    /// <summary>
    /// Changes what is kept. One that has ended stays as it ended, and one that was fetched or removed stays away, whichever process did it.
    /// </summary>
    /// <returns>What is kept now; null when nothing is.</returns>
    public StoredOperation? Update(string id, Func<StoredOperation, StoredOperation> change)
    {
        while (_unkept.TryGetValue(id, out var unkept))
        {
            var changed = unkept.HasEnded ? unkept : change(unkept);
            if (_unkept.TryUpdate(id, changed, unkept))
            {
                return changed;
            }
        }

        return Guarded(() => PrivateFile.Locked(GateFile, () =>
        {
            var kept = TryLoad(id);
            if (kept is { HasEnded: false })
            {
                kept = change(kept);
                Write(kept);
            }

            return kept;
        }));
    }

    /// <summary>Forgets it, if it is there.</summary>
    public void Remove(string id)
    {
        if (!_unkept.TryRemove(id, out _))
        {
            Guarded(() => Directory.Exists(folder) && PrivateFile.Locked(GateFile, () =>
            {
                File.Delete(FileOf(id));
                return true;
            }));
        }
    }

    /// <summary>Whether there is one, readable or not.</summary>
    public bool Exists(string id) => _unkept.ContainsKey(id) || IsOnDisk(id);

    /// <summary>Whether another process could take it up.</summary>
    public bool IsOnDisk(string id) => IsId(id) && File.Exists(FileOf(id));

    // One for all of them: a lock file per operation would have to be removed, and could be, under another process's hands.
    private string GateFile => Path.Combine(folder, "operations");

    private string FileOf(string id) => Path.Combine(folder, id + Extension);

    // A name, never a path.
    private static bool IsId(string id) => id.Length > 0 && id.All(char.IsAsciiLetterOrDigit);

    private void Write(StoredOperation operation) =>
        PrivateFile.Write(FileOf(operation.Id), JsonSerializer.SerializeToUtf8Bytes(new Content(Version, operation), StoredJson.Options));

    private static StoredOperation Parse(string id, byte[] text) => JsonSerializer.Deserialize<Content>(text, StoredJson.Options) switch
    {
        {
            Version: Version, Kept:
            {
                ServerUuid.Length: > 0, Record: { Uuid: not null, Name: not null },
                Operation: { Target: not null, StorageServerName: not null } operation
            } kept
        } when operation.Id == id => kept,
        { Version: not Version } newer => throw new JsonException($"its version is {newer.Version}, this is for version {Version}."),
        _ => throw new JsonException("it is not whole."),
    };

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw OperationErrors.OperationStoreNotAccessible(folder, e);
        }
    }

    private sealed record Content(int Version, StoredOperation Kept);
}
