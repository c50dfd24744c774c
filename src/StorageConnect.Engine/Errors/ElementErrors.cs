using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Engine.Errors;

/// <summary>Errors about LUNs, clones and snapshots. Each method's name is the id.</summary>
internal static class ElementErrors
{
    public static NotFoundException StorageElementNotFound(string element, params IEnumerable<string> arrays) =>
        new(Text([element, Quoted(arrays)])) { Element = element };

    public static NotFoundException SnapshotNotFound(string snapshot, params IEnumerable<string> arrays) =>
        new(Text([snapshot, Quoted(arrays)])) { Element = snapshot };

    /// <summary>
    /// True where an array was asked and does not have the element. That its pool isn't there, or its plug-in, is a NotFoundException too, and says nothing
    /// about elements.
    /// </summary>
    public static bool IsAbsence(NotFoundException error) =>
        error.Method is null && (error.ErrorId is nameof(StorageElementNotFound) or nameof(SnapshotNotFound));

    public static NotFoundException SnapshotNotFoundFor(string snapshot, string element) =>
        new(Text([snapshot, element], "Member", nameof(SnapshotNotFound))) { Element = element };

    public static NotFoundException CloneNotFound(string clone, params IEnumerable<string> arrays) =>
        new(Text([clone, Quoted(arrays)])) { Element = clone };

    public static InvalidRequestException StorageElementNeeded(string? snapshot) => new(Text([])) { Element = snapshot };

    public static InvalidRequestException TypeInvalid() => new(Text([])) { Element = nameof(StorageElementType.Snapshot) };

    public static InvalidRequestException NameInvalid(string? name, string what, string problem, int maxLength) =>
        new(Text([what, problem, maxLength])) { Element = name };

    public static InvalidRequestException NameAmbiguous(StorageElement element, string array, IEnumerable<string> uuids) =>
        new(Text([element.Name, array, Quoted(uuids)], element.Type == StorageElementType.Snapshot ? "Snapshot" : null)) { Element = element.Name };

    public static InvalidRequestException SizeInvalid(string element, long bytes) => new(Text([element, bytes])) { Element = element };

    public static InvalidRequestException ShrinkNeedsForce(string element, long presentBytes, long wantedBytes) =>
        new(Text([element, presentBytes, wantedBytes])) { Element = element };

    public static StorageElementBusyException StorageElementPresented(string element, ValueList<string> groups) =>
        new(Text([element, groups])) { Element = element };

    public static StorageElementBusyException StorageElementOnline(string element, string method, AbilityKey ability) =>
        new(Text([element, GuideMethod.ToWords(method), ability])) { Element = element };

    public static StorageElementBusyException StorageElementInUse(string element, ValueList<string> groups, string array) =>
        new(Text([element, groups, array])) { Element = element };

    public static AlreadyExistsException StorageElementExists(string element, string array) => new(Text([element, array])) { Element = element };

    public static StorageElementBusyException StorageElementHasSnapshots(string element) => new(Text([element])) { Element = element };

    public static InvalidRequestException QosUnknown(string qos, string array, IEnumerable<string> known) =>
        new(Text([qos, array, Quoted(known)])) { Element = qos };

    public static InvalidRequestException VolumeGroupUnknown(string pool, string array, IEnumerable<string> known) =>
        new(Text([pool, array, Quoted(known)])) { Element = pool };

    public static InvalidRequestException RestoreShrinks(string element, string snapshot, long presentBytes, long snapshotBytes) =>
        new(Text([element, snapshot, presentBytes, snapshotBytes])) { Element = element };

    public static InvalidRequestException RestoreSizesUnknown(string snapshot, bool isSize) =>
        new(Text([snapshot], isSize ? "Size" : null)) { Element = snapshot };

    public static SnapRestoreNotSafeException SnapRestoreNotSafe(string element, string snapshot, string array) =>
        new(Text([array, element, snapshot])) { Element = element };

    public static NoSuchOperationException NoSuchOperation(string who, string method, AbilityKey ability, Ability value, string array) =>
        new(Text([who, GuideMethod.ToWords(method), ability, value])) { Element = array };

    public static NoSuchOperationException NoSuchOperation(string element, string operation, string array) =>
        new(Text([array, operation, element], "Now")) { Element = element };

    public static NoSuchOperationException CustomNameUnsupported(string name, string kind, AbilityKey ability, string array) =>
        new(Text([array, kind, ability, name])) { Element = name };
}
