using System.Collections.Concurrent;
using System.Text.Json;
using StorageConnect.Linux.Files;
using StorageConnect.Linux.Locks;
using StorageConnect.Linux.Waiting;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Register;

/// <summary>
/// The register of one server: a file that only this user may read, replaced as a whole. Cinder knows no groups, so they live here; the attachments by
/// which volumes are presented are noted before they are made. No secret is in it.
/// </summary>
internal sealed class RegisterFile(string folder, string serverUuid)
{
    private static readonly TimeSpan LockTime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(25);
    private static readonly JsonSerializerOptions Json = new(RecordJson.Options) { WriteIndented = true };
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Turns = new(StringComparer.Ordinal);
    private readonly string _path = Path.Combine(folder, $"{serverUuid}.json");

    /// <summary>The register as it is now; empty where there is none yet.</summary>
    /// <exception cref="DataCorruptException">It can't be read.</exception>
    public Registrations Read()
    {
        try
        {
            return JsonSerializer.Deserialize<Registrations>(File.ReadAllBytes(_path), Json) ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new();
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw CinderErrors.RegisterUnreadable(_path, e);
        }
    }

    /// <summary>Runs a change while no other process and no other call makes one.</summary>
    public async Task<T> ChangeAsync<T>(Func<RegisterFile, Task<T>> change, CancellationToken cancellationToken)
    {
        // Calls of this process queue here, without a timeout; the lock below is for other processes.
        var turn = Turns.GetOrAdd(_path, static _ => new(1, 1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            using var held = await LockAsync(cancellationToken);
            return await change(this);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Replaces the register. The caller is in <see cref="ChangeAsync"/>.</summary>
    /// <exception cref="AccessDeniedException">It can't be written.</exception>
    public void Write(Registrations registrations)
    {
        try
        {
            PrivateFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(registrations, Json));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CinderErrors.RegisterNotWritten(_path, e);
        }
    }

    private async Task<ProcessLock> LockAsync(CancellationToken cancellationToken)
    {
        // A file of its own: the register is replaced.
        var path = _path + ".lock";
        var backoff = new Backoff(LockTime, longest: LongestPause);
        while (true)
        {
            try
            {
                if (ProcessLock.TryTake(path, out _) is { } held)
                {
                    return held;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw CinderErrors.RegisterNotWritten(path, e);
            }

            if (!await backoff.WaitAsync(cancellationToken))
            {
                throw CinderErrors.RegisterLocked(path);
            }
        }
    }
}
