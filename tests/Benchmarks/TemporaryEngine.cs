using StorageConnect.Engine;
using StorageConnect.Engine.Arrays;
using StorageConnect.Host;

namespace StorageConnect.Benchmarks;

/// <summary>An engine with settings of its own, and one server registered on it.</summary>
internal sealed class TemporaryEngine : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("storage-connect-bench-").FullName;

    /// <param name="pluginSource">The plug-in's folder, or its assembly.</param>
    /// <param name="plugin">The plug-in's name.</param>
    public TemporaryEngine(string pluginSource, string plugin)
    {
        Directory.CreateDirectory(Pool);
        var engine = new StorageEngine(new(In("config"), In("state"), In("plugins"), In("none")), new StorageHost(In("state")));
        engine.Plugins.Add(pluginSource);
        var draft = new StorageServer { Name = "bench", StorageType = StorageType.SAN, ExtraInfo = $"Pool={Pool}" };
        Server = engine.RegisterAsync(draft, plugin, saveCredential: false, CancellationToken.None).GetAwaiter().GetResult();
        Array = engine.GetArray(Server.Uuid);
    }

    /// <summary>The registered server.</summary>
    public StorageServer Server { get; }

    /// <summary>The engine's door to it.</summary>
    public StorageArray Array { get; }

    private string Pool => In("pool");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string name) => Path.Combine(_folder, name);
}
