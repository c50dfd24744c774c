namespace StorageConnect.Conformance;

/// <content>What is on the elements, where this host can read it.</content>
internal sealed partial class ClauseContext
{
    private const int Length = 4096;

    /// <summary>Writes a mark at the beginning of an element.</summary>
    public async Task WriteAsync(StorageElement element, byte mark)
    {
        await using var disk = new FileStream(await PathAsync(element), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        disk.Write(Enumerable.Repeat(mark, Length).ToArray());
        disk.Flush(flushToDisk: true);
    }

    /// <summary>The mark at the beginning of an element.</summary>
    public async Task<byte> ReadAsync(StorageElement element)
    {
        await using var disk = new FileStream(await PathAsync(element), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return (byte)disk.ReadByte();
    }

    /// <summary>How many bytes this host sees of an element.</summary>
    public async Task<long> LengthAsync(StorageElement element) => new FileInfo(await PathAsync(element)).Length;

    // A device has a cache of the host's between us and the array, which would show yesterday's data after a restore: a file has not.
    private async Task<string> PathAsync(StorageElement element)
    {
        var updated = await Array.UpdateStorageElementsAsync([element], appendAllowed: false, Token);
        return updated[0].DevicePaths.FirstOrDefault(path => new FileInfo(path) is { Exists: true, Length: > 0 })
            ?? throw Skip("This host has no file through which it could read and write the element's data.");
    }
}
