using System.Security.Cryptography;
using System.Text;

namespace StorageConnect.Engine.Plugins;

/// <summary>Identifies a plug-in by the content of its folder: two builds with the same path and version are two.</summary>
internal static class PluginContent
{
    /// <summary>The SHA-256 of the names and contents of all files in an assembly's folder.</summary>
    public static string HashOf(string assembly)
    {
        var folder = Path.GetDirectoryName(assembly)!;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
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
