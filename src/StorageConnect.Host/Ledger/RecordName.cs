using System.Security.Cryptography;
using System.Text;

namespace StorageConnect.Host.Ledger;

/// <summary>File names for records whose keys have any characters and any length.</summary>
internal static class RecordName
{
    public static string Of(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
}
