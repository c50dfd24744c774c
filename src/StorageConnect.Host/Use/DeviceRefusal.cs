using StorageConnect.Host.DeviceMapper;

namespace StorageConnect.Host.Use;

/// <summary>The errors of a caller that wants to remove a device.</summary>
/// <param name="InUse">From a device's name and its user, as text after "it is".</param>
/// <param name="Unknown">When the kernel's tables can't be read.</param>
internal sealed record DeviceRefusal(Func<string, string, StorageConnectException> InUse, Func<Exception, StorageConnectException> Unknown)
{
    /// <summary>For the removal of a map alone.</summary>
    public static DeviceRefusal Of(DmDevice map) => new(
        (name, use) => DeviceErrors.DeviceInUseAsMap(name, map.Wwid, use),
        cause => DeviceErrors.DeviceUseUnknownOfMap(map.Name, map.Wwid, cause));
}
