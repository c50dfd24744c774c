using System.Globalization;
using System.Text;

namespace StorageConnect.Plugins.Local.Export;

/// <summary>The names of targets: <c>iqn.2026-01.local.storageconnect:(pool).(element's uuid)</c> (RFC 3720, 3.2.6; characters by RFC 3722).</summary>
internal static class TargetNames
{
    // No one can own a name under "local", as no vendor can own a locally administered OUI.
    private const string Authority = "iqn.2026-01.local.storageconnect";
    private const int MaxPool = 64;

    public static string Of(string pool, string element) => $"{Authority}:{pool}.{element}";

    /// <summary>The uuid of the element that a target of this pool is for; null for targets of others.</summary>
    public static string? Element(string pool, string target)
    {
        var prefix = $"{Authority}:{pool}.";
        return target.StartsWith(prefix, StringComparison.Ordinal) ? target[prefix.Length..] : null;
    }

    /// <summary>A pool's part: what of the server's name may be in an iSCSI name, and a few digits that keep pools of the same name apart.</summary>
    public static string ForPool(string server, string uuid)
    {
        var name = new StringBuilder();
        foreach (var c in server.Normalize(NormalizationForm.FormKD).ToLower(CultureInfo.InvariantCulture))
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                name.Append(c);
            }
            else if (name.Length > 0 && name[^1] != '-' && !char.IsControl(c) && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                name.Append('-');
            }
        }

        var readable = name.ToString()[..Math.Min(name.Length, MaxPool)].Trim('-');
        return readable.Length == 0 ? uuid[^8..] : $"{readable}-{uuid[^8..]}";
    }
}
