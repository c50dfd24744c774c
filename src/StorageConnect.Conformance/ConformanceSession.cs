using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Plugins;
using StorageConnect.Engine.Servers;
using StorageConnect.Engine.Workers;

namespace StorageConnect.Conformance;

/// <summary>A door to the array of its own for a run, with the recorder, and the fault if there is one, between it and the plug-in.</summary>
internal sealed class ConformanceSession : IDisposable
{
    private readonly Func<Func<LoadedPlugin, LoadedPlugin>, StorageArray> _open;
    private readonly List<StorageArray> _arrays = [];
    private List<string>? _usableQualities;
    private StorageArray? _process;
    private WorkerPlugin? _worker;

    public ConformanceSession(PluginUnderTest tested, ConformanceOptions options)
    {
        Plugin = tested.Plugin;
        Entry = tested.Entry;
        Options = options;
        Names = new(tested.Now);
        _open = tested.Open;
        Secrets = new(Entry.Server);
        Recorder = new(tested.Plugin.Instance, Entry.Server, CreatedObjects, Secrets);
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

    public SecretWatch Secrets { get; }

    public CreatedObjects CreatedObjects { get; } = new();

    /// <summary>Whether a process of its own sees the array that this one sees; null before that was asked.</summary>
    public bool? HasSharedProcess { get; set; }

    public Cleaner Cleaner { get; }

    /// <summary>Tries each quality of service once in a run. The default, which an element has that is created without one, is the first.</summary>
    public async Task<IReadOnlyList<string>> UsableQualitiesAsync(IReadOnlyList<string> all, Func<string, Task<bool>> isUsable, Func<Task<string?>> findDefault)
    {
        if (_usableQualities is null)
        {
            var first = await findDefault();
            var usable = new List<string>();
            foreach (var quality in all.OrderBy(quality => quality != first))
            {
                if (await isUsable(quality))
                {
                    usable.Add(quality);
                }
            }

            _usableQualities = usable;
        }

        return _usableQualities;
    }

    /// <summary>A door with another instance of the plug-in behind it, as another process has: it knows nothing that isn't on the array.</summary>
    /// <param name="log">What keeps the lines that the instance writes; null for the plug-in's own log.</param>
    public StorageArray OpenWithNewInstance(WatchedLog? log = null)
    {
        var instance = Plugin.NewInstance();
        var services = Plugin.Instance.Services with { Cache = new PluginCache() };
        instance.Services = log is null ? services : services with { Log = log };
        return Open(new PluginRecorder(instance, Entry.Server, CreatedObjects, Secrets));
    }

    /// <summary>
    /// A door with the plug-in in a process of its own behind it, which shares nothing but the array with this one; null where no process can run the
    /// plug-in.
    /// </summary>
    public async Task<StorageArray?> OpenInProcessAsync(CancellationToken cancellationToken)
    {
        if (_process is null && await Plugin.StartElsewhereAsync(cancellationToken) is { } worker)
        {
            _worker = worker;
            _process = Open(new PluginRecorder(worker, Entry.Server, CreatedObjects, Secrets));
        }

        return _process;
    }

    public void Dispose()
    {
        _arrays.ForEach(array => array.Dispose());
        _worker?.Retire();
    }

    private StorageArray Open(StorageArrayPlugin instance)
    {
        // The copy keeps what was found out about the real class: a decorator overrides everything.
        var array = _open(plugin => plugin with { Instance = instance });
        _arrays.Add(array);
        return array;
    }
}
