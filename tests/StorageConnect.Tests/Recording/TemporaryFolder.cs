namespace StorageConnect.Tests.Recording;

/// <summary>A folder of a test's own, which only this user can write to; gone with everything in it at the end.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("storage-connect-").FullName;

    public string this[params ReadOnlySpan<string> parts] => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Removes a folder in which a process that ends by itself, such as the keeper of a pool's copies, may still make files.</summary>
    /// <param name="folder">The folder.</param>
    public static void Remove(string folder)
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (IOException) when (Directory.Exists(folder) && backoff.Wait(CancellationToken.None))
            {
                // A file came into it meanwhile.
            }
        }
    }

    public void Dispose() => Remove(Path);
}
