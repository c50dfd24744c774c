using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Plugins;
using StorageConnect.Engine.Servers;

namespace StorageConnect.Conformance;

/// <summary>A door to the array of its own for a run, with the recorder, and the fault if there is one, between it and the plug-in.</summary>
internal sealed class ConformanceSession : IDisposable
{
    private readonly Func<Func<LoadedPlugin, LoadedPlugin>, StorageArray> _open;
    private readonly List<StorageArray> _arrays = [];

    public ConformanceSession(PluginUnderTest tested, ConformanceOptions options)
    {
        Plugin = tested.Plugin;
        Entry = tested.Entry;
        Options = options;
        Names = new(tested.Now);
        _open = tested.Open;
        Recorder = new(tested.Plugin.Instance, CreatedObjects);
        Raw = options.Fault is { } fault ? new FaultyPlugin(Recorder, fault) : Recorder;
        Array = Open(Raw);
        Cleaner = new(Recorder, CreatedObjects, Names, options.ClauseTimeLimit);
    }

    public LoadedPlugin Plugin { get; }

    public RegisteredServer Entry { get; }

    public ConformanceOptions Options { get; }

    public StorageArray Array { get; }

    /// <summary>The plug-in as the door has it.</summary>
    public StorageArrayPlugin Raw { get; }

    public PluginRecorder Recorder { get; }

    public RunNames Names { get; }

    public CreatedObjects CreatedObjects { get; } = new();

    public Cleaner Cleaner { get; }

    /// <summary>A door with another instance of the plug-in behind it, as another process has: it knows nothing that isn't on the array.</summary>
    public StorageArray OpenWithNewInstance()
    {
        var instance = Plugin.NewInstance();
        instance.Services = Plugin.Instance.Services with { Cache = new PluginCache() };
        return Open(new PluginRecorder(instance, CreatedObjects));
    }

    public void Dispose() => _arrays.ForEach(array => array.Dispose());

    private StorageArray Open(StorageArrayPlugin instance)
    {
        // The copy keeps what was found out about the real class: a decorator overrides everything.
        var array = _open(plugin => plugin with { Instance = instance });
        _arrays.Add(array);
        return array;
    }
}
