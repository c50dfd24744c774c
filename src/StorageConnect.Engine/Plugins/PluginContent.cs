using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace StorageConnect.Engine.Plugins;

/// <summary>Identifies a plug-in by the content of its folder: two builds with the same path and version are two.</summary>
internal static class PluginContent
{
    private static readonly ConcurrentDictionary<string, (IReadOnlyList<(string Path, FileStamp? Stamp)> Files, string Hash)> Known = new();

    /// <summary>The SHA-256 of the names and contents of all files in an assembly's folder. Files that have not changed are not read again.</summary>
    public static string HashOf(string assembly)
    {
        var folder = Path.GetDirectoryName(assembly)!;
        var now = DateTimeOffset.UtcNow;
        List<(string Path, FileStamp? Stamp)> files =
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(path => (path, FileStamp.TryRead(path, now)))
        ];
        if (Known.TryGetValue(folder, out var known) && known.Files.SequenceEqual(files))
        {
            return known.Hash;
        }

        var hash = HashOf(folder, files.Select(file => file.Path));
        if (files.TrueForAll(file => file.Stamp is not null))
        {
            Known[folder] = (files, hash);
        }

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
}
