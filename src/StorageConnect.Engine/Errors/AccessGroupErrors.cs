using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Engine.Errors;

/// <summary>Errors about access groups. Each method's name is the id.</summary>
internal static class AccessGroupErrors
{
    public static InvalidRequestException InitiatorInvalid(string initiator) => new(Text([initiator])) { Element = initiator };

    public static AccessGroupException AccessGroupInUse(string group, string array) => new(Text([group, array])) { Element = group };

    public static NotFoundException AccessGroupNotFound(string group, params IEnumerable<string> arrays) =>
        new(Text([group, Quoted(arrays)])) { Element = group };

    public static AlreadyExistsException AccessGroupExists(string group, string array) => new(Text([group, array])) { Element = group };

    public static AccessGroupException AccessGroupNotCreated(string group, string array) => new(Text([group, array])) { Element = group };

    public static AccessGroupException AccessGroupNotRemoved(string group, string array) => new(Text([group, array])) { Element = group };

    public static AccessGroupException AccessGroupNotRenamed(string group, string array) => new(Text([group, array])) { Element = group };

    public static AccessGroupException AccessGroupMemberNotChanged(string initiator, string change, string group, string array) =>
        new(Text([initiator, change, group, array])) { Element = group };

    public static LimitExceededException TooManyAccessEntries(string group, int entries, string array, int limit) =>
        new(Text([group, entries, array, limit])) { Element = group };
}
