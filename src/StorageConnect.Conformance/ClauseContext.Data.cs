namespace StorageConnect.Conformance;

/// <content>What is on the elements, where this host can read it.</content>
internal sealed partial class ClauseContext
{
    private const int Length = 4096;

    /// <summary>Writes a mark at the beginning, in the middle and at the end of an element.</summary>
    public async Task WriteAsync(StorageElement element, byte mark)
    {
        await using var disk = new FileStream(await PathAsync(element), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var block = Enumerable.Repeat(mark, Length).ToArray();
        foreach (var position in new[] { 0, disk.Length / 2, disk.Length - Length })
        {
            disk.Position = Math.Max(position, 0);
            disk.Write(block, 0, (int)Math.Min(Length, disk.Length - disk.Position));
        }

        disk.Flush(flushToDisk: true);
    }

    /// <summary>As <see cref="WriteAsync"/>, where this host can write; everything else of a clause is checked all the same where it can't.</summary>
    /// <returns>True when the mark was written.</returns>
    public async Task<bool> TryWriteAsync(StorageElement element, byte mark)
    {
        try
        {
            await WriteAsync(element, mark);
            return true;
        }
        catch (ClauseSkippedException)
        {
            return false;
        }
    }

    /// <summary>The mark at the beginning, in the middle and at the end of an element: data that were copied in part have two.</summary>
    /// <param name="element">The element, online.</param>
    /// <param name="length">Where the end was when the mark was written; the element's present end when not given.</param>
    public async Task<byte> ReadAsync(StorageElement element, long? length = null)
    {
        await using var disk = new FileStream(await PathAsync(element), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var first = disk.ReadByte();
        disk.Position = (length ?? disk.Length) / 2;
        var middle = disk.ReadByte();
        disk.Position = Math.Max((length ?? disk.Length) - 1, 0);
        var last = disk.ReadByte();
        Check.That(first == last && first == middle, $"the same data at both ends of '{element.Name}', and in the middle", $"{first}, {middle} and {last}");
        return (byte)first;
    }

    /// <summary>The mark at the beginning of an element.</summary>
    public async Task<byte> ReadBeginningAsync(StorageElement element)
    {
        await using var disk = new FileStream(await PathAsync(element), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return (byte)disk.ReadByte();
    }

    /// <summary>How many bytes this host sees of an element.</summary>
    public async Task<long> LengthAsync(StorageElement element) => new FileInfo(await PathAsync(element)).Length;

    /// <summary>This host sees as many bytes of an element as its record tells, where it sees any.</summary>
    public async Task CheckLengthAsync(StorageElement element)
    {
        try
        {
            Check.Equal(element.SizeBytes, await LengthAsync(element), $"the size of '{element.Name}' that a host sees");
        }
        catch (ClauseSkippedException)
        {
            // Everything else of the clause is checked all the same.
        }
    }

    // A device has a cache of the host's between us and the array, which would show yesterday's data after a restore: a file has not.
    private async Task<string> PathAsync(StorageElement element)
    {
        var updated = await Array.UpdateStorageElementsAsync([element], appendAllowed: false, Token);
        return updated[0].DevicePaths.FirstOrDefault(path => new FileInfo(path) is { Exists: true, Length: > 0 })
            ?? throw Skip("This host has no file through which it could read and write the element's data.");
    }
}
