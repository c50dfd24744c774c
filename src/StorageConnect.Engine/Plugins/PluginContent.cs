using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace StorageConnect.Engine.Plugins;

/// <summary>
/// Identifies a plug-in by the files of its folder: two builds with the same path and version are two. The first look at a folder reads only when its files
/// were changed, which is enough as long as nothing changes; after a change, and for files that were changed just now, their content decides.
/// </summary>
internal static class PluginContent
{
    private static readonly ConcurrentDictionary<string, KnownFolder> Known = new();

    /// <summary>The identity of all files in a plug-in's folder: other files, other identity.</summary>
    public static string IdentityOf(string folder)
    {
        var now = DateTimeOffset.UtcNow;
        List<(string Path, FileStamp? Stamp)> files =
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(path => (path, FileStamp.TryRead(path, now)))
        ];
        var areReliable = files.TrueForAll(file => file.Stamp is not null);
        if (Known.TryGetValue(folder, out var known) ? known.Files?.SequenceEqual(files) is true : areReliable)
        {
            return Known.GetOrAdd(folder, static (_, f) => new(f, string.Join('\n', f)), files).Identity;
        }

        var hash = HashOf(folder, files.Select(file => file.Path));
        Known[folder] = new(areReliable ? files : null, hash);
        return hash;
    }

    private static string HashOf(string folder, IEnumerable<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in files)
        {
            if (AssemblyFile.KindOf(path) is null)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, path) + "\0"));
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
                hash.AppendData(SHA256.HashData(file));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <param name="Files">The files by which its content is known; null while they are too new for that.</param>
    /// <param name="Identity">The identity.</param>
    private sealed record KnownFolder(IReadOnlyList<(string Path, FileStamp? Stamp)>? Files, string Identity);
}
