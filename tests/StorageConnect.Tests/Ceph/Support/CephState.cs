using StorageConnect.Plugins.Ceph.Export;
using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Recording;
using Xunit;

[assembly: AssemblyFixture(typeof(CephState))]

namespace StorageConnect.Tests.Ceph.Support;

/// <summary>The plug-in's state folder in this process, for all clusters; it tells them apart itself.</summary>
public sealed class CephState : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CephState() => GatewayState.Root = _folder.Path;

    public void Dispose() => _folder.Dispose();
}
