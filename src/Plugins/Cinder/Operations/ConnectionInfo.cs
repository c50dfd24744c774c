using System.Text.Json;
using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Register;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>What an attachment says about how its host reaches the volume.</summary>
internal static class ConnectionInfo
{
    private const string Iscsi = "iscsi";

    /// <summary>The transport where it is another one than iSCSI; else null.</summary>
    public static string? FindOtherTransport(Attachment attachment) =>
        Text(attachment, "driver_volume_type") is { } type && !string.Equals(type, Iscsi, StringComparison.OrdinalIgnoreCase) ? type : null;

    /// <summary>True where the LUN has ciphertext, which the host is to encrypt and decrypt.</summary>
    public static bool IsEncrypted(Attachment attachment) =>
        attachment.ConnectionInfo.ValueKind == JsonValueKind.Object && attachment.ConnectionInfo.TryGetProperty("encrypted", out var value)
            && value.ValueKind == JsonValueKind.True;

    /// <summary>True where the host is not to write, though the LUN lets it.</summary>
    public static bool IsReadOnly(Attachment attachment) => Text(attachment, "access_mode") is "ro";

    /// <summary>The targets, portals and LUN numbers; parallel lists where the back-end has several.</summary>
    public static ValueList<TargetAddress> ReadTargets(Attachment attachment)
    {
        var info = attachment.ConnectionInfo;
        if (info.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var names = List(info, "target_iqns", "target_iqn");
        var portals = List(info, "target_portals", "target_portal");
        var luns = List(info, "target_luns", "target_lun");
        return
        [
            .. from i in Enumerable.Range(0, names.Count)
               where i < portals.Count
               let number = i < luns.Count ? luns[i] : luns.FirstOrDefault() ?? "0"
               where int.TryParse(number, out _)
               select new TargetAddress(names[i], portals[i], int.Parse(number, System.Globalization.CultureInfo.InvariantCulture))
        ];
    }

    /// <summary>The access context of a login with the volume's own CHAP secret. The caller disposes of the secret.</summary>
    public static (AccessContext Context, Secret? Secret) ReadLogin(Attachment attachment)
    {
        var context = new AccessContext();
        if (!string.Equals(Text(attachment, "auth_method"), "CHAP", StringComparison.OrdinalIgnoreCase)
            || Text(attachment, "auth_password") is not { } password)
        {
            return (context, null);
        }

        var secret = new Secret(password);
        return ((context with { ChapUser = Text(attachment, "auth_username") }).WithSecrets(secret, null), secret);
    }

    private static string? Text(Attachment attachment, string key) =>
        attachment.ConnectionInfo.ValueKind == JsonValueKind.Object && attachment.ConnectionInfo.TryGetProperty(key, out var value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static List<string> List(JsonElement info, string several, string one) =>
        info.TryGetProperty(several, out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
            ? [.. list.EnumerateArray().Select(Show)]
            : info.TryGetProperty(one, out var single) && single.ValueKind is JsonValueKind.String or JsonValueKind.Number ? [Show(single)] : [];

    private static string Show(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
