using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Engine.Errors;

/// <summary>Errors about iSCSI targets and portals. Each method's name is the id.</summary>
internal static class TargetErrors
{
    public static NoSuchOperationException NotIscsi(string array, StorageType type, string method) =>
        new(Text([array, type, GuideMethod.ToWords(method)])) { Element = array, Method = method };

    public static InvalidRequestException TargetNotDiscovered(string array) => new(Text([array], "None")) { Element = array };

    public static InvalidRequestException TargetNotDiscovered(string array, string target, string portal) =>
        new(Text([array, target, portal])) { Element = target };

    public static DataCorruptException TargetUnusable(string array, string reason) => new(Text([reason])) { Element = array };

    /// <summary>What was given for this command is in place of a value of an access context, and there is none.</summary>
    public static InvalidRequestException AccessContextNeeded(string array) => new(Text([array], "Override")) { Element = array };

    public static InvalidRequestException AccessContextUnknown(string array, string host, int port) =>
        new(Text([array, host, port])) { Element = host };
}
