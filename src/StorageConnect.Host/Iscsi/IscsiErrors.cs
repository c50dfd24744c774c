using StorageConnect.Host.Tools;
using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Host.Iscsi;

/// <summary>
/// Errors about iSCSI targets, sessions and open-iscsi's records. Each method's name is the id; those of iscsiadm's exit codes are in its table.
/// </summary>
internal static class IscsiErrors
{
    public static InvalidStorageArrayException AccessContextNeeded(string server) => new(Text([server])) { Element = server };

    public static AuthenticationFailedException CredentialNeeded(string user) => new(Text([user], "Chap")) { Element = user };

    public static ArrayUnreachableException HostNameUnknown(string host, Exception cause) =>
        new(Text([host, cause.Message]), cause) { Element = host, Retryable = true };

    public static ArrayUnreachableException HostNameUnknown(string host, string server, Exception cause) =>
        new(Text([host, server, cause.Message], "Server"), cause) { Element = server, Retryable = true };

    public static InvalidRequestException IscsiPortalInvalid(IscsiNode node) => new(Text([node.Portal])) { Element = node.TargetName };

    public static InvalidRequestException IscsiPortalInvalid(IscsiTarget target) => new(Text([target.Portal], "Target")) { Element = target.TargetName };

    public static InvalidRequestException IscsiTargetInvalid(string target) => new(Text([target])) { Element = target };

    public static DataCorruptException IscsiTargetInvalid(string portal, string line) => new(Text([portal, line], "Offered")) { Element = portal };

    public static NotFoundException IscsiTargetNotFound(IscsiNode node, Exception refusal) =>
        new(Text([node.Portal, node.TargetName]), refusal) { Element = node.TargetName };

    public static InvalidRequestException NetDeviceInvalid(string device) => new(Text([device])) { Element = device };

    public static AuthenticationFailedException IscsiMutualAuthenticationFailed(IscsiNode node, Exception refusal) =>
        new(Text([node.TargetName, node.Portal]), refusal) { Element = node.TargetName };

    public static ArrayUnreachableException IscsiSessionNotLoggedIn(IscsiNode node, IscsiSession? session) =>
        new(Text([node.TargetName, node.Portal, session?.Id, session?.State], session is null ? "None" : null)) { Element = node.TargetName, Retryable = true };

    public static ArrayUnreachableException IscsiSessionNotLoggedIn(IscsiNode node, string initiator, IscsiSession session) =>
        new(Text([node.TargetName, node.Portal, initiator, session.InitiatorName], "Name")) { Element = node.TargetName };

    public static StorageElementBusyException IscsiSessionRemains(IscsiSession session) =>
        new(Text([session.Id, session.TargetName, session.Portal])) { Element = session.TargetName, Retryable = true };

    public static ArrayUnreachableException SessionDown(IscsiNode node, IscsiSession session) =>
        new(Text([node.TargetName, node.Portal, session.State])) { Element = node.TargetName, Retryable = true };

    public static InvalidRequestException IscsiValueInvalid(string setting, string problem) => new(Text([setting, problem])) { Element = setting };

    public static StorageElementBusyException IscsiDatabaseLocked(string lockFile, TimeSpan timeout) =>
        new(Text([lockFile, timeout.TotalSeconds])) { Element = lockFile, Retryable = true };

    public static ToolFailedException IscsiDatabaseFailed(string folder, Exception cause) => new(Text([folder, cause.Message]), cause) { Element = folder };
}
