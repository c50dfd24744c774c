using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Commands;

/// <summary>Errors that only cmdlets raise. Each method's name is the id.</summary>
internal static class CommandErrors
{
    public static InvalidRequestException NothingChosen(string parameter, string given) => new(Text([parameter, given])) { Element = parameter };

    public static InvalidRequestException WrongInput(string parameter, string given, string wanted) =>
        new(Text([parameter, given, wanted])) { Element = parameter };

    public static InvalidRequestException RowUuidNeeded(string name) => new(Text([name])) { Element = name };

    public static InvalidRequestException RowAmbiguous(string name, IEnumerable<string> arrays) => new(Text([name, Quoted(arrays)])) { Element = name };

    public static InvalidRequestException NamePatternInvalid(string pattern) => new(Text([pattern])) { Element = pattern };

    public static InvalidRequestException WrongElementType(string element, StorageElementType type, string wanted) =>
        new(Text([element, type, wanted], type == StorageElementType.Snapshot ? "Snapshot" : null)) { Element = element };

    public static InvalidRequestException StorageElementNeeded(string snapshot, int members) => new(Text([snapshot, members], "Clone")) { Element = snapshot };

    public static InvalidRequestException GroupOnSeveralServers(string element, string array, string other, string otherArray) =>
        new(Text([element, array, other, otherArray])) { Element = element };

    public static InvalidRequestException GroupIncomplete(string? snapshot) => new(Text([])) { Element = snapshot };

    public static InvalidRequestException RestoreScopeNeeded(string snapshot) => new(Text([snapshot])) { Element = snapshot };

    public static InvalidRequestException AccessGroupOnOtherServer(string group, string element, string array) =>
        new(Text([group, element, array])) { Element = element };

    public static InvalidRequestException StorageElementOnOtherServer(string element, string server, string array) =>
        new(Text([element, server, array])) { Element = element };

    public static InvalidRequestException StorageServerConflict(string what, string own, IEnumerable<string> chosen) =>
        new(Text([what, own, Quoted(chosen)], string.Equals(what, own, StringComparison.OrdinalIgnoreCase) ? "Server" : null)) { Element = what };

    public static NotFoundException DeviceNotFound(string device) => new(Text([device])) { Element = device };

    public static NotFoundException DeviceNotFound(string device, IEnumerable<string> arrays) =>
        new(Text([device, Quoted(arrays)], "Server")) { Element = device };

    public static InvalidRequestException ParametersExclusive(string element) => new(Text([])) { Element = element };

    public static InvalidRequestException ChapCredentialNeeded(string host) => new(Text([])) { Element = host };

    public static InvalidRequestException HostNameInvalid(string host, string reason) => new(Text([host, reason])) { Element = host };

    public static InvalidRequestException ConfirmationNeeded(string target, string action, Exception cause) =>
        new(Text([target, action]), cause) { Element = target };

    public static AccessDeniedException DiagramNotWritten(string file, Exception cause) => new(Text([file, cause.Message]), cause) { Element = file };
}
