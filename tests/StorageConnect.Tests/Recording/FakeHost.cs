using StorageConnect.Engine;

namespace StorageConnect.Tests.Recording;

/// <summary>A host with the devices that a test gives it.</summary>
public sealed class FakeHost : IHostFabric
{
    public string DevicePathPrefix { get; set; } = "/dev/mapper/";

    /// <summary>The identities of the devices it sees.</summary>
    public HashSet<string> Devices { get; } = [];

    public ValueList<string> FindDevicePaths(string page83Id) => Devices.Contains(page83Id) ? [DevicePathPrefix + page83Id] : [];

    public Task DestroyMultipathDeviceAsync(string page83Id, CancellationToken cancellationToken)
    {
        Devices.Remove(page83Id);
        return Task.CompletedTask;
    }
}
