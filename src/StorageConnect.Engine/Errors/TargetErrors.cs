using static StorageConnect.Engine.ErrorTexts;

namespace StorageConnect.Engine;

/// <summary>Errors about iSCSI targets and where they are. Each method's name is the id.</summary>
internal static class TargetErrors
{
    public static NoSuchOperationException NotIscsi(string array, StorageType type, string method) =>
        new(Text([array, type, method])) { Element = array, Method = method };

    public static InvalidRequestException TargetNotDiscovered(string array) => new(Text([array], "None")) { Element = array };

    public static InvalidRequestException TargetNotDiscovered(string array, IscsiTarget target) =>
        new(Text([array, target.TargetName, target.Portal])) { Element = target.TargetName };

    public static InvalidRequestException AccessContextUnknown(string array, AccessContext context) =>
        new(Text([array, context.Host, context.Port])) { Element = context.Host };
}
