using System.Text.Json;
using StorageConnect;

namespace MyArray;

/// <summary>
/// Stands for the array's API: a file with all volumes, which each change replaces as a whole. Every process sees what is there at this moment; nothing is
/// kept in fields.
/// </summary>
internal sealed class VolumeStore
{
    private const string Key = "Folder=";
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private readonly string _folder;

    private VolumeStore(string folder) => _folder = folder;

    private string VolumesFile => Path.Combine(_folder, "volumes.json");

    public static string FolderOf(StorageServer server) =>
        (server.ExtraInfo ?? "").Split(';', StringSplitOptions.TrimEntries)
            .FirstOrDefault(part => part.StartsWith(Key, StringComparison.Ordinal))?[Key.Length..] ?? "";

    public static VolumeStore Of(StorageServer server) => new(FolderOf(server));

    public Task<List<Volume>> ReadAsync(CancellationToken cancellationToken) => TranslateAsync(() => LoadAsync(cancellationToken));

    /// <summary>Changes the volumes, one caller at a time, in whatever process.</summary>
    public Task<T> ChangeAsync<T>(Func<List<Volume>, T> change, CancellationToken cancellationToken) => TranslateAsync(async () =>
    {
        await using var gate = await LockAsync(cancellationToken);
        var volumes = await LoadAsync(cancellationToken);
        var result = change(volumes);
        var pending = VolumesFile + ".new";
        await File.WriteAllBytesAsync(pending, JsonSerializer.SerializeToUtf8Bytes(volumes), cancellationToken);
        File.Move(pending, VolumesFile, overwrite: true);
        return result;
    });

    private async Task<List<Volume>> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return JsonSerializer.Deserialize<List<Volume>>(await File.ReadAllBytesAsync(VolumesFile, cancellationToken)) ?? [];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        var end = DateTime.UtcNow + LongestWait;
        while (true)
        {
            try
            {
                return new(Path.Combine(_folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not DirectoryNotFoundException && DateTime.UtcNow < end)
            {
                await Task.Delay(5, cancellationToken);
            }
        }
    }

    /// <summary>Everything that a plug-in signals is one of the contract's exceptions; whatever else gets out is reported as its fault.</summary>
    private async Task<T> TranslateAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (JsonException e)
        {
            throw PluginError.DataCorrupt(null, $"'{VolumesFile}' is damaged: {e.Message}", "Restore it from a backup.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PluginError.ArrayUnreachable(
                null, $"The folder '{_folder}' can't be used: {e.Message}", "Check that it is there, and that you may write to it.", e);
        }
    }
}
