using System.Text.Json;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Register;

/// <summary>
/// The register of one server: a file that only this user may read, replaced as a whole. Cinder knows no groups, so they live here; the attachments by
/// which volumes are presented are noted before they are made. No secret is in it.
/// </summary>
internal sealed class RegisterFile(string folder, string serverUuid)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan LockTime = TimeSpan.FromMinutes(2);
    private static readonly JsonSerializerOptions Json = new(RecordJson.Options) { WriteIndented = true };
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
        using var held = await LockAsync(cancellationToken);
        return await change(this);
    }

    /// <summary>Replaces the register. The caller is in <see cref="ChangeAsync"/>.</summary>
    public void Write(Registrations registrations)
    {
        var temporary = $"{_path}.{Guid.NewGuid():n}.tmp";
        try
        {
            using (var file = Open(temporary, FileMode.CreateNew))
            {
                JsonSerializer.Serialize(file, registrations, Json);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, _path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, Private | UnixFileMode.UserExecute);
        }

        // A file of its own: the register is replaced. The kernel drops the lock with the process.
        var path = _path + ".lock";
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return Open(path, FileMode.OpenOrCreate);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
            {
                if (TimeProvider.System.GetElapsedTime(began) > LockTime)
                {
                    throw CinderErrors.RegisterLocked(path);
                }

                await Task.Delay(Random.Shared.Next(5, 25), cancellationToken); // no event tells when another process releases it
            }
        }
    }

    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Private;
        }

        return new(path, options);
    }
}
