using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>This host's IP address, which some drivers need in a connector: chosen as OpenStack's own hosts choose it.</summary>
internal static class HostAddress
{
    /// <summary>Of one of these network devices; else of the one with a gateway; else of any; where there is none, the loopback address.</summary>
    public static string Find(IReadOnlyCollection<string> netDevices)
    {
        try
        {
            var found =
                from device in NetworkInterface.GetAllNetworkInterfaces()
                where device.NetworkInterfaceType != NetworkInterfaceType.Loopback
                    && device.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown
                let properties = device.GetIPProperties()
                from unicast in properties.UnicastAddresses
                let address = unicast.Address
                where !address.IsIPv6LinkLocal && !IPAddress.IsLoopback(address)
                orderby netDevices.Contains(device.Name) descending, properties.GatewayAddresses.Count > 0 descending,
                    address.AddressFamily == AddressFamily.InterNetwork descending
                select address;
            return (found.FirstOrDefault() ?? IPAddress.Loopback).ToString();
        }
        catch (Exception e) when (e is NetworkInformationException or IOException or UnauthorizedAccessException)
        {
            return IPAddress.Loopback.ToString(); // most drivers ignore the address
        }
    }
}
