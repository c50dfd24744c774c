using System.Globalization;

namespace StorageConnect.Engine.Names;

/// <summary>A Uuid of 32 hex digits as two numbers: a fifth of the memory of its text.</summary>
internal readonly record struct UuidKey(ulong High, ulong Low)
{
    private const int HalfDigits = 16;

    /// <summary>False where the Uuid is none of 32 hex digits.</summary>
    public static bool TryParse(string uuid, out UuidKey key)
    {
        key = default;
        if (uuid.Length != 2 * HalfDigits
            || !ulong.TryParse(uuid.AsSpan(0, HalfDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            || !ulong.TryParse(uuid.AsSpan(HalfDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low))
        {
            return false;
        }

        key = new(high, low);
        return true;
    }

    /// <summary>The Uuid in lower case.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");
}
