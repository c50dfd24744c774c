using System.Collections.Concurrent;
using StorageConnect.Engine;
using StorageConnect.Host;

namespace StorageConnect.Commands;

/// <summary>The engine of this process. Made at the first command, not at import.</summary>
internal static class ModuleEngine
{
    private static readonly string Folder = Path.GetDirectoryName(typeof(ModuleEngine).Assembly.Location)!;
    private static readonly ConcurrentDictionary<EnginePaths, Lazy<StorageEngine>> Engines = new();

    private static readonly ConcurrentDictionary<string, HostStorage> Hosts = new();
    private static readonly ConcurrentDictionary<string, HostAudit> Audits = new();

    /// <summary>The engine for the paths that the environment names now.</summary>
    public static StorageEngine Current =>
        Engines.GetOrAdd(EnginePaths.FromEnvironment(Folder), paths => new(() => new StorageEngine(paths, new LinuxStorageHost(paths.State)))).Value;

    /// <summary>This host's storage, with its records where the environment says now.</summary>
    public static HostStorage Host => Hosts.GetOrAdd(EnginePaths.FromEnvironment(Folder).State, state => new(state));

    /// <summary>What there is to know about this host, and to clear away.</summary>
    public static HostAudit Audit => Audits.GetOrAdd(EnginePaths.FromEnvironment(Folder).State, state => new(state));
}
