using StorageConnect.Host.DeviceMapper;

namespace StorageConnect.Host.Use;

/// <summary>The errors of whoever wants to take a device away.</summary>
/// <param name="InUse">Of a device's name, and of its user in words that go on from "it is".</param>
/// <param name="Unknown">When the kernel's tables can't be read.</param>
internal sealed record DeviceRefusal(Func<string, string, StorageConnectException> InUse, Func<Exception, StorageConnectException> Unknown)
{
    /// <summary>For whoever removes a map by itself.</summary>
    public static DeviceRefusal Of(DmDevice map) => new(
        (name, use) => DeviceErrors.DeviceInUseAsMap(name, map.Wwid, use),
        cause => DeviceErrors.DeviceUseUnknownOfMap(map.Name, map.Wwid, cause));
}
