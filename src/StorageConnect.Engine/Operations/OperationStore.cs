using System.Collections.Concurrent;
using System.Text.Json;
using StorageConnect.Engine.Servers;
using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Operations;

/// <summary>
/// The operations of this user, one file each, so that an unreadable one does not affect the others. The percentage is not stored: it is queried.
/// An operation whose outcome was handed over moves to the folder "history", and is deleted a week after its end.
/// </summary>
internal sealed class OperationStore(string folder, TimeProvider? clock = null)
{
    private const int Version = 1;
    private const string Extension = ".json";
    private const int LargestSize = 16 << 20;

    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);
    private static readonly TimeSpan CleanupInterval = TimeSpan.FromHours(1);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    // Operations that could not be written live as long as this process.
    private readonly ConcurrentDictionary<string, StoredOperation> _unwritten = new();
    private readonly ConcurrentDictionary<string, bool> _unwrittenHistory = new();
    private long _cleanedUp;

    /// <summary>Fails before anything is begun if operations couldn't be stored.</summary>
    public void Prepare() => Guarded(() =>
    {
        PrivateFile.EnsureFolder(folder);
        return true;
    });

    /// <summary>The operations whose outcome was not handed over yet.</summary>
    public IReadOnlyList<string> Ids => Guarded(() => Order(FilesIn(folder).Union(_unwritten.Keys.Except(_unwrittenHistory.Keys))));

    /// <summary>The operations of the last week whose outcome was handed over.</summary>
    public IReadOnlyList<string> HistoryIds => Guarded(() => Order(FilesIn(HistoryFolder).Union(_unwrittenHistory.Keys).Except(Ids)));

    /// <summary>Stores an operation that has begun: on disk, or in this process alone where the disk doesn't take it.</summary>
    public void Add(StoredOperation operation)
    {
        DeleteExpired();
        try
        {
            Write(operation);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            _unwritten[operation.Id] = operation;
        }
    }

    /// <summary>The operation as it was last stored, also from the history; null when there is none.</summary>
    /// <exception cref="DataCorruptException">Its file can't be read.</exception>
    public StoredOperation? TryLoad(string id)
    {
        if (_unwritten.TryGetValue(id, out var unwritten))
        {
            return unwritten;
        }

        // Another process may move it to the history between the two reads, and never back.
        return IsId(id) ? TryRead(id, FileOf(id)) ?? TryRead(id, HistoryFileOf(id)) : null;
    }

    /// <summary>
    /// Changes what is stored. An operation that has ended stays as it ended, and one that was removed stays away, whichever process did it.
    /// </summary>
    /// <returns>What is stored now; null when nothing is.</returns>
    public StoredOperation? Update(string id, Func<StoredOperation, StoredOperation> change)
    {
        while (_unwritten.TryGetValue(id, out var unwritten))
        {
            var changed = unwritten.HasEnded ? unwritten : change(unwritten);
            if (_unwritten.TryUpdate(id, changed, unwritten))
            {
                return changed;
            }
        }

        return Guarded(() => PrivateFile.Locked(LockFile, () =>
        {
            var stored = TryLoad(id);
            if (stored is { HasEnded: false })
            {
                stored = change(stored);
                Write(stored);
            }

            return stored;
        }));
    }

    /// <summary>Moves an operation to the history: its outcome was handed over.</summary>
    public void MoveToHistory(string id)
    {
        if (_unwritten.ContainsKey(id))
        {
            _unwrittenHistory[id] = true;
            return;
        }

        Guarded(() => IsOnDisk(id) && PrivateFile.Locked(LockFile, () =>
        {
            if (TryRead(id, FileOf(id)) is { HasEnded: true })
            {
                PrivateFile.EnsureFolder(HistoryFolder);
                File.Move(FileOf(id), HistoryFileOf(id), overwrite: true);
            }
            else
            {
                // Its end could not be stored: there is nothing to keep.
                File.Delete(FileOf(id));
            }

            return true;
        }));
    }

    /// <summary>Deletes an operation, if it is there.</summary>
    public void Remove(string id)
    {
        _unwrittenHistory.TryRemove(id, out _);
        if (!_unwritten.TryRemove(id, out _))
        {
            Guarded(() => IsOnDisk(id) && PrivateFile.Locked(LockFile, () =>
            {
                File.Delete(FileOf(id));
                if (File.Exists(HistoryFileOf(id)))
                {
                    File.Delete(HistoryFileOf(id));
                }

                return true;
            }));
        }
    }

    /// <summary>Deletes what ended more than a week ago; at most once an hour.</summary>
    public void DeleteExpired()
    {
        var last = Interlocked.Read(ref _cleanedUp);
        if (last != 0 && _clock.GetElapsedTime(last) < CleanupInterval)
        {
            return;
        }

        Interlocked.Exchange(ref _cleanedUp, Math.Max(1, _clock.GetTimestamp()));
        try
        {
            foreach (var id in FilesIn(HistoryFolder).Concat(FilesIn(folder)).Where(IsId).ToList())
            {
                TryDeleteIfExpired(id);
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // The next cleanup tries again.
        }
    }

    /// <summary>Whether there is one, readable or not.</summary>
    public bool Exists(string id) => _unwritten.ContainsKey(id) || IsOnDisk(id);

    /// <summary>Whether another process could take it up.</summary>
    public bool IsOnDisk(string id) => IsId(id) && (File.Exists(FileOf(id)) || File.Exists(HistoryFileOf(id)));

    // One for all of them: a lock file per operation would have to be removed, and another process could remove it while it is held.
    private string LockFile => Path.Combine(folder, "operations");

    private string HistoryFolder => Path.Combine(folder, "history");

    private string FileOf(string id) => Path.Combine(folder, id + Extension);

    private string HistoryFileOf(string id) => Path.Combine(HistoryFolder, id + Extension);

    // A name, never a path.
    private static bool IsId(string id) => id.Length > 0 && id.All(char.IsAsciiLetterOrDigit);

    private static IEnumerable<string> FilesIn(string folder) =>
        (PrivateFile.IsThere(folder) && Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + Extension) : [])
        .Select(file => Path.GetFileNameWithoutExtension(file));

    private static IReadOnlyList<string> Order(IEnumerable<string> ids) => [.. ids.Order(StringComparer.Ordinal)];

    private static StoredOperation? TryRead(string id, string file)
    {
        try
        {
            return PrivateFile.IsThere(file) ? Parse(id, PrivateFile.Read(file, LargestSize)) : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // Another process has just moved or removed it.
        }
        catch (Exception e) when (e is JsonException or UnauthorizedAccessException or IOException or InvalidDataException)
        {
            throw OperationErrors.OperationUnreadable(id, file, e);
        }
    }

    // One that can't be read or removed keeps no other.
    private void TryDeleteIfExpired(string id)
    {
        var oldest = _clock.GetUtcNow() - Retention;
        var file = File.Exists(HistoryFileOf(id)) ? HistoryFileOf(id) : FileOf(id);
        try
        {
            // The file's time first: what is younger need not be read.
            if (File.GetLastWriteTimeUtc(file) < oldest && TryLoad(id) is { HasEnded: true } stored && stored.Operation.EndedAt < oldest)
            {
                Remove(id);
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or StorageConnectException)
        {
            // The next cleanup tries again.
        }
    }

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
