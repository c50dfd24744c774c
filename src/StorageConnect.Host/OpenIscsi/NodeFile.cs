using System.Globalization;
using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>
/// A node's record: the file <c>nodes/target/address,port,tag/iface</c>, or <c>nodes/target/address,port</c> where the target has no portal group tag.
/// </summary>
internal sealed record NodeFile(string Path, string TargetName, IscsiPortal Portal, int Tpgt, string InterfaceName)
{
    public static NodeFile? TryParse(string path, string target, string portal, string interfaceName) =>
        portal.Split(',') is [var address, var port, .. var tag]
        && int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && tag is [] or [_]
        && int.TryParse(tag is [var text] ? text : "-1", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var tpgt)
            ? new(path, target, new(address, number), tpgt, interfaceName)
            : null;
}
