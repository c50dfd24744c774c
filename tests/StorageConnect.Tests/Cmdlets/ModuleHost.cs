using System.Collections.Concurrent;
using System.Reflection;
using StorageConnect.Host;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Settings;
using StorageConnect.Tests.Host;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Gives the imported module a simulated host in the place of this machine.</summary>
internal static class ModuleHost
{
    /// <summary>To be called before the session's first command: its host is the simulated one.</summary>
    /// <returns>The host, for its ledger.</returns>
    public static LinuxHost Use(FakeHost simulated)
    {
        var module = AppDomain.CurrentDomain.GetAssemblies().Single(assembly => assembly.GetName().Name == "StorageConnect");
        var state = Path.Combine(Environment.GetEnvironmentVariable("XDG_STATE_HOME")!, "storage-connect");
        var hosts = (ConcurrentDictionary<string, StorageHost>)module.GetType("StorageConnect.Commands.ModuleEngine")!
            .GetField("Hosts", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;
        var host = LinuxHost.At(simulated.Roots, HostDeadlines.Standard, Path.Combine(state, "host"));
        hosts[state] = new StorageHost(host);
        return host;
    }
}
