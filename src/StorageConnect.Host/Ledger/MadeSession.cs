using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.Ledger;

/// <summary>A session that attaching logged in, so that detaching may log it out. Sessions of others are left alone.</summary>
internal sealed record MadeSession
{
    public string TargetName { get; init; } = "";

    public string Portal { get; init; } = "";

    public string? NetDevice { get; init; }

    /// <summary>The page 0x83 id of the element it was made for. Others may use it since.</summary>
    public string MadeFor { get; init; } = "";

    public static MadeSession Of(IscsiNode node, string page83Id) =>
        new() { TargetName = node.TargetName, Portal = node.Portal.ToString(), NetDevice = node.Access.NetDevice, MadeFor = page83Id };

    public bool IsServedBy(IscsiSession session) =>
        session.TargetName == TargetName
        && session.Portal.ToString() == Portal
        && (NetDevice is null || session.NetDevice is null || session.NetDevice == NetDevice);
}
