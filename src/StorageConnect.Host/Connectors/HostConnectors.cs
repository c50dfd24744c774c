using StorageConnect.Host.Devices;

namespace StorageConnect.Host.Connectors;

/// <summary>The transports there are.</summary>
internal static class HostConnectors
{
    public static IConnector For(LinuxHost host, StorageType type) => type == StorageType.SAN ? new FibreChannelConnector(host) : new IscsiConnector(host);

    public static IReadOnlyList<IConnector> All(LinuxHost host) => [new IscsiConnector(host), new FibreChannelConnector(host)];
}
