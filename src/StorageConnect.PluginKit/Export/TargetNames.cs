using System.Globalization;
using System.Text;

namespace StorageConnect.PluginKit.Export;

/// <summary>The names of targets: <c>iqn.2026-01.local.storageconnect:(pool).(element's uuid)</c> (RFC 3720, 3.2.6; characters by RFC 3722).</summary>
public static class TargetNames
{
    // No one can own a name under "local", as no vendor can own a locally administered OUI.
    private const string Authority = "iqn.2026-01.local.storageconnect";
    private const int MaxPool = 64;

    /// <summary>The name of an element's target.</summary>
    /// <param name="pool">The array's part: <see cref="ExportSettings.Name"/>.</param>
    /// <param name="element">The element's Uuid.</param>
    public static string Of(string pool, string element) => $"{Authority}:{pool}.{element}";

    /// <summary>The Uuid of the element that a target of this array is for; null for targets of others.</summary>
    /// <param name="pool">The array's part.</param>
    /// <param name="target">The target's name.</param>
    public static string? Element(string pool, string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var prefix = $"{Authority}:{pool}.";
        return target.StartsWith(prefix, StringComparison.Ordinal) ? target[prefix.Length..] : null;
    }

    /// <summary>
    /// An array's part: the characters of the server's name that an iSCSI name can have, and a few digits that distinguish arrays of the same name.
    /// </summary>
    /// <param name="server">The server's name.</param>
    /// <param name="uuid">The server's Uuid.</param>
    public static string ForArray(string server, string uuid)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(uuid);
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
