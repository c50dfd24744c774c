namespace StorageConnect.Host.Tools;

/// <summary>The tools that the host needs.</summary>
internal static class HostTool
{
    public static Tool Iscsiadm { get; } = new("iscsiadm", "open-iscsi");

    public static Tool Multipathd { get; } = new("multipathd", "multipath-tools");
}
