namespace StorageConnect.Host.Tools;

/// <summary>A program of another package that this host may have.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Package">What to install to get it.</param>
internal sealed record Tool(string Name, string Package)
{
    public static Tool Iscsiadm { get; } = new("iscsiadm", "open-iscsi");

    public static Tool Multipathd { get; } = new("multipathd", "multipath-tools");
}
