using StorageConnect.Host.Iscsi;
using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Host.Use;

/// <summary>Errors about this host's disks and devices. Each method's name is the id, or begins with it where there are several wordings.</summary>
internal static class DeviceErrors
{
    public static NotFoundException DeviceNotFound(StorageElement element) => new(Text([element.Name, element.Page83Id], "Element")) { Element = element.Name };

    public static StorageElementBusyException DeviceInUseByAnother(StorageElement element, string disk, string? other) =>
        new(Text([element.Name, disk, other is null ? "another element" : $"'{other}'"], "Another", nameof(DeviceInUse))) { Element = element.Name };

    public static StorageElementBusyException DeviceInUse(StorageElement element, string device, string use) =>
        new(Text([element.Name, device, use])) { Element = element.Name };

    public static StorageElementBusyException DeviceInUseAsMap(string map, string page83Id, string use) =>
        new(Text([map, page83Id, use], "Map", nameof(DeviceInUse))) { Element = page83Id };

    public static StorageElementBusyException DeviceInUseAsDisk(string page83Id, string use) =>
        new(Text([page83Id, use], "Disk", nameof(DeviceInUse))) { Element = page83Id };

    public static StorageElementBusyException DeviceInUseAtLogout(string targets, string device, string use) =>
        new(Text([targets, device, use], "Logout", nameof(DeviceInUse))) { Element = targets };

    public static StorageElementBusyException DeviceUseUnknown(StorageElement element, Exception cause) =>
        new(Text([element.Name, cause.Message]), cause) { Element = element.Name };

    public static StorageElementBusyException DeviceUseUnknownOfDisk(string disk, Exception cause) =>
        new(Text([disk, cause.Message], "Disk", nameof(DeviceUseUnknown)), cause) { Element = disk };

    public static StorageElementBusyException DeviceUseUnknownOfMap(string map, string page83Id, Exception cause) =>
        new(Text([map, page83Id, cause.Message], "Map", nameof(DeviceUseUnknown)), cause) { Element = page83Id };

    public static StorageElementBusyException DeviceUseUnknownAtLogout(string targets, Exception cause) =>
        new(Text([targets, cause.Message], "Logout", nameof(DeviceUseUnknown)), cause) { Element = targets };

    public static StorageElementBusyException StaleDeviceInUse(string disk, string address, string use) => new(Text([disk, address, use])) { Element = disk };

    public static StorageElementBusyException StaleDeviceInUseDown(string disk, string address, string use) =>
        new(Text([disk, address, use], "Down", nameof(StaleDeviceInUse))) { Element = disk, Retryable = true };

    public static DataCorruptException WrongDisk(StorageElement element) => new(Text([element.Name, element.Page83Id])) { Element = element.Name };

    public static DataCorruptException WrongDiskResized(StorageElement element, string disk) =>
        new(Text([element.Name, disk], "Resized", nameof(WrongDisk))) { Element = element.Name };

    public static DataCorruptException WrongDiskAtLun(StorageElement element, IscsiSession session, long lun, string identity) =>
        new(Text([element.Name, element.Page83Id, session.TargetName, session.Portal, lun, identity],
            identity.Length == 0 ? "NoIdentity" : "Lun", nameof(WrongDisk)))
        {
            Element = element.Name,
        };

    public static DataCorruptException WrongDiskAtPlace(StorageElement element, IscsiSession session, string identity) =>
        new(Text([element.Name, session.TargetName, session.Portal, identity], identity.Length == 0 ? "PlaceWithoutIdentity" : "Place", nameof(WrongDisk)))
        {
            Element = element.Name,
        };

    public static DataCorruptException WrongDiskAtPort(StorageElement element, string wwpn, long lun) =>
        new(Text([element.Name, element.Page83Id, wwpn, lun], "Port", nameof(WrongDisk))) { Element = element.Name };

    public static DataCorruptException WrongDiskMoved(StorageElement element) =>
        new(Text([element.Name], "Moved", nameof(WrongDisk))) { Element = element.Name, Retryable = true };

    public static StorageElementBusyException IdentityShared(StorageElement element, string page83Id, string device) =>
        new(Text([element.Name, page83Id, device])) { Element = element.Name };

    public static StorageElementBusyException PathNotReady(StorageElement element, string disk, string state) =>
        new(Text([element.Name, disk, state])) { Element = element.Name, Retryable = true };

    public static StorageElementBusyException PathNotReady(StorageElement element, string disk, long shownBytes) =>
        new(Text([element.Name, disk, shownBytes, element.SizeBytes], "Size")) { Element = element.Name, Retryable = true };

    public static StorageElementBusyException PathNotReady(StorageElement element) =>
        new(Text([element.Name], "Gone")) { Element = element.Name, Retryable = true };

    public static StorageElementBusyException DeviceFlushTimeout(string device, TimeSpan timeout, Exception cause) =>
        new(Text([device, timeout.TotalSeconds]), cause) { Element = device, Retryable = true };

    public static StorageElementBusyException DeviceFlushFailed(string device, Exception cause) =>
        new(Text([device, cause.Message]), cause) { Element = device, Retryable = true };
}
