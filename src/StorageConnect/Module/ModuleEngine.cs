using System.Collections.Concurrent;
using StorageConnect.Engine;
using StorageConnect.Engine.Settings;
using StorageConnect.Engine.Tracing;
using StorageConnect.Host;
using StorageConnect.Linux.Files;

namespace StorageConnect.Commands;

/// <summary>The engine of this process. Created at the first command, not at import.</summary>
internal static class ModuleEngine
{
    private static readonly string Folder = Path.GetDirectoryName(PrecompiledFolder.PortableOf(typeof(ModuleEngine).Assembly))!;
    private static readonly ConcurrentDictionary<EnginePaths, Lazy<StorageEngine>> Engines = new();

    private static readonly ConcurrentDictionary<string, StorageHost> Hosts = new();

    static ModuleEngine() => TraceEventSource.Register();

    /// <summary>The engine for the paths of the present environment.</summary>
    public static StorageEngine Current =>
        Engines.GetOrAdd(EnginePaths.FromEnvironment(Folder), paths => new(() => Make(paths))).Value;

    private static StorageEngine Make(EnginePaths paths)
    {
        var engine = new StorageEngine(paths, HostAt(paths.State));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => SaveNames(engine);
        return engine;
    }

    private static void SaveNames(StorageEngine engine)
    {
        try
        {
            engine.SaveNames();
        }
        catch (Exception e) when (e is StorageConnectException or IOException or UnauthorizedAccessException)
        {
            // The file of the registered servers can't be read: the next command reports it.
        }
    }

    /// <summary>This host's storage, with its records in the folder of the present environment.</summary>
    public static StorageHost Host => HostAt(EnginePaths.FromEnvironment(Folder).State);

    private static StorageHost HostAt(string state) => Hosts.GetOrAdd(state, static state => new(state));
}
