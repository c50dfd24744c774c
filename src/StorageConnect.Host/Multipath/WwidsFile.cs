using System.Text;
using StorageConnect.Host.Settings;

namespace StorageConnect.Host.Multipath;

/// <summary>
/// multipath's list of the identities that may become maps. With <c>find_multipaths strict</c> only LUNs on it become maps, with <c>yes</c> also
/// those with several paths. LUNs that are gone for good should not stay on it.
/// </summary>
/// <remarks>Changed as multipath does it: in place, one line <c>/identity/</c> per LUN, under a POSIX lock of the whole file.</remarks>
internal sealed class WwidsFile(HostRoots roots)
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(4); // multipath's own

    private const string Heading =
        """
        # Multipath wwids, Version : 1.0
        # NOTE: This file is automatically maintained by multipath and multipathd.
        # You should not need to edit this file in normal circumstances.
        #
        # Valid WWIDs:

        """;

    private readonly string _path = Path.Combine(roots.Etc, "multipath", "wwids");

    /// <summary>Puts an identity on the list, if it isn't there.</summary>
    public Task AddAsync(string wwid, CancellationToken cancellationToken) => ChangeAsync(
        text => Lines(text).Contains(Line(wwid)) ? text : (text.Length == 0 ? Heading : text.EndsWith('\n') ? text : text + "\n") + Line(wwid) + "\n",
        create: true,
        cancellationToken);

    /// <summary>Takes an identity off the list, if it is there.</summary>
    public Task RemoveAsync(string wwid, CancellationToken cancellationToken) => ChangeAsync(
        text => Lines(text).Contains(Line(wwid)) ? string.Concat(Lines(text).Where(line => line != Line(wwid)).Select(line => line + "\n")) : text,
        create: false,
        cancellationToken);

    private static string Line(string wwid) => $"/{wwid}/";

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');

    private async Task ChangeAsync(Func<string, string> change, bool create, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || (!create && !File.Exists(_path)))
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            await using var file = PrivateFile.Open(_path, FileMode.OpenOrCreate, FileShare.ReadWrite);
            await LockAsync(file, cancellationToken);
            var text = await ReadAsync(file, cancellationToken);
            var changed = change(text);
            if (changed != text)
            {
                file.Position = 0;
                await file.WriteAsync(Encoding.UTF8.GetBytes(changed), cancellationToken);
                file.SetLength(file.Position);
                file.Flush(flushToDisk: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw MultipathErrors.WwidsFileNotAccessible(_path, e);
        }
    }

    private static async Task LockAsync(FileStream file, CancellationToken cancellationToken)
    {
        var queue = new Backoff(LockTimeout);
        while (true)
        {
            try
            {
#pragma warning disable CA1416 // Not on macOS; this is Linux.
                file.Lock(0, 0); // to the end, also when the file grows
#pragma warning restore CA1416
                return;
            }
            catch (IOException)
            {
                if (!await queue.WaitAsync(cancellationToken))
                {
                    throw;
                }
            }
        }
    }

    private static async Task<string> ReadAsync(FileStream file, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
