using StorageConnect.Engine.Plugins;
using StorageConnect.Engine.Servers;

namespace StorageConnect.Engine.Conformance;

/// <summary>A door to the array of its own for a run, with the recorder, and the fault if there is one, between it and the plug-in.</summary>
internal sealed class ConformanceSession : IDisposable
{
    private readonly Func<Func<LoadedPlugin, LoadedPlugin>, StorageArray> _open;
    private readonly IHostServices _host;
    private readonly List<StorageArray> _doors = [];

    public ConformanceSession(LoadedPlugin plugin, RegisteredServer entry, Func<Func<LoadedPlugin, LoadedPlugin>, StorageArray> open, IHostServices host,
        ConformanceOptions options, DateTimeOffset now)
    {
        Plugin = plugin;
        Entry = entry;
        Options = options;
        Names = new(now);
        _open = open;
        _host = host;
        Recorder = new(plugin.Instance, Ledger);
        Raw = options.Fault is { } fault ? new FaultyPlugin(Recorder, fault) : Recorder;
        Array = NewDoor(Raw);
        Cleaner = new(Recorder, Ledger, Names, options.ClauseTimeLimit);
    }

    public LoadedPlugin Plugin { get; }

    public RegisteredServer Entry { get; }

    public ConformanceOptions Options { get; }

    public StorageArray Array { get; }

    /// <summary>The plug-in as the door has it.</summary>
    public StorageArrayPlugin Raw { get; }

    public PluginRecorder Recorder { get; }

    public RunNames Names { get; }

    public Ledger Ledger { get; } = new();

    public Cleaner Cleaner { get; }

    /// <summary>A door with another instance of the plug-in behind it, as another process has: it knows nothing that isn't on the array.</summary>
    public StorageArray OpenAsAnotherProcess()
    {
        var instance = (StorageArrayPlugin)Activator.CreateInstance(Plugin.Instance.GetType())!;
        instance.Services = new(new PluginCache(), _host);
        return NewDoor(new PluginRecorder(instance, Ledger));
    }

    public void Dispose() => _doors.ForEach(door => door.Dispose());

    private StorageArray NewDoor(StorageArrayPlugin instance)
    {
        // The copy keeps what was found out about the real class: a decorator overrides everything.
        var door = _open(plugin => plugin with { Instance = instance });
        _doors.Add(door);
        return door;
    }
}
